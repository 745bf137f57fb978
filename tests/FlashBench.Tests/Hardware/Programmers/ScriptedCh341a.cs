using FlashBench.Hardware;
using FlashBench.Hardware.Usb;

namespace FlashBench.Tests.Hardware.Programmers;

internal enum Wedge
{
    None,
    UntilConfigured,
    UntilReset,
    ForGood,
}

// A CH341A for the driver's tests, as strict as the document allows: an answer for which no IN transfer waits, a packet
// that is not padded, or an unknown instruction is an error. Every byte that passes is recorded.
internal sealed class ScriptedCh341a(TimeProvider time) : IUsbDevice
{
    private const byte Selected = 0x01; // D0 low
    private static readonly TimeSpan ByteTime = TimeSpan.FromTicks(53), InstructionTime = TimeSpan.FromTicks(8);

    private readonly Queue<UsbTransfer> _waiting = new();
    private readonly List<byte> _frame = [];
    private byte _pins = 0x3F;
    private bool _configured, _wedged;
    private TimeSpan _busyUntil, _selectRose;
    private int _inFlight;

    public ushort ProductId { get; init; } = 0x5512;

    public string Product { get; init; } = "USB UART-LPT";

    public UsbIdentity Identity => new(0x1A86, ProductId, 0x0304, Product, "1-4.2", Serial: null);

    // What the chip says after the bytes it has heard so far in this frame.
    public Func<IReadOnlyList<byte>, byte> Chip { get; set; } = _ => 0xFF;

    public Queue<byte[]> Stale { get; } = new();

    public Wedge Wedge { get; set; }

    public int WedgeAtAnswer { get; set; } = -1;

    public int ShortAnswerAt { get; set; } = -1;

    public bool Unplugged { get; set; }

    public List<string> Log { get; } = [];

    public List<byte[]> Frames { get; } = [];

    public List<TimeSpan> Gaps { get; } = [];

    public List<(int In, int Out, int OutBytes, TimeSpan Limit)> Groups { get; } = [];

    public int Answers { get; private set; }

    public int InFlightMax { get; private set; }

    public bool IsSelected => (_pins & Selected) == 0;

    public bool SelectedAtGroupEnd { get; private set; }

    public bool Disposed { get; private set; }

    public Action? OnSubmit { get; set; }

    public async Task SubmitAsync(IReadOnlyList<UsbTransfer> transfers, TimeSpan timeout, CancellationToken cancel)
    {
        OnSubmit?.Invoke();
        InFlightMax = Math.Max(InFlightMax, ++_inFlight);
        Assert.All(transfers, transfer => Assert.Equal(UsbTransferStatus.Pending, transfer.Status));
        Groups.Add((transfers.Count(t => t.IsIn), transfers.Count(t => !t.IsIn),
            transfers.Where(t => !t.IsIn).Sum(t => t.Buffer.Length), timeout));
        try
        {
            foreach (UsbTransfer transfer in transfers)
                Take(transfer);
            SelectedAtGroupEnd = IsSelected;
            await EndAsync(transfers, timeout, cancel);
        }
        finally
        {
            _inFlight--;
        }
    }

    public Task<int> ControlAsync(
        UsbSetup setup, Memory<byte> data, TimeSpan timeout, CancellationToken cancel) =>
        throw new ProgrammerException("stalled");

    public Task ResetAsync(CancellationToken cancel)
    {
        Log.Add("reset");
        if (Unplugged)
            throw new ProgrammerException("the device did not come back");
        (_wedged, _configured, _pins) = (Wedge == Wedge.ForGood && _wedged, false, 0x3F);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }

    private async Task EndAsync(IReadOnlyList<UsbTransfer> transfers, TimeSpan timeout, CancellationToken cancel)
    {
        bool stuck = transfers.Any(t => t.Status == UsbTransferStatus.Pending);
        TimeSpan now = time.GetElapsedTime(0);
        try
        {
            await Task.Delay(stuck ? timeout : _busyUntil > now ? _busyUntil - now : TimeSpan.Zero, time, cancel);
        }
        catch (OperationCanceledException)
        {
            Log.Add("cancelled");
            Stale.Enqueue([0xEE]); // the answer that found nobody any more
            Stop(transfers, UsbTransferStatus.Cancelled);
            throw;
        }

        if (stuck)
            Stop(transfers, UsbTransferStatus.TimedOut);
    }

