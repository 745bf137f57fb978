// The file of one virtual bench: what stays when the process that plays the bench is killed.
//
// Modelled: the cells of the flash chip, the operation the chip has started and not finished, its non-volatile status
//   registers, its security registers, and a section that belongs to the board model (contacts, uptime). Every change
//   is written at once, so that `kill -9` at any instant leaves what a real chip and a real board would hold.
// Not modelled: a crash of the host's own operating system (nothing is fsynced: the page cache is enough for a kill).
using System.Buffers.Binary;
using System.Security.Cryptography;
using FlashBench.Hardware.Flash;
using Microsoft.Win32.SafeHandles;

namespace FlashBench.Simulation.State;

/// <summary>One virtual bench on disk: cells, operation in progress, status registers, board section.</summary>
/// <remarks>
/// Layout, little-endian: header page (magic, version, part, size, SHA-256 of these), two slots for the operation,
/// two for the status registers, two for the board, two for the security registers, then the cells. Sections may be
/// written from different threads; one section by one thread at a time. The file is locked while it is open.
/// </remarks>
public sealed class BenchStateFile : IDisposable
{
    /// <summary>Largest board section in bytes.</summary>
    public const int BoardBytesMax = 32 * 1024;

    /// <summary>Non-volatile status registers that are kept.</summary>
    public const int StatusRegisterCount = 3;

    /// <summary>Bytes of all security registers together.</summary>
    internal const int SecurityBytes = 768;

    /// <summary>Where the cells begin in the file, in bytes: whole, plain, and there as long as the file is.</summary>
    internal const long CellsOffset = 0x20000;

    private const uint Version = 1;
    private const int DescriptionBytes = 20; // magic, version, JEDEC id, size
    private const int HeaderBytes = DescriptionBytes + 32;
    private const long OperationOffset = 0x1000;
    private const int OperationSlotBytes = 0x1000;
    private const long StatusOffset = 0x3000;
    private const int StatusSlotBytes = 0x800;
    private const long BoardOffset = 0x4000;
    private const int BoardSlotBytes = 0x9000;
    private const long SecurityOffset = 0x16000; // behind the board's two slots; zero in files of earlier programs
    private const int SecuritySlotBytes = 0x1000;

    private readonly SafeFileHandle _file;
    private readonly byte[] _cells;
    private readonly AlternatingRecord _operation;
    private readonly AlternatingRecord _status;
    private readonly AlternatingRecord _board;
    private readonly AlternatingRecord _security;
    private readonly Lock _boardGate = new();

    private BenchStateFile(string path, SafeFileHandle file, byte[] cells)
    {
        Path = path;
        (_file, _cells) = (file, cells);
        _operation = new AlternatingRecord(file, OperationOffset, OperationSlotBytes);
        _status = new AlternatingRecord(file, StatusOffset, StatusSlotBytes);
        _board = new AlternatingRecord(file, BoardOffset, BoardSlotBytes);
        _security = new AlternatingRecord(file, SecurityOffset, SecuritySlotBytes);
    }

    private static ReadOnlySpan<byte> Magic => "FBVBENCH"u8;

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <summary>The cells as the file holds them; a live view.</summary>
    public ReadOnlyMemory<byte> Cells => _cells;

    /// <summary>The operation that was started and not cleared; null if the chip was idle.</summary>
    public SpiNorOperation? Operation { get; private set; }

    /// <summary>The three non-volatile status registers, SR1 first; null if they never changed.</summary>
    internal byte[]? StatusRegisters => _status.Payload;

    /// <summary>The security registers, the first one first; null if they never changed.</summary>
    internal byte[]? SecurityRegisters => _security.Payload;

