namespace FlashBench.Results.Store;

/// <summary>Keeps a store's file from being replaced while somebody has it open: who opens it shares the gate, who
/// replaces it has the gate alone.</summary>
/// <remarks>SQLite's own locks do not cover a replaced file: its write-ahead log would be taken for that of the new
/// one. Source: S-85.</remarks>
internal sealed class StoreGate : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly FileStream? _file;

    private StoreGate(FileStream? file) => _file = file;

    /// <summary>Shares the gate of a store.</summary>
    /// <param name="store">The store's file.</param>
    /// <param name="mayWrite">False for a store that is only read: a folder that cannot be written is no hindrance.
    /// </param>
    /// <param name="patience">How long to wait for a process that replaces the file.</param>
    /// <exception cref="ResultsException">It is being replaced, or the gate cannot be made.</exception>
    public static StoreGate Share(string store, bool mayWrite, TimeSpan patience) =>
        Enter(store, FileShare.ReadWrite, mayWrite, patience);

    /// <summary>Has the gate alone.</summary>
    /// <inheritdoc cref="Share"/>
    public static StoreGate Close(string store, TimeSpan patience) => Enter(store, FileShare.None, true, patience);

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private static StoreGate Enter(string store, FileShare share, bool mayWrite, TimeSpan patience)
    {
        string path = store + ".lock";
        int tries = (int)(patience / Step) + 1;
        while (true)
        {
            try
            {
                return new StoreGate(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share));
            }
            catch (IOException e) when (IsHeld(e))
            {
                if (--tries <= 0)
                    throw new ResultsException(StoreTrouble.Busy, $"{store} is held by another process");
                Task.Delay(Step, TimeProvider.System).GetAwaiter().GetResult();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return mayWrite
                    ? throw new ResultsException(StoreTrouble.Unusable, $"{store} cannot be opened ({e.Message})")
                    : new StoreGate(null);
            }
        }
    }

    private static bool IsHeld(IOException e) => e.HResult is 11 or unchecked((int)0x80070020); // EAGAIN; .NET's own
}
