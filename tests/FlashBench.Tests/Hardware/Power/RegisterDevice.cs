using FlashBench.Hardware.Native;

namespace FlashBench.Tests.Hardware.Power;

/// <summary>Registers behind an SMBus, as i2c-stub has them: what is written can be read. Every write is recorded.
/// </summary>
internal sealed class RegisterDevice : ISmbusDevice
{
    private const int RemoteIo = 121;

    public int[] Registers { get; } = new int[256];

    public List<(byte Register, int Value)> Writes { get; } = [];

    /// <summary>Registers that do not take what is written.</summary>
    public HashSet<byte> Stuck { get; } = [];

    /// <summary>errno of every transfer.</summary>
    public int Error { get; set; }

    /// <summary>True while another process has the bus.</summary>
    public bool IsTaken { get; set; }

    /// <summary>How often the bus was taken and given back.</summary>
    public (int Taken, int Released) Locks { get; private set; }

    public void Unplug() => Error = RemoteIo;

    public int ReadByte(byte register, out byte value)
    {
        value = (byte)Registers[register];
        return Error;
    }

    public int WriteByte(byte register, byte value) => Write(register, value);

    public int ReadWord(byte register, out ushort value)
    {
        value = (ushort)Registers[register];
        return Error;
    }

    public int WriteWord(byte register, ushort value) => Write(register, value);

    public bool TryLock()
    {
        if (IsTaken)
            return false;
        Locks = (Locks.Taken + 1, Locks.Released);
        return true;
    }

    public void Release() => Locks = (Locks.Taken, Locks.Released + 1);

    private int Write(byte register, int value)
    {
        if (Error != 0)
            return Error;
        Writes.Add((register, value));
        if (!Stuck.Contains(register))
            Registers[register] = value;
        return 0;
    }
}
