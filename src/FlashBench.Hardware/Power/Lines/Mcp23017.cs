using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Power.Lines;

/// <summary>An MCP23017 I/O expander: two ports of eight pins. The one owner of its registers.</summary>
/// <remarks>
/// Source: S-32, table 3-1 (registers with IOCON.BANK = 0). The chip keeps direction and latches as long as it has
/// power, whatever becomes of this process; nothing is written before the first command. A pin's latch is written
/// before its direction, so that becoming an output makes no step. Commands are confirmed by reading latch and
/// direction back; what the relay behind the pin does is the sensor's to say.
/// </remarks>
/// <param name="device">The chip.</param>
/// <param name="place">"MCP23017 at i2c-1:0x20", for messages.</param>
/// <param name="time">For waiting until another process is done.</param>
internal sealed class Mcp23017(ISmbusDevice device, string place, TimeProvider time) : IDisposable
{
    private const byte Direction = 0x00, Configuration = 0x0A, ConfigurationAgain = 0x0B, Latch = 0x14; // A; B is next
    private const byte NeverSet = 0x81; // IOCON: BANK must be 0 here, bit 0 reads as 0
    private const int LockTriesMax = 200;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(5);

    private readonly SemaphoreSlim _owner = new(1, 1);

    /// <summary>Looks whether the chip answers as it should.</summary>
    /// <exception cref="PowerException">It does not.</exception>
    public void Check()
    {
        byte first = Read(Configuration), second = Read(ConfigurationAgain);
        if (first != second || (first & NeverSet) != 0)
        {
            throw new PowerException(
                $"{place} answers, but not as an MCP23017 with IOCON.BANK = 0 (0x{first:X2}, 0x{second:X2})");
        }
    }

    /// <summary>The level that a pin drives; null while it is an input.</summary>
    /// <param name="pin">0 to 15; A0 is 0, B0 is 8.</param>
    /// <param name="cancel">Stops the wait for another user of the bus.</param>
    public async ValueTask<bool?> ReadAsync(int pin, CancellationToken cancel)
    {
        (byte port, byte bit) = At(pin);
        await AcquireAsync(cancel);
        try
        {
            return (Read(Direction + port) & bit) != 0 ? null : (Read(Latch + port) & bit) != 0;
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Drives a pin and reads back that it is driven; the other pins keep what they have.</summary>
    /// <param name="pin">0 to 15.</param>
    /// <param name="high">Its level.</param>
    /// <param name="cancel">Stops the wait for another user of the bus.</param>
    public async ValueTask DriveAsync(int pin, bool high, CancellationToken cancel)
    {
        (byte port, byte bit) = At(pin);
        await AcquireAsync(cancel);
        try
        {
            Change(Latch + port, bit, high);
            Change(Direction + port, bit, set: false);
        }
        finally
        {
            Release();
        }
    }

    public void Dispose()
    {
        (device as IDisposable)?.Dispose();
    }

    private static (byte Port, byte Bit) At(int pin) => ((byte)(pin / 8), (byte)(1 << (pin % 8)));

    private void Change(int register, byte bit, bool set)
    {
        byte before = Read(register);
        byte wanted = (byte)(set ? before | bit : before & ~bit & 0xFF);
        if (wanted != before)
            Write(register, wanted);
        byte after = Read(register);
        if (after != wanted)
        {
            throw new PowerException(
                $"{place}: register 0x{register:X2} was set to 0x{wanted:X2} and reads back 0x{after:X2}");
        }
    }

    private byte Read(int register)
    {
        int error = device.ReadByte((byte)register, out byte value);
        return error == 0 ? value : throw PartFailure.Failed(place, "read", error);
    }

    private void Write(int register, byte value)
    {
        int error = device.WriteByte((byte)register, value);
        if (error != 0)
            throw PartFailure.Failed(place, "driven", error);
    }

    // Reading, changing and writing a register is one act, also beside another process.
    private async Task AcquireAsync(CancellationToken cancel)
    {
        await _owner.WaitAsync(cancel);
        bool acquired = false;
        try
        {
            for (int i = 0; i < LockTriesMax && !acquired; i++)
            {
                acquired = device.TryLock();
                if (!acquired)
                    await Task.Delay(LockPause, time, cancel);
            }

            if (!acquired)
                throw new PowerException($"{place}: another process keeps the bus to itself");
        }
        finally
        {
            if (!acquired)
                _owner.Release();
        }
    }

    private void Release()
    {
        device.Release();
        _owner.Release();
    }
}

/// <summary>One pin of an MCP23017 as an output line.</summary>
/// <param name="chip">Its chip.</param>
/// <param name="pin">0 to 15; A0 is 0, B0 is 8.</param>
/// <param name="activeLow">True if a low level is the active one.</param>
/// <param name="identity">What and where.</param>
internal sealed class Mcp23017Line(Mcp23017 chip, int pin, bool activeLow, PartIdentity identity) : IOutputLine
{
    /// <inheritdoc/>
    public PartIdentity Identity => identity;

    /// <inheritdoc/>
    /// <remarks>Null while the pin is an input: then it drives nothing.</remarks>
    public async ValueTask<bool?> ReadAsync(CancellationToken cancel) => await chip.ReadAsync(pin, cancel) ^ activeLow;

    /// <inheritdoc/>
    public ValueTask DriveAsync(bool active, CancellationToken cancel) =>
        chip.DriveAsync(pin, active ^ activeLow, cancel);
}
