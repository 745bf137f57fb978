using FlashBench.Hardware.Flash;
using FlashBench.Simulation;
using FlashBench.Simulation.Flash;
using FlashBench.Simulation.State;

namespace FlashBench.Tests.Simulation.Flash;

// A chip model in a temporary file, fed by the programmer, and a hand on its pins: 1 us a byte, on its own clock.
internal sealed class ChipOnPins : IDisposable
{
    internal const ulong UniqueId = 0xD264_3817_5A3C_0F21;
    private const long ByteTicks = 10;

    private readonly string _folder;
    private readonly SpiNorChip _row;
    private readonly SimulatedPart _part;
    private BenchStateFile _state;

    internal ChipOnPins(SimulatedPart part)
        : this(ChipRows.Of(part), part: part)
    {
    }

    internal ChipOnPins(SpiNorChip? row = null, byte[]? cells = null, SimulatedPart? part = null)
    {
        _row = row ?? ChipRows.W25Q80;
        _part = part ?? SimulatedParts.For(_row);
        _folder = Directory.CreateTempSubdirectory("flashbench-chip-").FullName;
        _state = BenchStateFile.Create(Path.Combine(_folder, "bench"), _row, cells ?? Blank(_row));
        Chip = new SimulatedSpiNor(_part, _state, UniqueId, Time);
        Supply(true);
    }

    internal VirtualTime Time { get; } = new();

    internal SimulatedSpiNor Chip { get; private set; }

    internal SpiNorOperation? Pending => _state.Operation;

    // The hand's clock: timestamps handed to the chip.
    internal long Now { get; private set; }

    internal byte Status => Send([0x05], 1)[0];

    internal byte Status2 => Send([0x35], 1)[0];

    internal byte Status3 => Send([0x15], 1)[0];

    internal ReadOnlySpan<byte> Cells => Chip.Cells.Span;

    internal static byte[] Blank(SpiNorChip row)
    {
        byte[] cells = new byte[row.SizeBytes];
        cells.AsSpan().Fill(0xFF);
        return cells;
    }

    internal static byte[] Random(SpiNorChip row, int seed)
    {
        byte[] cells = new byte[row.SizeBytes];
        new Random(seed).NextBytes(cells);
        return cells;
    }

    internal static byte[] At(byte opcode, uint address, params byte[] data) =>
        [opcode, (byte)(address >> 16 & 0xFF), (byte)(address >> 8 & 0xFF), (byte)(address & 0xFF), .. data];

    internal static byte[] At4(byte opcode, uint address, params byte[] data) =>
        [opcode, (byte)(address >> 24), (byte)(address >> 16 & 0xFF), (byte)(address >> 8 & 0xFF),
            (byte)(address & 0xFF), .. data];

    // One frame: the command, then `read` bytes of 0xFF; returns what came in during these.
    internal byte[] Send(byte[] command, int read = 0)
    {
        byte[] mosi = [.. command, .. Enumerable.Repeat((byte)0xFF, read)];
        byte[] miso = new byte[mosi.Length];
        Chip.Select(Now);
        Clock(mosi, miso);
        Chip.Deselect(Now);
        return miso[command.Length..];
    }

    internal void Clock(ReadOnlySpan<byte> mosi, Span<byte> miso)
    {
        long until = Now + mosi.Length * ByteTicks;
        Chip.Exchange(Now, until, mosi, miso);
        Now = until;
    }

    internal void Wait(TimeSpan length) => Now += length.Ticks;

    internal void WaitUntilIdle()
    {
        for (int i = 0; (Status & 1) != 0; i++)
        {
            Assert.True(i < 1_000_000, "the chip stays busy");
            Wait(TimeSpan.FromMicroseconds(200));
        }
    }

    // With WREN, and waits for the end.
    internal void Change(byte[] command)
    {
        Send([0x06]);
        Send(command);
        WaitUntilIdle();
    }

    // The chip's own clock follows the hand's, so that the board side sees what is over by now.
    internal void CatchUp() =>
        Time.Run(() => Task.Delay(TimeSpan.FromMilliseconds(1 + (Now - Time.GetTimestamp()) / 10_000), Time,
            CancellationToken.None));

    internal void Supply(bool on)
    {
        Chip.SetSupply(on, false, Now);
        Wait(TimeSpan.FromMilliseconds(1));
    }

    // What a killed process and its successor do: nothing is said to the old model.
    internal void Reopen(bool supplied = true)
    {
        string path = _state.Path;
        _state.Dispose();
        _state = BenchStateFile.Open(path, _row);
        Chip = new SimulatedSpiNor(_part, _state, UniqueId, Time);
        if (supplied)
            Supply(true);
    }

    public void Dispose()
    {
        _state.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
