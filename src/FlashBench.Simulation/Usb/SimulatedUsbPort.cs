// A USB port, the cable, and the device at its end.
//
// Modelled: one claim of an interface at a time; attaching as a power-on reset (pins are inputs, answers are gone);
//   pins that stay driven after a close; a cable that comes off, by hand or after a number of URBs.
// Not modelled: enumeration and its time, several configurations, the kernel driver that must be detached.
using FlashBench.Hardware;
using FlashBench.Hardware.Usb;

namespace FlashBench.Simulation.Usb;

/// <summary>A USB port with a virtual device in it.</summary>
/// <remarks>
/// Attaching resets the device's side of the interface as power-on does; one attachment for each interface at a time.
/// The port never changes a chip's supply by itself: the board model does, told by <see cref="SupplyChanged"/>.
/// </remarks>
public abstract class SimulatedUsbPort
{
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Action> _attached = []; // tells whoever claimed an interface that the cable is off

    /// <summary>Makes a port with the device plugged in and nobody attached.</summary>
    /// <param name="identity">What the device says of itself.</param>
    /// <param name="descriptors">The same as bytes; agrees with <paramref name="identity"/>.</param>
    /// <param name="time">Clock of the bench.</param>
    protected SimulatedUsbPort(UsbIdentity identity, UsbDescriptorSet descriptors, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        (Identity, Descriptors, _time) = (identity, descriptors, time);
    }

    /// <summary>What the device says of itself.</summary>
    public UsbIdentity Identity { get; }

    /// <summary>Its descriptors as a host reads them.</summary>
    public UsbDescriptorSet Descriptors { get; }

    /// <summary>Faults of device and cable.</summary>
    public UsbFaults Faults { get; } = new();

    /// <summary>What went over the cable.</summary>
    public UsbTraffic Traffic { get; internal set; }

    /// <summary>True while the device is plugged in; plugged means fed by USB.</summary>
    public bool IsPlugged { get; private set; } = true;

    /// <summary>True while somebody has an interface claimed.</summary>
    public bool IsAttached
    {
        get { lock (_gate) return _attached.Count > 0; }
    }

    /// <summary>True while the device drives any SPI pin; closing it does not release them.</summary>
    public abstract bool DrivesBus { get; }

    /// <summary>Called with the new state (true = fed) and the timestamp when the cable comes off or on.</summary>
    public Action<bool, long>? SupplyChanged { get; set; }

    /// <summary>Raised when the cable has come off, after transfers in flight were ended; on any thread.</summary>
    public event Action? Unplugged;

    /// <summary>Attaches to the device and claims interface 0; that interface is as after power-on.</summary>
    /// <param name="cancel">Not needed: attaching takes no time.</param>
    /// <exception cref="ProgrammerException">The interface is claimed already, or nothing is plugged in.</exception>
    public Task<IUsbDevice> OpenAsync(CancellationToken cancel) => OpenAsync(0, cancel);

    /// <summary>Attaches to the device and claims one interface; it is as after power-on.</summary>
    /// <param name="interfaceNumber">bInterfaceNumber; one that the device has.</param>
    /// <param name="cancel">Not needed: attaching takes no time.</param>
    /// <exception cref="ProgrammerException">The interface is claimed already, or nothing is plugged in.</exception>
    public Task<IUsbDevice> OpenAsync(int interfaceNumber, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!IsPlugged)
                throw new ProgrammerException($"There is no programmer on USB port {Identity.PortPath}.");
            if (_attached.ContainsKey(interfaceNumber))
                throw new ProgrammerException($"The programmer on USB port {Identity.PortPath} is in use.");
            (IUsbDevice device, Action loseCable) = Attach(interfaceNumber);
            _attached.Add(interfaceNumber, loseCable);
            return Task.FromResult(device);
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
        List<Action> lose;
        lock (_gate)
        {
            if (!IsPlugged)
                return;
            IsPlugged = false;
            lose = _attached.Count > 0 ? [.. _attached.Values] : [ResetPins];
        }

        lose.ForEach(tell => tell()); // outside the lock: it wakes the host's tasks
        SupplyChanged?.Invoke(false, at);
        Unplugged?.Invoke();
    }

    internal void Release(int interfaceNumber)
    {
        lock (_gate)
            _attached.Remove(interfaceNumber);
    }

    /// <summary>Resets one interface to its power-on state and makes a handle on it.</summary>
    /// <returns>The handle, and what to call when the cable comes off while it is open.</returns>
    private protected abstract (IUsbDevice Device, Action LoseCable) Attach(int interfaceNumber);

    /// <summary>The supply is gone while nobody is attached: no pin is driven any more.</summary>
    private protected abstract void ResetPins();
}
