using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Usb;

/// <summary>A device that is plugged in, as a list shows it.</summary>
/// <param name="Identity">Its descriptors; product and serial number are empty where it cannot be opened.</param>
/// <param name="Obstacle">libusb's name for why it cannot be opened; null if it can.</param>
public sealed record UsbDeviceEntry(UsbIdentity Identity, string? Obstacle);

/// <summary>The USB devices of this host, through libusb.</summary>
/// <remarks>Devices stay usable after the host object is disposed. Safe for concurrent use.</remarks>
public sealed class LibUsbHost : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    private readonly LibUsbContext _context;
    private readonly TimeProvider _time;
    private bool _disposed;

    /// <summary>Starts libusb.</summary>
    /// <param name="time">Clock for limits and waits.</param>
    /// <exception cref="ProgrammerException">It is not installed, or does not start.</exception>
    public LibUsbHost(TimeProvider time)
        : this(new NativeLibUsb(), time)
    {
    }

    internal LibUsbHost(ILibUsb library, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_context, _time) = (new LibUsbContext(library), time);
    }

    private ILibUsb Library => _context.Library;

    /// <summary>Lists what is plugged in, hubs left out; opens every device for a moment to read its strings.</summary>
    /// <exception cref="ProgrammerException">libusb cannot list.</exception>
    public IReadOnlyList<UsbDeviceEntry> List()
    {
        using LibUsbDeviceList list = Look();
        return [.. list.Places.Select(Describe)];
    }

    /// <summary>Opens the one device that matches, and claims one of its interfaces.</summary>
    /// <param name="selector">Must match exactly one device.</param>
    /// <param name="interfaceNumber">bInterfaceNumber; only this one is taken from its kernel driver.</param>
    /// <exception cref="ProgrammerException">
    /// None or several match, no permission, in use; <see cref="BenchException.Cause"/> says which.
    /// </exception>
    public LibUsbDevice Open(UsbSelector selector, int interfaceNumber)
    {
        ArgumentNullException.ThrowIfNull(selector);
        ArgumentOutOfRangeException.ThrowIfNegative(interfaceNumber);
        using LibUsbDeviceList list = Look();
        LibUsbPlace place = Choose(list, selector);
        LibUsbError error = Library.Open(place.Device, out nint handle);
        if (error != LibUsbError.Success)
            throw CannotOpen(place, error);
        bool claimed = false;
        try
        {
            LibUsbClaim claim = Claim(handle, place, interfaceNumber);
            claimed = true;
            return new LibUsbDevice(_context, handle, claim, Identify(place, handle), _time);
        }
        finally
        {
            if (!claimed)
                Library.Close(handle);
        }
    }

    /// <summary>Waits until exactly one matching device is plugged in; looks four times a second.</summary>
    /// <param name="selector">What to wait for; after an unplugging, best its port path.</param>
    /// <param name="limit">How long at most.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="ProgrammerException">It did not come within the limit, or several did.</exception>
    public async Task WaitForAsync(UsbSelector selector, TimeSpan limit, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(selector);
        long start = _time.GetTimestamp();
        while (!IsThere(selector))
        {
            if (_time.GetElapsedTime(start) >= limit)
            {
                throw new ProgrammerException($"{selector} did not come back within {limit.TotalSeconds:0.#} s")
                {
                    Cause = PartCause.Unavailable,
                };
            }

            await Task.Delay(LookInterval, _time, cancel);
        }
    }

    /// <summary>Ends libusb once the last device is closed.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _context.LetGo();
    }

    private LibUsbDeviceList Look()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new LibUsbDeviceList(_context);
    }

    // Opens nothing unless a serial number has to be read: opening resets some virtual devices.
    private bool IsThere(UsbSelector selector)
    {
        using LibUsbDeviceList list = Look();
        LibUsbPlace[] matching = Matching(list, selector);
        return matching.Length > 1
            ? throw UsbFailures.Ambiguous(selector, Names(matching))
            : matching.Length == 1;
    }

    private LibUsbPlace Choose(LibUsbDeviceList list, UsbSelector selector)
    {
        LibUsbPlace[] matching = Matching(list, selector);
        return matching.Length switch
        {
            0 when selector.Serial is not null && FirstForbidden(list, selector) is LibUsbPlace forbidden =>
                throw UsbFailures.Permission(forbidden.Model, forbidden.PortPath),
            0 => throw UsbFailures.Missing(selector, Names(list.Places)),
            1 => matching[0],
            _ => throw UsbFailures.Ambiguous(selector, Names(matching)),
        };
    }

    private LibUsbPlace[] Matching(LibUsbDeviceList list, UsbSelector selector) =>
        [.. list.Places.Where(place => selector.MayBe(place.Model, place.PortPath)
            && (selector.Serial is null || Describe(place).Identity.Serial == selector.Serial))];

    private LibUsbPlace? FirstForbidden(LibUsbDeviceList list, UsbSelector selector) =>
        list.Places.FirstOrDefault(place => selector.MayBe(place.Model, place.PortPath)
            && Describe(place).Obstacle == Library.ErrorName(LibUsbError.Access));

    private static string[] Names(IEnumerable<LibUsbPlace> places) =>
        [.. places.Select(place => $"{place.Model} at {place.PortPath}")];

    private UsbDeviceEntry Describe(LibUsbPlace place)
    {
        LibUsbError error = Library.Open(place.Device, out nint handle);
        if (error != LibUsbError.Success)
            return new UsbDeviceEntry(Identify(place, handle: null), Library.ErrorName(error));
        try
        {
            return new UsbDeviceEntry(Identify(place, handle), Obstacle: null);
        }
        finally
        {
            Library.Close(handle);
        }
    }

    private UsbIdentity Identify(LibUsbPlace place, nint? handle)
    {
        LibUsbDescriptor d = place.Descriptor;
        string? product = handle is nint open ? Library.GetString(open, d.ProductIndex) : null;
        string? serial = handle is nint same ? Library.GetString(same, d.SerialIndex) : null;
        return new UsbIdentity(
            d.VendorId, d.ProductId, d.Release, Printable(product) ?? "", place.PortPath, Printable(serial))
        {
            OnVirtualHost = SysfsUsb.IsVirtualHost(place.Bus),
        };
    }

    // Strings come from the device: they must not steer a terminal.
    private static string? Printable(string? text) =>
        text is null ? null : string.Concat(text.Select(c => c is >= ' ' and <= '~' ? c : '?'));

    private LibUsbClaim Claim(nint handle, LibUsbPlace place, int interfaceNumber)
    {
        bool detached = false;
        LibUsbError error = LibUsbError.Success;
        if (Library.IsKernelDriverActive(handle, interfaceNumber))
        {
            error = Library.DetachKernelDriver(handle, interfaceNumber);
            detached = error == LibUsbError.Success;
        }

        if (error == LibUsbError.Success)
            error = Library.Claim(handle, interfaceNumber);
        if (error == LibUsbError.Success)
            return new LibUsbClaim(interfaceNumber, detached);
        string? driver = SysfsUsb.DriverOf(place.PortPath, interfaceNumber);
        if (detached)
            Library.AttachKernelDriver(handle, interfaceNumber);
        throw error switch
        {
            LibUsbError.Busy => UsbFailures.Busy(place.Model, place.PortPath, interfaceNumber, driver),
            LibUsbError.NotFound => UsbFailures.Other(
                place.Model, place.PortPath, $"used: it has no interface {interfaceNumber}", Library.ErrorName(error)),
            _ => CannotOpen(place, error),
        };
    }

    private ProgrammerException CannotOpen(LibUsbPlace place, LibUsbError error) => error switch
    {
        LibUsbError.Access => UsbFailures.Permission(place.Model, place.PortPath),
        LibUsbError.Busy => UsbFailures.Busy(
            place.Model, place.PortPath, 0, SysfsUsb.DriverOf(place.PortPath, 0)),
        _ => UsbFailures.Other(place.Model, place.PortPath, "opened", Library.ErrorName(error)),
    };
}
