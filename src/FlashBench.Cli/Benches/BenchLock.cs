using FlashBench.Bench.Journal;

namespace FlashBench.Cli.Benches;

/// <summary>That one process at a time uses a bench, or a programmer; the kernel takes it back when the process ends,
/// however it ends.</summary>
/// <remarks>The lock is a flock on a file that stays for ever: nothing that lies there, and no process id, means that
/// anything is in use. Who has it stands in a file beside it, for people only (decision 0011).</remarks>
internal sealed class BenchLock : IAsyncDisposable
{
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private const string RunName = ".run";

    private readonly FileStream _held;

    private BenchLock(FileStream held) => _held = held;

    /// <summary>Takes the bench.</summary>
    /// <param name="stateFolder">State folder.</param>
    /// <param name="bench">Bench id.</param>
    /// <param name="work">What for, for whoever finds it in use: "job FBJ-1".</param>
    /// <exception cref="CommandFailure">Another process has it, or the state folder cannot be written.</exception>
    public static BenchLock Take(string stateFolder, string bench, string work) =>
        TakeFile(Path.Combine(stateFolder, "benches", bench), $"bench {bench}", work);

    /// <summary>Takes a programmer, wherever and by whomever it is called something else.</summary>
    /// <param name="stateFolder">State folder, where the host has no folder for locks.</param>
    /// <param name="place">Its USB bus and port path, or its address.</param>
    /// <param name="work">What for.</param>
    /// <exception cref="CommandFailure">Another process has it, or the folder cannot be written.</exception>
    public static BenchLock TakeProgrammer(string stateFolder, string place, string work) => TakeFile(
        Path.Combine(LockFolder(stateFolder), "programmer-" + string.Concat(place.Select(FileNameOf))),
        $"the programmer at {place}", work);

    /// <summary>Takes a run, so that no other process goes on with it.</summary>
    /// <param name="folder">Folder of the run.</param>
    /// <param name="work">What for.</param>
    /// <exception cref="CommandFailure">Another process plays it, or the folder cannot be written.</exception>
    public static BenchLock TakeRun(string folder, string work) =>
        TakeFile(Path.Combine(folder, RunName), $"run {Path.GetFileName(folder)}", work);

    /// <summary>Who plays a run now; null if nobody does.</summary>
    public static BenchOwner? OwnerOfRun(string folder) =>
        BenchOwner.Read(OwnerFile(Path.Combine(folder, RunName))) is { IsAlive: true } owner ? owner : null;

    /// <summary>Who uses a bench now; null if nobody does, as far as can be told without taking it.</summary>
    public static BenchOwner? OwnerOf(string stateFolder, string bench) =>
        BenchOwner.Read(OwnerFile(Path.Combine(stateFolder, "benches", bench))) is { IsAlive: true } owner
            ? owner
            : null;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _held.DisposeAsync();

    private static BenchLock TakeFile(string path, string what, string work)
    {
        string file = path + ".lock";
        FileStream held;
        try
        {
            DurableFile.CreateDirectory(Path.GetDirectoryName(path)!);
            held = new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = Everybody,
            });
        }
        catch (IOException) when (File.Exists(file))
        {
            string who =
                BenchOwner.Read(OwnerFile(path)) is { IsAlive: true } owner ? $"{owner}" : "another flashbench";
            throw new CommandFailure(ExitCodes.Unavailable, $"{what} is in use by {who}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(
                ExitCodes.CannotWrite, $"the state folder cannot be written: {e.Message.TrimEnd('.')}");
        }

        Announce(path, work);
        return new BenchLock(held);
    }

    // Not needed to be safe, so not a reason to fail.
    private static void Announce(string path, string work)
    {
        try
        {
            string owner = OwnerFile(path), written = $"{owner}.{Environment.ProcessId}";
            File.WriteAllBytes(written, BenchOwner.Self(work).ToBytes());
            File.Move(written, owner, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever finds the bench in use is told so without a name.
        }
    }

    private static string OwnerFile(string path) => path + ".owner";

    // One for all users where the package has made it; else each user's own, and the kernel's claim of the device
    // holds.
    private static string LockFolder(string stateFolder) =>
        Directory.Exists("/run/lock/flashbench") ? "/run/lock/flashbench" : Path.Combine(stateFolder, "locks");

    private static char FileNameOf(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' ? c : '_';
}
