using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace FlashBench.EndToEnd.Tests.Foreign;

/// <summary>`flashbench virtual usbip --accelerated` in a process of its own, with one virtual programmer.</summary>
internal sealed partial class VirtualUsb : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _server;
    private readonly string _folder;

    private VirtualUsb(Process server, string folder) => (_server, _folder) = (server, folder);

    /// <summary>HOST:PORT of the USB/IP server.</summary>
    public string Address { get; private set; } = "";

    /// <summary>HOST:PORT of its control channel, where the device's clock is.</summary>
    public string ClockAddress { get; private set; } = "";

    /// <summary>What a program needs in its environment to find the programmer through the stand-in.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["LD_LIBRARY_PATH"] = ForeignJudges.Folder,
        ["FLASHBENCH_USBIP"] = Address,
    };

    /// <summary>Starts the server and waits until it says where it listens.</summary>
    /// <param name="programmer">"ch341a" or "ft2232h", as a configuration names it.</param>
    /// <param name="chip">The chip under the clip, as a configuration names it; blank.</param>
    /// <param name="chipBytes">Its size.</param>
    public static async Task<VirtualUsb> StartAsync(
        string programmer, string chip = FlashromJudgement.Chip, int chipBytes = FlashromJudgement.ChipBytes)
    {
        string folder = Directory.CreateTempSubdirectory("flashbench-usbip-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "bench-config.json"), $$"""
            { "version": 1, "benches": [ { "id": "it", "default": true, "dutProfile": "virtual-me8",
              "virtual": { "image": "me8", "chip": "{{chip}}", "seed": 1, "programmer": "{{programmer}}" } } ] }
            """);
        string image = Path.Combine(folder, "blank.bin");
        await File.WriteAllBytesAsync(image, [.. Enumerable.Repeat((byte)0xFF, chipBytes)]);
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = folder,
            ["XDG_DATA_HOME"] = Path.Combine(folder, "data"),
            ["XDG_STATE_HOME"] = Path.Combine(folder, "state"),
        };
        ProcessStartInfo start = ExternalProgram.StartInfo(
            FlashBenchProcess.Program.Name,
            [
                .. FlashBenchProcess.Program.First,
                "virtual", "usbip", "--bench", "it", "--accelerated", "--port", "0", "--control", "0",
                "--image", image,
            ],
            environment);
        start.WorkingDirectory = folder;
        var usb = new VirtualUsb(Process.Start(start)!, folder);
        try
        {
            await usb.ReadAddressesAsync();
            return usb;
        }
        catch
        {
            await usb.DisposeAsync();
            throw;
        }
    }

    /// <summary>Says one line on the control channel, which must answer "ok".</summary>
    public async Task TellAsync(string line)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(StartLimit);
        using var channel = new TcpClient();
        await channel.ConnectAsync(IPEndPoint.Parse(ClockAddress), stop.Token);
        await channel.GetStream().WriteAsync(Encoding.ASCII.GetBytes(line + "\n"), stop.Token);
        using var answers = new StreamReader(channel.GetStream(), Encoding.ASCII);
        string? answer = await answers.ReadLineAsync(stop.Token);
        Assert.StartsWith("ok ", answer, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_server.HasExited)
            _server.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync(CancellationToken.None);
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ReadAddressesAsync()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(StartLimit);
        string? line = await _server.StandardOutput.ReadLineAsync(stop.Token);
        Match match = Ready().Match(line ?? "");
        if (!match.Success)
        {
            string rest = await _server.StandardError.ReadToEndAsync(stop.Token);
            throw new InvalidOperationException($"flashbench virtual usbip did not start: {line}\n{rest}");
        }

        _server.ErrorDataReceived += (_, _) => { }; // it tells of every client; a full pipe would stop it
        _server.BeginErrorReadLine();
        (Address, ClockAddress) = (match.Groups["usb"].Value, match.Groups["control"].Value);
    }

    [GeneratedRegex(@"^usbip (?<usb>\S+:\d+) control (?<control>\S+:\d+) busid \S+")]
    private static partial Regex Ready();
}