    private void Stop(IReadOnlyList<UsbTransfer> transfers, UsbTransferStatus status)
    {
        foreach (UsbTransfer transfer in transfers.Where(t => t.Status == UsbTransferStatus.Pending))
            transfer.Status = status;
        UsbTransfer[] left = [.. _waiting.Where(t => t.Status == UsbTransferStatus.Pending)];
        _waiting.Clear();
        Array.ForEach(left, _waiting.Enqueue);
    }

    private void Take(UsbTransfer transfer)
    {
        if (Unplugged)
            transfer.Status = UsbTransferStatus.NoDevice;
        else if (transfer.IsIn)
            TakeIn(transfer);
        else
            TakeOut(transfer);
    }

    private void TakeIn(UsbTransfer transfer)
    {
        Assert.Equal(0x82, transfer.Endpoint);
        if (transfer.Buffer.Length == 32 && Stale.TryDequeue(out byte[]? packet))
        {
            Log.Add("stale packet taken");
            Complete(transfer, packet);
            return;
        }

        _waiting.Enqueue(transfer);
    }

    private void TakeOut(UsbTransfer transfer)
    {
        Assert.Equal(0x02, transfer.Endpoint);
        byte[] bytes = transfer.Buffer.ToArray();
        if (bytes.Length < 32)
            Log.Add(Convert.ToHexString(bytes));
        if (_wedged && !(Wedge == Wedge.UntilConfigured && bytes[0] == 0xAA))
            return;
        _wedged = false;
        foreach (byte[] packet in bytes.Chunk(32))
            TakePacket(packet);
        if (!_wedged)
            (transfer.Status, transfer.Length) = (UsbTransferStatus.Completed, bytes.Length);
    }

    private void TakePacket(byte[] packet)
    {
        if (_wedged)
            return;
        switch (packet[0])
        {
            case 0xAA:
                Assert.Equal(new byte[] { 0xAA, 0x61, 0x00 }, packet);
                _configured = true;
                break;
            case 0xAB:
                TakePins(packet);
                break;
            case 0xA8:
                TakeSpi(packet);
                break;
            default:
                Assert.Fail($"command 0x{packet[0]:X2}");
                break;
        }
    }

    private void TakePins(byte[] packet)
    {
        int i = 1;
        for (; packet[i] != 0x20; i++)
        {
            _busyUntil = Later(InstructionTime);
            if (packet[i] >= 0xC0)
                _busyUntil += TimeSpan.FromMicroseconds(packet[i] & 0x3F);
            else if (packet[i] >= 0x80)
                SetPins((byte)(packet[i] & 0x3F));
        }

        Assert.All(packet[(i + 1)..], b => Assert.Equal(0, b));
    }

    private void SetPins(byte pins)
    {
        bool was = IsSelected;
        _pins = pins;
        if (was && !IsSelected)
        {
            Frames.Add([.. _frame]);
            _selectRose = _busyUntil;
        }
        else if (!was && IsSelected)
        {
            _frame.Clear();
            Gaps.Add(_busyUntil - _selectRose);
        }
    }

    private void TakeSpi(byte[] packet)
    {
        Assert.True(_configured, "SPI before the configuration");
        Assert.True(packet.Length > 1, "an SPI packet without bytes");
        if (Wedge != Wedge.None && Answers == WedgeAtAnswer)
        {
            WedgeAtAnswer = -1;
            _wedged = true;
            return;
        }

        byte[] answer = [.. packet.Skip(1).Select(b => Mirror(Exchange(Mirror(b))))];
        Assert.True(_waiting.TryDequeue(out UsbTransfer? transfer), "an answer for which no transfer waits");
        Complete(transfer, Answers++ == ShortAnswerAt ? answer[..^1] : answer);
    }

    private byte Exchange(byte sent)
    {
        _busyUntil = Later(ByteTime);
        if (!IsSelected)
            return 0xFF;
        byte answer = Chip(_frame);
        _frame.Add(sent);
        return answer;
    }

    private TimeSpan Later(TimeSpan duration)
    {
        TimeSpan now = time.GetElapsedTime(0);
        return (_busyUntil > now ? _busyUntil : now) + duration;
    }

    private static void Complete(UsbTransfer transfer, byte[] packet)
    {
        packet.CopyTo(transfer.Buffer);
        (transfer.Status, transfer.Length) = (UsbTransferStatus.Completed, packet.Length);
    }

    private static byte Mirror(byte value) =>
        Convert.ToByte(new string([.. Convert.ToString(value, 2).PadLeft(8, '0').Reverse()]), 2);
}
