using FlashBench.Hardware.Usb;

namespace FlashBench.Hardware.Programmers;

/// <summary>One group of USB transfers: about 4 KiB of packets out, and a transfer in for each answer.</summary>
/// <remarks>Used again and again: a long read allocates nothing per packet.</remarks>
internal sealed class Ch341aGroup
{
    /// <summary>Packets after which the group is full.</summary>
    public const int PacketsMax = 128;

    // One slot more, so that the packet that ends a frame travels with the frame's last byte: the chip starts its
    // work at the rising edge of chip select.
    private const int Slots = PacketsMax + 1;
    private const int PacketLength = Ch341aProtocol.PacketLength;

    private readonly byte[] _out = new byte[Slots * PacketLength];
    private readonly UsbTransfer _fullRequest;
    private readonly UsbTransfer[] _inTransfers = new UsbTransfer[Slots];
    private readonly Answer[] _answers = new Answer[Slots];
    private readonly List<UsbTransfer> _requests = [];
    private readonly List<UsbTransfer> _transfers = new(2 * Slots);
    private int _slotCount, _answerCount, _requestStart;

    /// <summary>Allocates the buffers.</summary>
    public Ch341aGroup()
    {
        _fullRequest = new UsbTransfer(Ch341aProtocol.OutEndpoint, _out.AsMemory(0, PacketsMax * PacketLength));
        byte[] answers = new byte[Slots * PacketLength];
        for (int i = 0; i < Slots; i++)
            _inTransfers[i] = new(Ch341aProtocol.InEndpoint, answers.AsMemory(i * PacketLength, PacketLength));
    }

    /// <summary>True when only a frame's end still fits.</summary>
    public bool IsFull => _slotCount >= PacketsMax;

    /// <summary>Bytes to send.</summary>
    public int OutBytes => _slotCount * PacketLength;

    /// <summary>Sum of the pauses the device makes between frames.</summary>
    public TimeSpan Pauses { get; private set; }

    /// <summary>Forgets everything; the group can be filled anew.</summary>
    public void Clear()
    {
        (_slotCount, _answerCount, _requestStart, Pauses) = (0, 0, 0, TimeSpan.Zero);
        _requests.Clear();
    }

    /// <summary>Adds the packet that ends one frame and begins the next.</summary>
    public void AddSelect(TimeSpan pause = default)
    {
        Ch341aProtocol.EncodeSelect(NextSlot(), pause);
        Pauses += pause;
    }

    /// <summary>Adds the packet that ends a frame.</summary>
    public void AddDeselect() => Ch341aProtocol.EncodeDeselect(NextSlot());

    /// <summary>Adds the next data packet of a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="index">Its place in the batch.</param>
    /// <param name="offset">Bytes of it that were sent already.</param>
    /// <returns>How many bytes of the frame the packet carries.</returns>
    public int AddData(in SpiTransaction frame, int index, int offset)
    {
        int command = frame.Command.Length;
        int length = Math.Min(Ch341aProtocol.SpiBytesMax, command + frame.Response.Length - offset);
        int fromCommand = Math.Clamp(command - offset, 0, length);
        ReadOnlySpan<byte> data = fromCommand == 0 ? [] : frame.Command.Span.Slice(offset, fromCommand);
        int packetLength = Ch341aProtocol.EncodeSpi(NextSlot(), data, length - fromCommand);
        _answers[_answerCount++] = new(index, offset, length);
        if (packetLength < PacketLength)
            EndRequest(packetLength);
        return length;
    }

    /// <summary>All to submit: transfers for the answers first, because the device buffers next to nothing.</summary>
    public IReadOnlyList<UsbTransfer> Seal()
    {
        EndRequest(PacketLength);
        _transfers.Clear();
        for (int i = 0; i < _answerCount; i++)
            _transfers.Add(_inTransfers[i]);
        _transfers.AddRange(_requests);
        foreach (UsbTransfer transfer in _transfers)
            (transfer.Status, transfer.Length) = (UsbTransferStatus.Pending, 0);
        return _transfers;
    }

    /// <summary>Hands the answers to the frames that wait for them.</summary>
    /// <returns>What went wrong, as words without a full stop; null if nothing did.</returns>
    public string? Deliver(IReadOnlyList<SpiTransaction> batch)
    {
        foreach (UsbTransfer request in _requests)
        {
            if (request.Status != UsbTransferStatus.Completed || request.Length != request.Buffer.Length)
                return $"it took {request.Length} of {request.Buffer.Length} bytes ({request.Status})";
        }

        (int index, SpiTransaction frame) = (-1, default);
        for (int i = 0; i < _answerCount; i++)
        {
            UsbTransfer transfer = _inTransfers[i];
            Answer answer = _answers[i];
            if (transfer.Status != UsbTransferStatus.Completed || transfer.Length != answer.Length)
            {
                return $"it answered {transfer.Length} of {answer.Length} bytes to packet {i + 1} of {_answerCount} "
                    + $"({transfer.Status})";
            }

            if (answer.Frame != index)
                (index, frame) = (answer.Frame, batch[answer.Frame]);
            Copy(transfer.Buffer.Span, answer, frame);
        }

        return null;
    }

    private static void Copy(ReadOnlySpan<byte> packet, Answer answer, in SpiTransaction frame)
    {
        int skipped = Math.Clamp(frame.Command.Length - answer.Offset, 0, answer.Length); // clocked in with the command
        if (skipped == answer.Length)
            return;
        int start = answer.Offset + skipped - frame.Command.Length;
        Ch341aProtocol.ReverseBits(packet[skipped..answer.Length], frame.Response.Span[start..]);
    }

    private Span<byte> NextSlot() => _out.AsSpan(_slotCount++ * PacketLength, PacketLength);

    private void EndRequest(int lastPacketLength)
    {
        int packets = _slotCount - _requestStart;
        if (packets == 0)
            return;
        int start = _requestStart * PacketLength, length = (packets - 1) * PacketLength + lastPacketLength;
        _requests.Add(start == 0 && length == _fullRequest.Buffer.Length
            ? _fullRequest
            : new UsbTransfer(Ch341aProtocol.OutEndpoint, _out.AsMemory(start, length)));
        _requestStart = _slotCount;
    }

    private readonly record struct Answer(int Frame, int Offset, int Length);
}
