namespace FlashBench.Bench.Journal;

/// <summary>What goes wrong with the disk under a job, off by default; counted since this object exists.</summary>
/// <remarks>
/// <para>Everything that a job keeps (journal, console log, vault, marks, record) is written through the static members
/// here. Without faults armed they write and sync, and count nothing.</para>
/// <para>A write is a piece of a file, or a name that is made, moved or taken away. A sync is one of a file or of a
/// folder. Not modelled: reads that fail, data that a failed sync loses later, a disk that lies.</para>
/// </remarks>
public sealed class DiskFaults
{
    private const int NoSpace = 28, InputOutput = 5; // errno ENOSPC and EIO, as .NET reports them

    private long _room; // bytes that were given back to a full disk

    private static readonly AsyncLocal<DiskFaults?> Ambient = new();

    /// <summary>From the n-th write on (1-based) the disk is full; null = never. Of that write itself
    /// <see cref="TornBytes"/> go through. A name can still be taken away.</summary>
    public long? FullFromWrite { get; set; }

    /// <summary>The n-th write (1-based) fails after <see cref="TornBytes"/> of it; null = none.</summary>
    public long? ErrorAtWrite { get; set; }

    /// <summary>The n-th sync (1-based) fails; null = none.</summary>
    public long? ErrorAtSync { get; set; }

    /// <summary>Bytes of a failing write that reach the disk, if it has so many.</summary>
    public int TornBytes { get; set; }

    /// <summary>Told every write and sync before it happens, with the file or folder; may throw.</summary>
    public Action<string>? Told { get; set; }

    /// <summary>Writes so far, failed ones too.</summary>
    public long Writes { get; private set; }

    /// <summary>Syncs so far, failed ones too.</summary>
    public long Syncs { get; private set; }

    /// <summary>Lets the disk fail in everything that this call chain does from now on.</summary>
    /// <param name="faults">What shall go wrong; null for a sound disk.</param>
    public static void Arm(DiskFaults? faults) => Ambient.Value = faults;

    internal static void Write(FileStream file, ReadOnlySpan<byte> bytes)
    {
        if (Ambient.Value?.StrikeWrite(file.Name, bytes.Length, takesRoom: true) is { } strike)
        {
            file.Write(bytes[..Math.Min(bytes.Length, strike.Bytes)]);
            throw strike.Fault;
        }

        file.Write(bytes);
    }

    internal static void Sync(FileStream file)
    {
        Ambient.Value?.StrikeSync(file.Name);
        file.Flush(flushToDisk: true);
    }

    /// <summary>A folder is about to be synced.</summary>
    internal static void SyncName(string path) => Ambient.Value?.StrikeSync(path);

    /// <summary>A name is about to be made or moved.</summary>
    internal static void ChangeName(string path)
    {
        if (Ambient.Value?.StrikeWrite(path, 0, takesRoom: true) is { } strike)
            throw strike.Fault;
    }

    /// <summary>A name is about to be taken away.</summary>
    internal static void TakeName(string path)
    {
        if (Ambient.Value?.StrikeWrite(path, 0, takesRoom: false) is { } strike)
            throw strike.Fault;
    }

    /// <summary>A file of so many bytes was taken away.</summary>
    internal static void GiveBack(long bytes)
    {
        if (Ambient.Value is { } faults)
            faults._room += bytes;
    }

    private (IOException Fault, int Bytes)? StrikeWrite(string path, int length, bool takesRoom)
    {
        Told?.Invoke(path);
        Writes++;
        if (Writes >= FullFromWrite && takesRoom)
        {
            if (_room > length)
            {
                _room -= length;
                return null;
            }

            int bytes = Writes == FullFromWrite ? TornBytes : 0;
            return (new IOException("No space left on device", NoSpace), bytes);
        }

        return Writes == ErrorAtWrite ? (new IOException("Input/output error", InputOutput), TornBytes) : null;
    }

    private void StrikeSync(string path)
    {
        Told?.Invoke(path);
        if (++Syncs == ErrorAtSync)
            throw new IOException("Input/output error", InputOutput);
    }
}
