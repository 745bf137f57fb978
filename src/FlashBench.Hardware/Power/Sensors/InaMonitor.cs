using FlashBench.Hardware.Native;
using FlashBench.Hardware.Power.Lines;

namespace FlashBench.Hardware.Power.Sensors;

/// <summary>An INA219 or INA226: voltage of its bus, and current by the voltage across a shunt.</summary>
/// <remarks>
/// Source: S-34 (INA219, registers 8.6), S-35 (INA226, registers 7.6). Current is shunt voltage by resistance: the
/// calibration register is not used. A chip that does not measure continuously gets its reset configuration; nothing
/// else is written. No calibration of the shunt is invented: its tolerance is the user's.
/// </remarks>
/// <param name="device">The chip.</param>
/// <param name="place">"the INA219 at i2c-1:0x40", for messages.</param>
/// <param name="part">Which of the two.</param>
/// <param name="shuntMicroohms">Shunt resistance.</param>
internal sealed class InaMonitor(ISmbusDevice device, string place, InaPart part, int shuntMicroohms) : IDisposable
{
    private const byte Configuration = 0x00, Shunt = 0x01, Bus = 0x02, Manufacturer = 0xFE, Die = 0xFF;
    private const ushort Reset219 = 0x399F, Reset226 = 0x4127;
    private const ushort ManufacturerTi = 0x5449, Die226 = 0x2260, DieMask = 0xFFF0; // the last digit is the revision
    private const ushort Continuous = 0b111;                     // MODE: shunt and bus, continuous
    private const ushort RangeOf32V = 1 << 13, Overflow = 1;     // INA219: BRNG; OVF
    private const int Bus219Max32 = 8000, Bus219Max16 = 4000;    // full scale, 4 mV a bit
    private const int Gain219Shift = 11, Shunt219PerGain = 4000; // PG; full scale at gain 1, 10 uV a bit

    // Input offset that a sound chip may show: 200 uV with the INA219's gain of 1/8 (grade A, maximum), 10 uV INA226.
    private const int Offset219Bits = 20, Offset226Bits = 4;

    /// <summary>Looks whether it is the chip that was named and measures by itself; sees to it if not.</summary>
    /// <exception cref="PowerException">Another chip, or none, answers.</exception>
    public void Prepare()
    {
        if (part == InaPart.Ina226)
            CheckIdentity();
        ushort configuration = Read(Configuration);
        if ((configuration & Continuous) == Continuous && (configuration & 0x8000) == 0)
            return;
        ushort wanted = part == InaPart.Ina219 ? Reset219 : Reset226;
        int error = device.WriteWord(Configuration, wanted);
        if (error != 0)
            throw PartFailure.Failed(place, "set up", error);
        ushort now = Read(Configuration);
        if (now != wanted)
            throw new PowerException($"{place} was configured with 0x{wanted:X4} and reads back 0x{now:X4}");
    }

    /// <summary>Voltage of the bus.</summary>
    public int Millivolts()
    {
        ushort raw = Read(Bus);
        if (part == InaPart.Ina226)
            return (raw & 0x7FFF) * 5 / 4; // 1.25 mV a bit
        if ((raw & Overflow) != 0)
            throw new PowerException($"{place} reports a math overflow: its readings are not to be trusted");
        int bits = raw >> 3;
        int max = (Read(Configuration) & RangeOf32V) != 0 ? Bus219Max32 : Bus219Max16;
        return bits < max
            ? bits * 4
            : throw new PowerException($"{place}: the bus voltage is beyond its range of {max * 4 / 1000} V");
    }

    /// <summary>Current through the shunt.</summary>
    public int Milliamps()
    {
        short raw = unchecked((short)Read(Shunt));
        int max = part == InaPart.Ina226
            ? short.MaxValue
            : Shunt219PerGain << ((Read(Configuration) >> Gain219Shift) & 3);
        if (Math.Abs((int)raw) >= max)
            throw new PowerException($"{place}: the current is beyond the range of its shunt");
        int offset = part == InaPart.Ina226 ? Offset226Bits : Offset219Bits;
        if (raw < -offset)
        {
            throw new PowerException(
                $"{place}: the current flows backwards ({raw} bits): is the shunt wired the other way round?");
        }

        long nanovolts = Math.Max(0, (long)raw) * (part == InaPart.Ina226 ? 2500 : 10_000);
        return (int)Math.Min(int.MaxValue, nanovolts / shuntMicroohms); // nV / uOhm = mA
    }

    public void Dispose() => (device as IDisposable)?.Dispose();

    private void CheckIdentity()
    {
        ushort manufacturer = Read(Manufacturer), die = Read(Die);
        if (manufacturer != ManufacturerTi || (die & DieMask) != Die226)
            throw new PowerException($"{place} is none: it says 0x{manufacturer:X4}, 0x{die:X4}");
    }

    private ushort Read(byte register)
    {
        int error = device.ReadWord(register, out ushort value);
        return error == 0 ? value : throw PartFailure.Failed(place, "read", error);
    }
}

/// <summary>Bus voltage or shunt current of a monitor.</summary>
/// <param name="monitor">The chip.</param>
/// <param name="isRail">True for its voltage.</param>
/// <param name="description">What and where.</param>
/// <param name="isSimulated">True if the bus is one of i2c-stub.</param>
internal sealed class InaQuantity(InaMonitor monitor, bool isRail, string description, bool isSimulated) : IQuantity
{
    /// <inheritdoc/>
    public string Description => description;

    /// <inheritdoc/>
    public bool IsSimulated => isSimulated;

    /// <inheritdoc/>
    public ValueTask<int> MeasureAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return new(isRail ? monitor.Millivolts() : monitor.Milliamps());
    }
}
