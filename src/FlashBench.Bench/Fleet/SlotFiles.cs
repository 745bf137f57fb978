using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Fleet;

/// <summary>Slots that all processes of this host count together: one lock file each, which the kernel frees when its
/// process ends, however it ends.</summary>
/// <remarks>
/// Covered: every `flashbench` that uses the same folder, which is one for all users where the host has
/// <c>/run/lock/flashbench</c>, and the state folder's otherwise. Not covered: other hosts, other programs, and the
/// order between processes (within one process it is first come, first served). Processes that were told different
/// capacities never hold more slots together than the larger one.
/// </remarks>
/// <param name="folder">Where the files are; created when first needed.</param>
/// <param name="time">Clock of the waits; a real one, since other processes do not wait for a virtual one.</param>
public sealed class SlotFiles(string folder, TimeProvider time)
{
    private const int WouldBlock = 11; // EAGAIN of flock(2), as the framework passes it on
    private const int OwnerBytesMax = 256;
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>The folder for locks: one for all users where the host has it, else below the state folder.</summary>
    public static string FolderOf(string stateFolder) => Directory.Exists("/run/lock/flashbench")
        ? "/run/lock/flashbench"
        : Path.Combine(stateFolder, "locks");

    /// <summary>Takes one of the slots of a lock.</summary>
    /// <param name="name">The lock: lower-case letters, digits and dashes.</param>
    /// <param name="capacity">How many slots it has.</param>
    /// <param name="owner">Who asks, for people.</param>
    /// <param name="waits">Called once, with those who have them, if none is free at once.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="SharedLockException">A file cannot be used.</exception>
    internal async Task<FileStream> TakeAsync(
        string name, int capacity, string owner, Action<IReadOnlyList<string>> waits, CancellationToken cancel)
    {
        bool told = false;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            for (int slot = 0; slot < capacity; slot++)
            {
                if (TryTake(PathOf(name, slot), name) is not { } held)
                    continue;
                Announce(PathOf(name, slot), owner);
                return held;
            }

            if (!told)
                waits(OwnersOf(name, capacity));
            told = true;
            await Task.Delay(LookInterval, time, cancel);
        }
    }

    /// <summary>Takes a lock file, which is made if it is missing.</summary>
    /// <returns>Null if somebody has it.</returns>
    /// <exception cref="IOException">It cannot be made or opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made or opened.</exception>
    internal static FileStream? TryHold(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = Everybody,
            });
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            return null;
        }
    }

    private string PathOf(string name, int slot) => Path.Combine(folder, $"slot-{name}-{slot}");

    private FileStream? TryTake(string path, string name)
    {
        try
        {
            DurableFile.CreateDirectory(folder);
            return TryHold(path + ".lock");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SharedLockException($"the lock files of {name} cannot be used: {e.Message.TrimEnd('.')}", e);
        }
    }

    // For people only, so not a reason to fail. Beside the lock: a locked file cannot be read by others.
    private static void Announce(string path, string owner)
    {
        try
        {
            File.WriteAllText(path + ".owner", $"{owner} (PID {Environment.ProcessId})");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever waits for it is told so without a name.
        }
    }

    private List<string> OwnersOf(string name, int capacity)
    {
        var owners = new List<string>();
        for (int slot = 0; slot < capacity; slot++)
        {
            try
            {
                using FileStream file = File.OpenRead(PathOf(name, slot) + ".owner");
                byte[] text = new byte[OwnerBytesMax];
                int length = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
                owners.Add(Config.ConfigNode.Shown(System.Text.Encoding.UTF8.GetString(text, 0, length)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                owners.Add("another process");
            }
        }

        return owners;
    }
}
