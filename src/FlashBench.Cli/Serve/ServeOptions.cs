using System.CommandLine;
using System.Net;

namespace FlashBench.Cli.Serve;

/// <summary>The options of the verbs that lend a bench to other programs.</summary>
internal sealed class ServeOptions
{
    private const int PortMax = 65535;

    public ServeOptions(int port) => Port = new Option<int>("--port")
    {
        Description = "TCP port; 0 lets the system choose",
        HelpName = "N",
        DefaultValueFactory = _ => port,
    };

    public Option<string?> Bench { get; } = new("--bench")
    {
        Description = "Bench id; without it the bench marked `default`",
        HelpName = "ID",
    };

    public Option<int> Port { get; }

    public Option<string> Listen { get; } = new("--listen")
    {
        Description = "Address to listen on; others than the loopback let other machines in",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    public Option<int?> Control { get; } = new("--control")
    {
        Description = "Port of the control channel (time, counts, faults); 0 lets the system choose; off without it",
        HelpName = "N",
    };

    public Option<string?> Image { get; } = new("--image")
    {
        Description = "What the virtual chip holds: a whole flash image, plain or .gz",
        HelpName = "FILE",
    };

    public Option<bool> Keep { get; } = new("--keep")
    {
        Description = "Start from what the virtual chip holds, instead of a stock image",
    };

    public IEnumerable<Option> All => [Bench, Port, Listen, Control, Image, Keep];

    /// <summary>Reads them.</summary>
    /// <exception cref="UsageException">A value makes no sense, or two contradict each other.</exception>
    public ServeRequest Read(ParseResult parse)
    {
        string? image = NonEmpty(Image.Name, parse.GetValue(Image));
        bool keep = parse.GetValue(Keep);
        if (keep && image is not null)
            throw new UsageException("--keep and --image contradict each other: which image?");
        if (!IPAddress.TryParse(parse.GetValue(Listen), out IPAddress? address)
            || address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork)
        {
            throw new UsageException("--listen needs an IPv4 address, like 127.0.0.1");
        }

        var listen = new IPEndPoint(address, PortOf(Port.Name, parse.GetValue(Port)));
        return new ServeRequest(
            NonEmpty(Bench.Name, parse.GetValue(Bench)), listen,
            parse.GetValue(Control) is { } control ? PortOf(Control.Name, control) : null, image, keep);
    }

    private static int PortOf(string option, int port) => port is >= 0 and <= PortMax
        ? port
        : throw new UsageException($"{option} {port} is no TCP port: 0 to {PortMax}");

    private static string? NonEmpty(string option, string? value) =>
        value is { Length: 0 } ? throw new UsageException($"{option} has an empty value") : value;
}

/// <summary>What the command line asked for.</summary>
/// <param name="Bench">Bench id; null for the default bench.</param>
/// <param name="Listen">Where to listen.</param>
/// <param name="Control">Port of the control channel; null for none.</param>
/// <param name="Image">Image file; null for the generated one.</param>
/// <param name="Keep">Keep what the virtual chip holds.</param>
internal sealed record ServeRequest(string? Bench, IPEndPoint Listen, int? Control, string? Image, bool Keep);
