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

    public PartIdentity Identity { get; } = new("programmer", "scripted", Simulated: true);

    public int FrequencyHz => 1_500_000;

    public byte[] Cells { get; } = [.. Enumerable.Repeat((byte)0xFF, (int)chip.SizeBytes)];

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

    public List<int> Batches { get; } = [];

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
                0x35 => Status2,
                0x15 => Status3,
                0x9F => (byte)(chip.JedecId >> 16 - 8 * (i % 3) & 0xFF),
                0x4B => (byte)(0xD1 + i),
                0x03 => Cells[(Address(command) + i) % Cells.Length],
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
        switch (command[0])
        {
            case 0x06:
                _latched = 0x02;
                break;
            case 0x04:
                _latched = 0;
                break;
            case 0x02 when _latched != 0:
                Program(command);
                break;
            case 0x20 or 0xD8 when _latched != 0:
                EraseCommand erase = chip.Erases.Single(e => e.Opcode == command[0]);
                Array.Fill(Cells, (byte)0xFF, Address(command), (int)erase.SizeBytes);
                BeBusyFor(Duration ?? erase.Typical);
                break;
        }
    }

    private void Program(byte[] command)
    {
        int page = Address(command) / 256 * 256;
        for (int i = 4; i < command.Length; i++)
            Cells[page + (Address(command) + i - 4) % 256] &= command[i];
        BeBusyFor(Duration ?? chip.PageProgramTypical);
    }

    private static int Address(byte[] command) => command[1] << 16 | command[2] << 8 | command[3];
}
