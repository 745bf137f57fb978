namespace FlashBench.Simulation.Usb;

/// <summary>Faults of a simulated USB device and its cable, off by default; counted since the port exists.</summary>
public sealed class UsbFaults
{
    /// <summary>The cable comes off when this many URBs have ended (1 = after the first); null = never.</summary>
    public long? UnplugAfterUrb { get; set; }

    /// <summary>The n-th URB (1-based) ends with a stall, whatever it did; null = none.</summary>
    public long? StallUrb { get; set; }

    /// <summary>The n-th IN packet (1-based) is lost between device and host; null = none.</summary>
    public long? LoseInPacket { get; set; }

    /// <summary>The n-th byte (1-based) that the device answers has <see cref="CorruptMask"/> flipped.</summary>
    public long? CorruptInByte { get; set; }

    /// <summary>Bits that <see cref="CorruptInByte"/> flips, as they are on the wire.</summary>
    public byte CorruptMask { get; set; } = 0x01;
}

/// <summary>What went over the cable since the port exists.</summary>
/// <param name="Urbs">URBs that the device ended; not those that were cancelled or timed out.</param>
/// <param name="OutPackets">Packets the device took.</param>
/// <param name="InPackets">Packets the device made, lost ones too.</param>
/// <param name="InBytes">Bytes in these.</param>
public readonly record struct UsbTraffic(long Urbs, long OutPackets, long InPackets, long InBytes);
