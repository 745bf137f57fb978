// A USB port, the cable, and the CH341A at its end.
//
// Modelled: one claim of the interface at a time; attaching as a power-on reset (pins are inputs, answers are gone);
//   pins that stay driven after a close; a cable that comes off, by hand or after a number of URBs.
// Not modelled: enumeration and its time, several configurations, the kernel driver that must be detached, the 5 V
//   supply of the black boards (the chip's voltage is the board model's affair).
using FlashBench.Hardware;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Flash;

namespace FlashBench.Simulation.Usb;

/// <summary>A USB port with a virtual CH341A in it, its clip on a simulated chip.</summary>
/// <remarks>
/// Attaching is a power-on reset of the device's USB side; one attachment at a time, as a claimed interface. The port
/// never changes the chip's supply by itself: the board model does, told by <see cref="SupplyChanged"/>.
/// </remarks>
public sealed class SimulatedCh341aPort
{
    private readonly TimeProvider _time;
    private readonly Ch341aClock _clock;
    private readonly Ch341aCore _core;
    private readonly Lock _gate = new();
    private Action? _attached; // tells whoever has claimed the interface that the cable is off

    /// <summary>Makes a port with the programmer plugged in and nobody attached.</summary>
    /// <param name="chip">The chip under the clip.</param>
    /// <param name="time">Clock of the bench.</param>
    /// <param name="portPath">Bus and port path the device reports, as sysfs writes it.</param>
    public SimulatedCh341aPort(SimulatedSpiNor chip, TimeProvider time, string portPath)
    {
        ArgumentNullException.ThrowIfNull(chip);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentException.ThrowIfNullOrEmpty(portPath);
        _time = time;
        _clock = new Ch341aClock(time);
        _core = new Ch341aCore(chip, _clock);
        string product = UsbIdentity.VirtualMark + " CH341A SPI programmer";
        Identity = new UsbIdentity(0x1A86, 0x5512, 0x0304, product, portPath, Serial: null);
    }

    /// <summary>Descriptors of the device.</summary>
    public UsbIdentity Identity { get; }

    /// <summary>Faults of device and cable.</summary>
    public Ch341aFaults Faults { get; } = new();

    /// <summary>What went over the cable.</summary>
    public UsbTraffic Traffic { get; internal set; }

    /// <summary>True while the device is plugged in; plugged means fed by USB.</summary>
    public bool IsPlugged { get; private set; } = true;

    /// <summary>True while somebody has the interface claimed.</summary>
    public bool IsAttached
    {
        get { lock (_gate) return _attached is not null; }
    }

    /// <summary>True while the programmer drives any SPI pin; closing the device does not release them.</summary>
    public bool DrivesBus => _core.DrivesPins;

    /// <summary>Called with the new state (true = fed) and the timestamp when the cable comes off or on.</summary>
    public Action<bool, long>? SupplyChanged { get; set; }

    /// <summary>Attaches to the device: claims its interface; the device is as after power-on.</summary>
    /// <param name="cancel">Not needed: attaching takes no time.</param>
    /// <exception cref="ProgrammerException">The device is claimed already, or not plugged in.</exception>
    public Task<IUsbDevice> OpenAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!IsPlugged)
                throw new ProgrammerException($"There is no programmer on USB port {Identity.PortPath}.");
            if (_attached is not null)
                throw new ProgrammerException($"The programmer on USB port {Identity.PortPath} is in use.");
            _core.Reset();
            var device = new SimulatedCh341a(this, _core, _clock);
            _attached = device.LoseCable;
            return Task.FromResult<IUsbDevice>(device);
        }
    }

    /// <summary>Takes the cable off: pins float, what is in flight ends with "no device".</summary>
    public void Unplug() => Unplug(_time.GetTimestamp());

    /// <summary>Puts the cable back; a new attachment is needed.</summary>
    public void Plug()
    {
        lock (_gate)
        {
            if (IsPlugged)
                return;
            IsPlugged = true;
        }

        SupplyChanged?.Invoke(true, _time.GetTimestamp());
    }

    internal void Unplug(long at)
    {
        Action lose;
        lock (_gate)
        {
            if (!IsPlugged)
                return;
            IsPlugged = false;
            lose = _attached ?? _core.Reset;
        }

        lose(); // outside the lock: it wakes the host's tasks
        SupplyChanged?.Invoke(false, at);
    }

    internal void Release()
    {
        lock (_gate)
            _attached = null;
    }
}
