using FlashBench.Hardware;
using FlashBench.Hardware.Flash;

namespace FlashBench.Tests.Hardware.Flash;

// A bus with one W25Q chip on it, for the chip driver's tests: it records every frame, keeps to the datasheet, and
// breaks one rule of it at a time where a test asks for that.
internal sealed class ScriptedSpiNor(SpiNorChip chip, TimeProvider time) : ISpiBus
{
    private static readonly TimeSpan ByteTime = TimeSpan.FromTicks(53);

    private readonly int[] _seen = new int[256];
    private TimeSpan _bus, _busyUntil;
    private int _statusReads;
    private byte _latched;
    private bool _volatileEnabled;

    public PartIdentity Identity { get; } = new("programmer", "scripted", Simulated: true);

    public int FrequencyHz => Clock.Hz;

    public SpiClock Clock { get; private set; } = new(1_500_000);

    public IReadOnlyList<SpiClock> Clocks { get; init; } = [new(1_500_000)];

    public byte[] Cells { get; } = [.. Enumerable.Repeat((byte)0xFF, (int)chip.SizeBytes)];

    public byte[] Sfdp { get; set; } = [];

    // What follows the first three bytes of the answer to 9Fh; without it they are repeated.
    public byte[] ExtendedId { get; set; } = [];

    public bool FourByteMode { get; set; }

    public bool ModeNeedsWriteEnable { get; set; }

    public byte ExtendedAddress { get; set; }

    // W25Q256FV: leaving the mode selects the upper half.
    public bool LeavingSelectsUpperHalf { get; set; }

    // How 01h takes its bytes: both at once, only one, and whether one byte clears register 2.
    public bool TakesTwoBytes { get; set; } = true;

    public bool TakesOneByte { get; set; } = true;

    public bool OneByteClearsRegister2 { get; set; }

    public byte FlagStatus { get; set; } = 0x80;

    public Func<uint, bool> IsLocked { get; set; } = _ => false;

    public byte Protect1 { get; set; }

    public byte Status2 { get; set; }

    public byte Status3 { get; set; }

    // Replaces an answer: (opcode, how many frames with that opcode before, what the chip would say) -> what is heard.
    public Func<byte, int, byte[], byte[]> Hear { get; set; } = (_, _, answer) => answer;

    public Func<byte, bool> Ignores { get; set; } = _ => false;

    public bool KeepsLatch { get; set; }

    public bool LatchFallsLate { get; set; }

    public TimeSpan? Duration { get; set; }

    public List<byte[]> Frames { get; } = [];

    public List<SpiClock> FrameClocks { get; } = [];

    public List<int> Batches { get; } = [];

    public ValueTask SetClockAsync(SpiClock clock, CancellationToken cancel)
    {
        Assert.Contains(clock, Clocks);
        Clock = clock;
        return ValueTask.CompletedTask;
    }

    public List<TimeSpan> StatusTimes { get; } = [];

    // Time that bytes and pauses took on the bus.
    public TimeSpan BusTime => _bus;

    public Action<byte>? OnFrame { get; set; }

    private TimeSpan Now => time.GetElapsedTime(0) + _bus;

    private bool Busy => Now < _busyUntil;

    public ValueTask ExecuteAsync(IReadOnlyList<SpiTransaction> batch, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        Batches.Add(batch.Count);
        foreach (SpiTransaction frame in batch)
        {
            byte[] command = frame.Command.ToArray();
            OnFrame?.Invoke(command[0]);
            int before = _seen[command[0]]++;
            _bus += ByteTime * command.Length;
            byte[] answer = Answer(command, frame.Response.Length);
            Frames.Add(command);
            FrameClocks.Add(Clock);
            Hear(command[0], before, answer).CopyTo(frame.Response);
            if (!Busy && !Ignores(command[0]))
                Act(command);
            _bus += frame.DelayAfter;
        }

        return ValueTask.CompletedTask;
    }

