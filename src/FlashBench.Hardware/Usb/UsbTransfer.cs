namespace FlashBench.Hardware.Usb;

/// <summary>How a transfer ended.</summary>
public enum UsbTransferStatus
{
    /// <summary>Not submitted, or still in flight.</summary>
    Pending,

    /// <summary>Done; an IN transfer may carry fewer bytes than its buffer (short packet).</summary>
    Completed,

    /// <summary>Cancelled by the time limit of its group.</summary>
    TimedOut,

    /// <summary>The endpoint answered with a stall.</summary>
    Stalled,

    /// <summary>Cancelled by the caller.</summary>
    Cancelled,

    /// <summary>The device is gone from the bus.</summary>
    NoDevice,

    /// <summary>The bus failed: no answer, a bad checksum, more data than asked for.</summary>
    Failed,
}

/// <summary>One bulk transfer: a direction, a buffer, and how it ended.</summary>
/// <param name="endpoint">Endpoint address; bit 7 set = IN.</param>
/// <param name="buffer">Bytes to send, or room for bytes to receive; owned by the device while in flight.</param>
public sealed class UsbTransfer(byte endpoint, Memory<byte> buffer)
{
    /// <summary>Endpoint address; bit 7 set = IN.</summary>
    public byte Endpoint { get; } = endpoint;

    /// <summary>True if the device sends.</summary>
    public bool IsIn => (Endpoint & 0x80) != 0;

    /// <summary>Bytes to send, or room for bytes to receive.</summary>
    public Memory<byte> Buffer { get; } = buffer;

    /// <summary>Bytes actually moved.</summary>
    public int Length { get; set; }

    /// <summary>How the transfer ended.</summary>
    public UsbTransferStatus Status { get; set; }
}