    /// <summary>Makes a bench file, replacing the one at <paramref name="path"/> in one step.</summary>
    /// <param name="path">Where; the folder exists. A kill on the way leaves the old file or none.</param>
    /// <param name="chip">The part whose size and identification the file is bound to.</param>
    /// <param name="cells">Content of the whole chip, <see cref="SpiNorChip.SizeBytes"/> long; copied.</param>
    /// <returns>The file, open and locked.</returns>
    /// <exception cref="BenchStateException">The old file is in use, or the disk failed.</exception>
    public static BenchStateFile Create(string path, SpiNorChip chip, ReadOnlySpan<byte> cells)
    {
        ArgumentNullException.ThrowIfNull(chip);
        ArgumentOutOfRangeException.ThrowIfNotEqual((uint)cells.Length, chip.SizeBytes, nameof(cells));
        using SafeFileHandle? old = LockIfThere(path);
        string unfinished = path + ".new";
        SafeFileHandle file = OpenLocked(path, unfinished, FileMode.Create);
        try
        {
            RandomAccess.Write(file, new byte[CellsOffset], 0);
            RandomAccess.Write(file, cells, CellsOffset);
            RandomAccess.Write(file, Header(chip), 0);
            File.Move(unfinished, path, overwrite: true);
            return new BenchStateFile(path, file, cells.ToArray());
        }
        catch (IOException e)
        {
            file.Dispose();
            File.Delete(unfinished);
            throw new BenchStateException(path, "cannot be written, " + e.Message, inner: e);
        }
    }

    /// <summary>Opens a bench file as the last process left it.</summary>
    /// <param name="path">An existing file.</param>
    /// <param name="chip">The part the file must have been made for.</param>
    /// <returns>The file, open and locked.</returns>
    /// <exception cref="BenchStateException">Not there, in use, damaged, foreign, or made for another part.</exception>
    public static BenchStateFile Open(string path, SpiNorChip chip)
    {
        ArgumentNullException.ThrowIfNull(chip);
        SafeFileHandle file = OpenLocked(path, path, FileMode.Open);
        try
        {
            CheckHeader(path, file, chip);
            byte[] cells = new byte[chip.SizeBytes];
            if (RandomAccess.Read(file, cells, CellsOffset) != cells.Length)
                throw new BenchStateException(path, "is cut short");
            var state = new BenchStateFile(path, file, cells);
            state.LoadRecords(chip);
            return state;
        }
        catch (IOException e)
        {
            file.Dispose();
            throw new BenchStateException(path, "cannot be read, " + e.Message, inner: e);
        }
        catch (BenchStateException)
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Size of the chip whose state a file holds, in bytes; null if it is no such file.</summary>
    public static long? ChipBytesOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists && file.Length > CellsOffset ? file.Length - CellsOffset : null;
    }

    /// <summary>Changes cells, in memory and in the file; no AND: the chip model has worked out the result.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="data">New content; must end inside the chip.</param>
    /// <exception cref="BenchStateException">The disk failed; memory and file may differ in this range.</exception>
    public void Write(uint address, ReadOnlySpan<byte> data)
    {
        data.CopyTo(_cells.AsSpan(checked((int)address), data.Length));
        try
        {
            RandomAccess.Write(_file, data, CellsOffset + address);
        }
        catch (IOException e)
        {
            throw new BenchStateException(Path, "cannot be written, " + e.Message, inner: e);
        }
    }

    /// <summary>Notes that the chip has started an operation.</summary>
    /// <exception cref="BenchStateException">The disk failed.</exception>
    public void SaveOperation(SpiNorOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(operation.Data.Length, SpiNorOperation.DataBytesMax);
        Save(_operation, operation.ToBytes());
        Operation = operation;
    }

    /// <summary>Notes that the chip is idle; call it when the cells hold the result.</summary>
    /// <exception cref="BenchStateException">The disk failed.</exception>
    public void ClearOperation()
    {
        Save(_operation, []);
        Operation = null;
    }

