namespace FlashBench.Hardware.Native;

/// <summary>One device on an SMBus: registers of a byte, and of two with the high byte first on the wire.</summary>
internal interface ISmbusDevice
{
    /// <summary>Reads a register of 8 bits.</summary>
    /// <returns>errno, or 0.</returns>
    int ReadByte(byte register, out byte value);

    /// <summary>Writes a register of 8 bits.</summary>
    /// <returns>errno, or 0.</returns>
    int WriteByte(byte register, byte value);

    /// <summary>Reads a register of 16 bits.</summary>
    /// <returns>errno, or 0.</returns>
    int ReadWord(byte register, out ushort value);

    /// <summary>Writes a register of 16 bits.</summary>
    /// <returns>errno, or 0.</returns>
    int WriteWord(byte register, ushort value);

    /// <summary>Keeps other processes of this program off the bus; false if one has it now.</summary>
    bool TryLock();

    /// <summary>Ends <see cref="TryLock"/>.</summary>
    void Release();
}
