using FlashBench.Hardware;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Usb;

namespace FlashBench.Simulation.UsbIp;

// One import of a device: all of its interfaces, open. Every one was reset by that, as by power-on.
internal sealed class ImportedDevice : IAsyncDisposable
{
    internal const int NoDevice = -19;         // ENODEV
    internal const int Stall = -32;            // EPIPE
    private const ushort PortReset = 4;        // PORT_RESET, as a host asks its hub
    private const byte VendorFromDevice = 0x40;

    private readonly SimulatedUsbPort _port;
    private readonly ConfigurationReading _configuration;
    private readonly StandardRequests _requests;
    private readonly SortedDictionary<byte, IUsbDevice> _interfaces = [];

    private ImportedDevice(SimulatedUsbPort port, ConfigurationReading configuration)
    {
        (_port, _configuration) = (port, configuration);
        _requests = new StandardRequests(port.Descriptors, configuration);
    }

    internal static async Task<ImportedDevice> OpenAsync(
        SimulatedUsbPort port, ConfigurationReading configuration, CancellationToken cancel)
    {
        var device = new ImportedDevice(port, configuration);
        bool opened = false;
        try
        {
            foreach (byte number in configuration.InterfaceNumbers)
                device._interfaces.Add(number, await port.OpenAsync(number, cancel));
            opened = true;
            return device;
        }
        finally
        {
            if (!opened)
                await device.DisposeAsync();
        }
    }

    // The interface behind a bulk or interrupt endpoint; null if there is no such endpoint.
    internal IUsbDevice? Behind(byte address) =>
        _configuration.InterfaceOf(address) is { } number ? _interfaces[number] : null;

    // Executes a control request: bytes moved, or a negative errno.
    internal async Task<int> ControlAsync(UsbSetup setup, Memory<byte> data, CancellationToken cancel)
    {
        if (!_port.IsPlugged)
            return NoDevice;
        try
        {
            if (setup is { RequestType: 0x23, Request: 3, Value: PortReset })
                return await ResetAsync(cancel);
            if (!StandardRequests.IsStandard(setup))
                return await Recipient(setup).ControlAsync(setup, data, Timeout.InfiniteTimeSpan, cancel);
            if (_requests.Answer(setup) is not { } answer)
                return Stall;
            int length = setup.IsIn ? Math.Min(answer.Length, data.Length) : 0;
            answer.AsSpan(0, length).CopyTo(data.Span);
            return length;
        }
        catch (ProgrammerException)
        {
            return _port.IsPlugged ? Stall : NoDevice;
        }
    }

    // Released when it returns, whatever was in flight.
    public async ValueTask DisposeAsync()
    {
        foreach (IUsbDevice one in _interfaces.Values)
            await one.DisposeAsync();
        _interfaces.Clear();
    }

    private async Task<int> ResetAsync(CancellationToken cancel)
    {
        foreach (IUsbDevice one in _interfaces.Values)
            await one.ResetAsync(cancel);
        return 0;
    }

    // A request to an interface or endpoint names it. One to the device goes to the first, except that devices of
    // several like channels (FTDI) are told the channel, counted from 1, in the low byte of wIndex.
    private IUsbDevice Recipient(UsbSetup setup)
    {
        int low = setup.Index & 0xFF;
        int number = (setup.RequestType & 0x1F) switch
        {
            1 => low,
            2 => _configuration.InterfaceOf((byte)low) ?? 0,
            _ when (setup.RequestType & 0x60) == VendorFromDevice && low > 0 => low - 1,
            _ => 0,
        };
        return _interfaces.TryGetValue((byte)number, out IUsbDevice? named) ? named : _interfaces.Values.First();
    }
}
