namespace FlashBench.Cli.Benches;

/// <summary>That one process at a time uses a bench; the kernel takes it back when the process ends.</summary>
internal sealed class BenchLock : IAsyncDisposable
{
    private readonly FileStream _held;

    private BenchLock(FileStream held) => _held = held;

    /// <summary>Takes the bench.</summary>
    /// <exception cref="CommandFailure">Another process has it, or the state folder cannot be written.</exception>
    public static BenchLock Take(string stateFolder, string bench)
    {
        string path = Path.Combine(stateFolder, "benches", bench + ".lock");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return new BenchLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new CommandFailure(ExitCodes.Unavailable, $"bench {bench} is in use by another flashbench");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(
                ExitCodes.CannotWrite, $"the state folder cannot be written: {e.Message.TrimEnd('.')}");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _held.DisposeAsync();
}
