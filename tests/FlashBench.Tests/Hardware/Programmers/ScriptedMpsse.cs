namespace FlashBench.Tests.Hardware.Programmers;

// The engine of an FTDI chip for the driver's tests, from AN_108: commands in, pins and answers out, 4 KiB of room each
// way. An unknown command is answered as documented but recorded; commands outside a frame that need one are an error.
internal sealed class ScriptedMpsse(TimeProvider time)
{
    public const int FifoBytes = 4096;
    private static readonly TimeSpan CommandTime = TimeSpan.FromTicks(1); // 100 ns

    private readonly Queue<byte> _commands = new();
    private readonly List<byte> _frame = [];
    private TaskCompletionSource _changed = new();
    private byte _low = 0x0F; // pulled up: chip select high
    private int _divisor = 0xFFFF;
    private bool _stopped;
    private TimeSpan _selectRose;

    // What the chip says after the bytes it has heard so far in this frame.
    public Func<IReadOnlyList<byte>, byte> Chip { get; set; } = _ => 0xFF;

    public Action OnChange { get; set; } = () => { };

    public Queue<byte> Answers { get; } = new();

    public bool Flush { get; set; }

    public long Accepted { get; private set; }

    public long Taken { get; private set; }

    public bool Wedged { get; set; }

    public int WedgeAtFrame { get; set; } = -1;

    public int LoseAnswerAt { get; set; } = -1;

    public List<byte[]> Frames { get; } = [];

    public List<TimeSpan> Gaps { get; } = [];

    public List<string> Setup { get; } = [];

    public int LateReads { get; private set; }

    public int AnswersMade { get; private set; }

    public int Stalls { get; private set; }

    public byte Direction { get; private set; }

    public byte Low => _low;

    public bool IsSelected => (Direction & 0x08) != 0 && (_low & 0x08) == 0;

    public double Hz => 30e6 / (1 + _divisor);

    public void Stop()
    {
        _stopped = true;
        Changed();
    }

    public void Put(ReadOnlySpan<byte> commands)
    {
        foreach (byte command in commands)
            _commands.Enqueue(command);
        Accepted += commands.Length;
        Changed();
    }

    // Something was taken out of the answers.
    public void Changed()
    {
        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource();
        changed.SetResult();
    }

    public async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await ExecuteAsync(await NextAsync());
                await PassAsync(CommandTime);
            }
        }
        catch (OperationCanceledException)
        {
            // the engine was stopped
        }
    }

    private async Task<byte> NextAsync()
    {
        while (_commands.Count == 0 || Wedged)
            await ChangeAsync();
        Taken++;
        byte next = _commands.Dequeue();
        OnChange();
        return next;
    }

    private async Task ChangeAsync()
    {
        await _changed.Task;
        ThrowIfStopped();
    }

    // A timer of its own, because Task.Delay drops fractions of a millisecond.
    private async Task PassAsync(TimeSpan duration)
    {
        var passed = new TaskCompletionSource();
        await using ITimer timer = time.CreateTimer(
            _ => passed.SetResult(), null, duration, Timeout.InfiniteTimeSpan);
        await passed.Task;
        ThrowIfStopped();
    }

    private void ThrowIfStopped()
    {
        if (_stopped)
            throw new OperationCanceledException();
    }

    private async Task<int> LengthAsync() => await NextAsync() + 256 * await NextAsync() + 1;

    private async Task ExecuteAsync(byte op)
    {
        switch (op)
        {
            case 0x80:
                SetLow(await NextAsync(), await NextAsync());
                break;
            case 0x82:
                Setup.Add($"82{await NextAsync():X2}{await NextAsync():X2}");
                break;
            case 0x11:
                await WriteAsync(await LengthAsync());
                break;
            case 0x20 or 0x24:
                LateReads += op == 0x24 ? 1 : 0;
                await ReadAsync(await LengthAsync());
                break;
            case 0x86:
                _divisor = await LengthAsync() - 1;
                Setup.Add($"86 {_divisor}");
                break;
            case 0x87:
                Flush = true;
                OnChange();
                break;
            case 0x8E:
                await IdleAsync(await NextAsync() + 1);
                break;
            case 0x8F:
                await IdleAsync(8 * await LengthAsync());
                break;
            case 0x85 or 0x8A or 0x8D or 0x97:
                Setup.Add($"{op:X2}");
                break;
            default:
                Setup.Add($"bad {op:X2}");
                await AnswerAsync(0xFA);
                await AnswerAsync(op);
                break;
        }
    }

    private void SetLow(byte value, byte direction)
    {
        bool was = IsSelected;
        (_low, Direction) = (value, direction);
        Assert.Equal(0, value & 0x03); // the clock idles low, and data with it
        if (was && !IsSelected)
        {
            Frames.Add([.. _frame]);
            _selectRose = time.GetElapsedTime(0);
        }
        else if (!was && IsSelected)
        {
            if (Frames.Count == WedgeAtFrame)
                (Wedged, WedgeAtFrame) = (true, -1);
            _frame.Clear();
            Gaps.Add(time.GetElapsedTime(0) - _selectRose);
        }
    }

    private async Task WriteAsync(int length)
    {
        Assert.True(IsSelected, "bytes are clocked out while no chip listens");
        for (int left = length; left > 0;)
        {
            int piece = 0;
            for (; left > 0 && (piece == 0 || _commands.Count > 0); left--, piece++)
                _frame.Add(await NextAsync());
            await IdleAsync(8 * piece);
        }
    }

    private async Task ReadAsync(int length)
    {
        Assert.True(IsSelected, "bytes are clocked in while no chip answers");
        for (int left = length; left > 0;)
        {
            await RoomAsync();
            int piece = Math.Min(left, Math.Min(510, FifoBytes - Answers.Count));
            await IdleAsync(8 * piece);
            for (int i = 0; i < piece; i++)
            {
                await AnswerAsync(Chip(_frame));
                _frame.Add(0xFF);
            }

            left -= piece;
            OnChange();
        }
    }

    private async Task AnswerAsync(byte answer)
    {
        await RoomAsync();
        if (AnswersMade++ != LoseAnswerAt)
            Answers.Enqueue(answer);
    }

    private async Task RoomAsync()
    {
        while (Answers.Count >= FifoBytes)
        {
            Stalls++;
            await ChangeAsync();
        }
    }

    private Task IdleAsync(int clocks) => PassAsync(TimeSpan.FromSeconds(clocks / Hz));
}
