using System.Net;
using System.Net.Sockets;
using FlashBench.Cli.Serve;
using FlashBench.Hardware;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation;
using FlashBench.Simulation.Served;
using FlashBench.Simulation.Usb;
using FlashBench.Simulation.UsbIp;

namespace FlashBench.Cli.Certify;

/// <summary>Exports the programmer of a virtual bench by USB/IP on the loopback, and opens it through libusb.</summary>
internal sealed class ProgrammerOverUsb : IAsyncDisposable
{
    private static readonly TimeSpan AttachLimit = TimeSpan.FromSeconds(60); // real time: a person attaches it
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    private readonly SimulatedUsbPort _port;
    private readonly ServedJob _job;
    private readonly TimeProvider _host;
    private readonly UsbIpServer _server;
    private readonly IPEndPoint _at;
    private readonly Action<string> _note;
    private LibUsbHost? _usb;

    private ProgrammerOverUsb(
        SimulatedUsbPort port, ServedJob job, TimeProvider host, int tcpPort, Action<string> note)
    {
        (_port, _job, _host, _note) = (port, job, host, note);
        _server = new UsbIpServer([port], job.Time, host);
        _at = new IPEndPoint(IPAddress.Loopback, tcpPort);
    }

    private UsbModel Model => new(_port.Identity.VendorId, _port.Identity.ProductId);

    /// <summary>Exports the programmer.</summary>
    /// <param name="bench">The bench; its clock is the job's.</param>
    /// <param name="job">The job that will use it.</param>
    /// <param name="host">The real clock, for limits on peers and on USB.</param>
    /// <param name="tcpPort">Where to listen.</param>
    /// <param name="note">Told once how to attach it, if it is not there.</param>
    /// <exception cref="CommandFailure">The TCP port is taken or not allowed.</exception>
    public static async Task<ProgrammerOverUsb> StartAsync(
        VirtualBench bench, ServedJob job, TimeProvider host, int tcpPort, Action<string> note)
    {
        var exported = new ProgrammerOverUsb(bench.Programmer, job, host, tcpPort, note);
        try
        {
            exported._server.Start(exported._at);
            return exported;
        }
        catch (SocketException e)
        {
            await exported.DisposeAsync();
            throw ServedBench.Refused(e, $"{exported._at}");
        }
    }

    /// <summary>Opens it through libusb; waits up to a minute of real time until it is attached.</summary>
    /// <exception cref="ProgrammerException">It is not attached, not permitted, or not the only one.</exception>
    public async Task<IUsbDevice> OpenAsync(CancellationToken cancel)
    {
        long start = _host.GetTimestamp();
        bool told = false;
        while (true)
        {
            if (await _job.OutsideAsync(() => Task.FromResult(TryOpen())) is { } device)
                return await OnlyMineAsync(new OutsideUsbDevice(device, _job));
            if (_host.GetElapsedTime(start) >= AttachLimit)
                throw NotAttached();
            if (!told)
                _note(Advice);
            told = true;
            await _job.OutsideAsync(() => Task.Delay(LookInterval, _host, cancel));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _usb?.Dispose();
        await _server.DisposeAsync();
    }

    private string Advice =>
        $"attach the programmer: usbip --tcp-port {_at.Port} attach -r {_at.Address} -b {_port.Identity.PortPath}";

    // Null while it is not attached. A real programmer of the same model is not even looked at twice.
    private LibUsbDevice? TryOpen()
    {
        _usb ??= new LibUsbHost(_host);
        string[] places =
        [
            .. _usb.List().Select(entry => entry.Identity)
                .Where(found => found.IsVirtual && new UsbModel(found.VendorId, found.ProductId) == Model)
                .Select(found => found.PortPath),
        ];
        return places.Length switch
        {
            0 => null,
            1 => _usb.Open(new UsbSelector(places[0], Models: [Model]), 0),
            _ => throw new ProgrammerException(
                $"{places.Length} virtual programmers {Model} are attached ({string.Join(", ", places)}): detach all "
                + "but that of this bench")
            {
                Cause = PartCause.Unavailable,
            },
        };
    }

    // What another server exports is another chip than the one on this bench's board.
    private async Task<IUsbDevice> OnlyMineAsync(OutsideUsbDevice device)
    {
        if (_port.IsAttached)
            return device;
        await device.DisposeAsync();
        throw new ProgrammerException(
            $"the virtual programmer at USB {device.Identity.PortPath} is not that of this bench: detach it")
        {
            Cause = PartCause.Unavailable,
        };
    }

    private ProgrammerException NotAttached() =>
        new($"nobody attached the programmer within {AttachLimit.TotalSeconds:0} s: {Advice}")
        {
            Cause = PartCause.Unavailable,
        };
}