    public void BeBusyFor(TimeSpan duration) => _busyUntil = Now + duration;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private byte[] Answer(byte[] command, int length)
    {
        byte[] answer = new byte[length];
        for (int i = 0; i < length; i++)
        {
            _bus += ByteTime;
            answer[i] = command[0] switch
            {
                0x05 => Status1(),
                _ when Busy => 0xFF,
                0x35 or 0x48 => Status2,
                0x15 when chip.Registers == SpiNorRegisterLayout.Macronix =>
                    (byte)(Status2 | (FourByteMode ? 0x20 : 0)),
                0x15 => (byte)(Status3 | (FourByteMode ? 1 : 0)),
                0x9F => i >= 3 && ExtendedId.Length > 0
                    ? ExtendedId[Math.Min(i - 3, ExtendedId.Length - 1)]
                    : (byte)(chip.JedecId >> 16 - 8 * (i % 3) & 0xFF),
                0x4B => (byte)(0xD1 + i),
                0x5A => command[3] + i < Sfdp.Length ? Sfdp[command[3] + i] : (byte)0xFF,
                0x70 => FlagStatus,
                0x3D => (byte)(IsLocked((uint)Address(command)) ? 1 : 0),
                0x03 or 0x13 => Cells[(Address(command) + i) % Cells.Length],
                _ => 0xFF,
            };
        }

        return answer;
    }

    private byte Status1()
    {
        StatusTimes.Add(Now);
        if (Busy)
            return (byte)(Protect1 | 0x03);
        bool ended = _busyUntil != default;
        if (ended && !KeepsLatch && !(LatchFallsLate && _statusReads++ < 4))
            (_busyUntil, _latched, _statusReads) = (default, 0, 0);
        return (byte)(Protect1 | _latched);
    }

    private void Act(byte[] command)
    {
        byte opcode = command[0];
        switch (opcode)
        {
            case 0x06:
                _latched = 0x02;
                break;
            case 0x04:
                (_latched, _volatileEnabled) = (0, false);
                break;
            case 0x50:
                (_volatileEnabled, FlagStatus) = (true, 0x80);
                break;
            case 0x02 or 0x12 when _latched != 0:
                Program(command);
                break;
            case 0x01 or 0x31 or 0x11 when _latched != 0 || _volatileEnabled:
                WriteRegister(command);
                break;
            case 0xB7 or 0xE9 when _latched != 0 || !ModeNeedsWriteEnable:
                FourByteMode = opcode == 0xB7;
                if (opcode == 0xE9 && LeavingSelectsUpperHalf)
                    ExtendedAddress = 1;
                break;
            case 0x17:
                FourByteMode = (command[1] & 0x80) != 0;
                break;
            case 0xC5 when _latched != 0:
                (ExtendedAddress, _latched) = (command[1], 0);
                break;
            case 0x99:
                (FourByteMode, ExtendedAddress) = (false, 0);
                break;
            case 0x20 or 0x52 or 0xD8 or 0x21 or 0x5C or 0xDC when _latched != 0:
                Erase(command);
                break;
        }
    }

    private void Erase(byte[] command)
    {
        EraseCommand erase = chip.Erases.Single(e => e.Opcode == command[0] || e.FourByteOpcode == command[0]);
        Array.Fill(Cells, (byte)0xFF, Address(command), (int)erase.SizeBytes);
        BeBusyFor(Duration ?? erase.Typical);
    }

    private void WriteRegister(byte[] command)
    {
        if (command[0] == 0x01 && !(command.Length == 3 ? TakesTwoBytes : TakesOneByte))
            return;
        switch (command)
        {
            case [0x01, var one, var two]:
                (Protect1, Status2) = ((byte)(one & 0xFC), two);
                break;
            case [0x01, var one]:
                (Protect1, Status2) = ((byte)(one & 0xFC), OneByteClearsRegister2 ? (byte)0 : Status2);
                break;
            case [0x31, var two]:
                Status2 = two;
                break;
            case [0x11, var three]:
                Status3 = three;
                break;
        }

        _volatileEnabled = false;
        BeBusyFor(Duration ?? TimeSpan.FromMilliseconds(10));
    }

    private void Program(byte[] command)
    {
        int start = Address(command), first = command.Length - DataLength(command), page = start / 256 * 256;
        for (int i = first; i < command.Length; i++)
            Cells[page + (start + i - first) % 256] &= command[i];
        BeBusyFor(Duration ?? chip.PageProgramTypical);
    }

    private bool HasFourBytes(byte opcode) => FourByteMode || opcode is 0x13 or 0x12 or 0x21 or 0x5C or 0xDC;

    private int DataLength(byte[] command) => command.Length - (HasFourBytes(command[0]) ? 5 : 4);

    private int Address(byte[] command) => HasFourBytes(command[0])
        ? command[1] << 24 | command[2] << 16 | command[3] << 8 | command[4]
        : ExtendedAddress << 24 | command[1] << 16 | command[2] << 8 | command[3];
}
