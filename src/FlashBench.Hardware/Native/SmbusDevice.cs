using System.Runtime.InteropServices;

namespace FlashBench.Hardware.Native;

/// <summary>One device on an I2C bus, spoken to by SMBus transfers through i2c-dev.</summary>
/// <remarks>
/// Source: S-18, include/uapi/linux/i2c-dev.h and i2c.h. SMBus and not plain I2C transfers: every adapter has them,
/// those of the chipset too. Each call blocks for one transfer, a second at most on a stuck bus.
/// </remarks>
internal sealed class SmbusDevice : ISmbusDevice, IDisposable
{
    internal const int DataBytes = 34, ArgumentBytes = 16, SizeAt = 4, PointerAt = 8; // struct i2c_smbus_ioctl_data
    internal const uint SetAddress = 0x0703, Transfer = 0x0720; // I2C_SLAVE, I2C_SMBUS

    private const int OpenFlags = 0x0002 | 0x80000;             // O_RDWR, O_CLOEXEC
    internal const byte Reading = 1, Writing = 0;                // I2C_SMBUS_READ, I2C_SMBUS_WRITE
    internal const uint ByteData = 2, WordData = 3;              // I2C_SMBUS_BYTE_DATA, I2C_SMBUS_WORD_DATA
    private const int LockAtOnce = 2 | 4, Unlock = 8;           // LOCK_EX | LOCK_NB, LOCK_UN

    private readonly FileDescriptor _file;
    private readonly byte[] _data = GC.AllocateArray<byte>(DataBytes, pinned: true); // union i2c_smbus_data
    private readonly byte[] _argument = new byte[ArgumentBytes];

    private SmbusDevice(FileDescriptor file) => _file = file;

    /// <summary>Opens a bus for one address.</summary>
    /// <param name="path">"/dev/i2c-1".</param>
    /// <param name="address">7-bit address.</param>
    /// <param name="error">errno when it is null.</param>
    public static SmbusDevice? Open(string path, int address, out int error)
    {
        FileDescriptor file = LibC.Open(path, OpenFlags);
        bool addressed = !file.IsInvalid && LibC.Control(file, SetAddress, (nuint)address) == 0;
        error = addressed ? 0 : Marshal.GetLastPInvokeError();
        if (error == 0)
            return new SmbusDevice(file);
        file.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public int ReadByte(byte register, out byte value)
    {
        int error = Call(Reading, register, ByteData);
        value = _data[0];
        return error;
    }

    /// <inheritdoc/>
    public int WriteByte(byte register, byte value)
    {
        _data[0] = value;
        return Call(Writing, register, ByteData);
    }

    /// <inheritdoc/>
    public int ReadWord(byte register, out ushort value)
    {
        int error = Call(Reading, register, WordData);
        value = (ushort)((_data[0] << 8) | _data[1]); // SMBus words are little-endian, these chips' big-endian
        return error;
    }

    /// <inheritdoc/>
    public int WriteWord(byte register, ushort value)
    {
        (_data[0], _data[1]) = ((byte)(value >> 8), (byte)(value & 0xFF));
        return Call(Writing, register, WordData);
    }

    /// <inheritdoc/>
    public bool TryLock() => LibC.Lock(_file, LockAtOnce) == 0;

    /// <inheritdoc/>
    public void Release() => LibC.Lock(_file, Unlock);

    public void Dispose() => _file.Dispose();

    private int Call(byte direction, byte register, uint size)
    {
        (_argument[0], _argument[1]) = (direction, register);
        BitConverter.TryWriteBytes(_argument.AsSpan(SizeAt), size);
        BitConverter.TryWriteBytes(_argument.AsSpan(PointerAt), Marshal.UnsafeAddrOfPinnedArrayElement(_data, 0));
        return LibC.Control(_file, Transfer, _argument) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }
}