    /// <summary>Keeps the board model's state; opaque here.</summary>
    /// <param name="state">At most <see cref="BoardBytesMax"/> bytes; copied.</param>
    /// <exception cref="BenchStateException">The disk failed; the previous state stays.</exception>
    public void SaveBoard(ReadOnlySpan<byte> state)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(state.Length, BoardBytesMax, nameof(state));
        lock (_boardGate)
            Save(_board, state);
    }

    /// <summary>What <see cref="SaveBoard"/> kept last.</summary>
    /// <returns>A copy; null if nothing was ever saved.</returns>
    public byte[]? LoadBoard()
    {
        lock (_boardGate)
            return _board.Payload?.ToArray();
    }

    /// <summary>Writes down elsewhere what a process that is killed now would leave.</summary>
    /// <param name="path">A file that is made or replaced.</param>
    /// <exception cref="BenchStateException">The disk failed.</exception>
    public void CopyTo(string path)
    {
        try
        {
            byte[] content = new byte[RandomAccess.GetLength(_file)];
            int length = RandomAccess.Read(_file, content, 0);
            File.WriteAllBytes(path, content.AsSpan(0, length));
        }
        catch (IOException e)
        {
            throw new BenchStateException(Path, "cannot be copied, " + e.Message, inner: e);
        }
    }

    /// <summary>Closes the file and releases its lock; everything is in it already.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Keeps the three non-volatile status registers, SR1 first.</summary>
    /// <exception cref="BenchStateException">The disk failed.</exception>
    internal void SaveStatusRegisters(ReadOnlySpan<byte> registers) => Save(_status, registers);

    /// <summary>Keeps the security registers, the first one first.</summary>
    /// <exception cref="BenchStateException">The disk failed.</exception>
    internal void SaveSecurityRegisters(ReadOnlySpan<byte> registers) => Save(_security, registers);

    private void Save(AlternatingRecord record, ReadOnlySpan<byte> payload)
    {
        try
        {
            record.Save(payload);
        }
        catch (IOException e)
        {
            throw new BenchStateException(Path, "cannot be written, " + e.Message, inner: e);
        }
    }

    private void LoadRecords(SpiNorChip chip)
    {
        if (!_operation.Load() || !_status.Load() || !_board.Load() || !_security.Load())
            throw new BenchStateException(Path, "is damaged: a state record has no sound copy");
        if (_status.Payload is { Length: not StatusRegisterCount } || _board.Payload?.Length > BoardBytesMax
            || _security.Payload is { Length: not SecurityBytes })
        {
            throw new BenchStateException(Path, "is damaged: a state record has an impossible length");
        }

        if (_operation.Payload is not { Length: > 0 } saved)
            return;
        Operation = SpiNorOperation.Parse(saved, chip.SizeBytes)
            ?? throw new BenchStateException(Path, "is damaged: the operation in progress makes no sense");
    }

    private static byte[] Header(SpiNorChip chip)
    {
        byte[] header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), chip.JedecId);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), chip.SizeBytes);
        SHA256.HashData(header.AsSpan(0, DescriptionBytes)).CopyTo(header, DescriptionBytes);
        return header;
    }

    private static void CheckHeader(string path, SafeFileHandle file, SpiNorChip chip)
    {
        byte[] found = new byte[HeaderBytes];
        int length = RandomAccess.Read(file, found, 0);
        if (length < HeaderBytes || !found.AsSpan().StartsWith(Magic))
            throw new BenchStateException(path, "is not the file of a virtual bench");
        if (!SHA256.HashData(found.AsSpan(0, DescriptionBytes)).AsSpan().SequenceEqual(found.AsSpan(DescriptionBytes)))
            throw new BenchStateException(path, "is damaged: its header does not match its digest");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(found.AsSpan(8));
        if (version != Version)
            throw new BenchStateException(path, $"has format {version}; this program reads format {Version}");
        uint id = BinaryPrimitives.ReadUInt32LittleEndian(found.AsSpan(12));
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(found.AsSpan(16));
        if (id != chip.JedecId || size != chip.SizeBytes)
            throw new BenchStateException(path, $"holds a chip {id:X6} of {size} bytes, not a {chip.Name}");
        if (RandomAccess.GetLength(file) != CellsOffset + size)
            throw new BenchStateException(path, "has the wrong length for its chip");
    }

    private static SafeFileHandle? LockIfThere(string path) =>
        File.Exists(path) ? OpenLocked(path, path, FileMode.Open) : null;

    // FileShare.None takes an exclusive flock, which the kernel drops when the process dies.
    private static SafeFileHandle OpenLocked(string bench, string path, FileMode mode)
    {
        try
        {
            return File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.None);
        }
        catch (FileNotFoundException e)
        {
            throw new BenchStateException(bench, "does not exist", inner: e);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new BenchStateException(bench, "lies in a folder that does not exist", inner: e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new BenchStateException(bench, "may not be read and written by this user", inner: e);
        }
        catch (IOException e)
        {
            string reason = IsLock(e) ? "is in use by another job" : "cannot be opened, " + e.Message;
            throw new BenchStateException(bench, reason, IsLock(e), e);
        }
    }

    // .NET reports a taken flock as EWOULDBLOCK (11 on Linux, 35 on macOS) in the HResult.
    private static bool IsLock(IOException e) => e.HResult is 11 or 35;
}
