using System.Globalization;
using System.Text;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Watch;

/// <summary>A boot told second by second: a healthy one by default; a test changes what matters to it.</summary>
internal sealed class BootScript
{
    public const string Nonce = "1a2b3c4d";

    public const string DisabledWords = "1e020191 160a0100 00000000 00000000 00000000 00000000";

    private const long Us = 1_000_000;

    /// <summary>Power-good comes this many seconds after the relay.</summary>
    public double PowerGood { get; init; } = 0.5;

    /// <summary>The kernel starts this many seconds after the relay.</summary>
    public double Kernel { get; init; } = 20;

    public double Until { get; init; } = 1920;

    /// <summary>False if the banner of the power-on itself was lost.</summary>
    public bool FirstBanner { get; init; } = true;

    /// <summary>When the power sensor answers.</summary>
    public Func<double, bool> Sensor { get; init; } = _ => true;

    /// <summary>The watch of the last run.</summary>
    public BootWatch? Last { get; private set; }

    public Func<double, (int Millivolts, int Milliamps)> Power { get; init; } = _ => (3290, 800);

    public Func<double, bool> Heartbeats { get; init; } = _ => true;

    public Func<double, bool> Samples { get; init; } = _ => true;

    public List<(double At, string Line)> Extra { get; } = [];

    public BootSettings Settings { get; init; } =
        new(1860 * Us, 120 * Us, 180 * Us, 20 * Us, 3000, 5, "^coreboot-.* bootblock starting");

    public BootObservation Run()
    {
        var watch = Last = new BootWatch(Settings, 1, (BootKind.Watch, Nonce), 0);
        int noise = 0;
        var events = new List<(double At, Action Do)>();
        for (double at = 0; at <= Until; at += 0.5)
        {
            double now = at;
            if (!Sensor(now))
                continue;
            (int millivolts, int milliamps) = now < PowerGood ? (0, 20) : Power(now);
            events.Add((now, () => watch.OnPower((long)(now * Us), millivolts, milliamps + noise++ % 3)));
        }

        foreach ((double at, string line) in Lines())
            events.Add((at, () => watch.OnConsole((long)(at * Us), Encoding.Latin1.GetBytes(line + "\r\n"))));
        foreach ((_, Action happen) in events.OrderBy(entry => entry.At))
            happen();
        return watch.Observe((long)(Until * Us));
    }

    public static string SampleLine(long number, double uptime, string nonce = Nonce, string words = DisabledWords)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"FB1 {nonce} {number} {uptime:0.00} {words}");
        return $"{text} {FlashBench.Bench.Crc32.Of(Encoding.ASCII.GetBytes(text)):x8}";
    }

    public static string HeartbeatLine(long number, double uptime) =>
        string.Create(CultureInfo.InvariantCulture, $"heartbeat {number} up {uptime:0.00}");

    private IEnumerable<(double At, string Line)> Lines()
    {
        if (FirstBanner)
            yield return (1, "coreboot-4.22 x86_64 bootblock starting (log level: 7)...");
        long number = 0;
        for (double at = Kernel + 10; at <= Until; at += 5)
        {
            if (Heartbeats(at))
                yield return (at, HeartbeatLine(++number, at - Kernel));
        }

        number = 0;
        for (double at = Kernel + 11; at <= Until; at += 30)
        {
            if (Samples(at))
                yield return (at, SampleLine(++number, at - Kernel));
        }

        foreach ((double At, string Line) extra in Extra)
            yield return extra;
    }
}
