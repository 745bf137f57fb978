using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FlashBench.Hardware;
using FlashBench.Simulation.Served;
using FlashBench.Simulation.Usb;

namespace FlashBench.Simulation.UsbIp;

/// <summary>Exports virtual USB devices to USB/IP clients: `usbip attach`, or a client in user space.</summary>
/// <remarks>
/// Attaching is a power-on reset of every interface. A device has one client at a time; when a connection has ended,
/// or its end has reached this host, the device is free for the next import. Everything runs on the clock's thread.
/// </remarks>
public sealed class UsbIpServer : IAsyncDisposable
{
    private const int ConnectionsMax = 32;
    private const int FirstDevice = 2; // 1 is the root hub

    private static readonly TimeSpan OperationLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SettleStep = TimeSpan.FromMilliseconds(1);
    private const int SettleSteps = 1000;

    private readonly ServedTime _time;
    private readonly TimeProvider _host;
    private readonly List<Export> _exports;
    private readonly ServedListener _listener;

    /// <summary>Prepares a server; nobody can connect yet.</summary>
    /// <param name="ports">Devices to export; the bus id of each is its port path.</param>
    /// <param name="time">Clock and thread of their bench.</param>
    /// <param name="host">The real clock, for limits on peers.</param>
    public UsbIpServer(IReadOnlyList<SimulatedUsbPort> ports, ServedTime time, TimeProvider host)
    {
        ArgumentNullException.ThrowIfNull(ports);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(host);
        (_time, _host) = (time, host);
        _listener = new ServedListener(time, ConnectionsMax, ServeAsync);
        _exports = [.. ports.Select((port, index) => new Export(port, index + FirstDevice))];
    }

    /// <summary>What happened, as words without a full stop; on the clock's thread.</summary>
    public event Action<string>? Noticed;

    /// <summary>Counts of the device that was imported last.</summary>
    public UrbLedger Ledger { get; } = new();

    /// <summary>Starts to listen.</summary>
    /// <param name="at">Address and port; port 0 lets the system choose.</param>
    /// <returns>Where it listens.</returns>
    /// <exception cref="SocketException">The address is taken or not allowed.</exception>
    public IPEndPoint Start(IPEndPoint at) => _listener.Start(at);

    /// <summary>Ends every connection; the devices are free when it returns.</summary>
    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(Socket socket)
    {
        using Socket mine = socket;
        socket.NoDelay = true;
        string peer = string.Create(CultureInfo.InvariantCulture, $"{socket.RemoteEndPoint}");
        try
        {
            var input = new ReceivedInput(socket);
            if (await ReadOperationAsync(input) is not { } operation)
                return;
            if (operation.Kind == UsbIpOperationKind.DeviceList)
                await SendAsync(socket, UsbIpCodec.DeviceList([.. Plugged().Select(export => export.Description)]));
            else
                await ImportAsync(operation.BusId, socket, input, peer);
        }
        catch (UsbIpProtocolException broken)
        {
            Noticed?.Invoke($"{peer} was cut off: it sent {broken.Message}");
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client is gone, says nothing, or the server stops.
        }
    }

    private IEnumerable<Export> Plugged() => _exports.Where(export => export.Port.IsPlugged);

    private async Task<UsbIpOperation?> ReadOperationAsync(ReceivedInput input)
    {
        using var limit = new CancellationTokenSource(OperationLimit, _host);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _listener.Stopping);
        while (true)
        {
            int length = UsbIpCodec.ReadOperation(input.Bytes, out UsbIpOperation operation);
            input.Take(length);
            if (length > 0)
                return operation;
            if (!await input.ReceiveAsync(UsbIpCodec.OperationBytesMax, either.Token))
                return null;
        }
    }

    private async Task ImportAsync(string busId, Socket socket, ReceivedInput input, string peer)
    {
        Export? export = Plugged().FirstOrDefault(one => one.Description.BusId == busId);
        if (export is null)
        {
            await SendAsync(socket, UsbIpCodec.Import(UsbIpImportStatus.NoDevice, null));
            return;
        }

        await LetGoAsync(export);
        if (export.Holder is not null || await OpenAsync(export) is not { } device)
        {
            await SendAsync(socket, UsbIpCodec.Import(UsbIpImportStatus.Busy, null));
            return;
        }

        try
        {
            export.Holder = input;
            Ledger.Import();
            await SendAsync(socket, UsbIpCodec.Import(UsbIpImportStatus.Ok, export.Description));
            Noticed?.Invoke($"{peer} has {busId}");
            using var output = new GatheredOutput(socket, _time);
            var session = new UsbIpSession(
                (export.Port, export.Description.DeviceId), device, (socket, output), _time, Ledger);
            await session.RunAsync(input, _listener.Stopping);
        }
        finally
        {
            await device.DisposeAsync();
            export.Holder = null;
            Ledger.Release();
            Noticed?.Invoke($"{peer} has left {busId}");
        }
    }

    // A client that has closed its connection has given the device back, even if that is still in the queue here: what
    // can be read from it is read before a new client is refused.
    private async Task LetGoAsync(Export export)
    {
        for (int i = 0; i < SettleSteps && export.Holder is { IsReadable: true }; i++)
            await Task.Delay(SettleStep, _host, _listener.Stopping);
    }

    // Null if somebody in this process has the device.
    private async Task<ImportedDevice?> OpenAsync(Export export)
    {
        try
        {
            return await ImportedDevice.OpenAsync(export.Port, export.Configuration, _listener.Stopping);
        }
        catch (ProgrammerException)
        {
            return null;
        }
    }

    private static async Task SendAsync(Socket socket, byte[] reply)
    {
        for (int sent = 0; sent < reply.Length;)
            sent += await socket.SendAsync(reply.AsMemory(sent), SocketFlags.None);
    }

    private sealed class Export
    {
        public Export(SimulatedUsbPort port, int number)
        {
            Port = port;
            Configuration = new ConfigurationReading(port.Descriptors);
            string path = port.Identity.PortPath;
            int bus = int.TryParse(path.Split('-')[0], CultureInfo.InvariantCulture, out int parsed) ? parsed : 1;
            Description = new UsbIpDevice(
                path, bus, number, port.Descriptors.HighSpeed, port.Descriptors.Device, Configuration.Classes,
                Configuration.Value);
        }

        public SimulatedUsbPort Port { get; }

        public ConfigurationReading Configuration { get; }

        public UsbIpDevice Description { get; }

        // The input of the client that has the device.
        public ReceivedInput? Holder { get; set; }
    }
}
