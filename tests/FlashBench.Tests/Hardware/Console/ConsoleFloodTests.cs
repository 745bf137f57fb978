using System.Globalization;

namespace FlashBench.Tests.Hardware.Console;

/// <summary>Eight consoles at 3 Mbaud say garbage at once: 2 seconds here, a minute by scripts/console-flood.</summary>
public sealed class ConsoleFloodTests
{
    private const int Ports = 8, Seed = 1;

    // A table row for docs/reliability.md goes into this file; without it this is an ordinary test.
    private static readonly string? Table = Environment.GetEnvironmentVariable("FLASHBENCH_FLOOD_TABLE");

    [Fact]
    public async Task Not_a_byte_is_lost_on_eight_ports_at_once()
    {
        string? asked = Environment.GetEnvironmentVariable("FLASHBENCH_FLOOD_SECONDS");
        double seconds = asked is null ? 2 : double.Parse(asked, CultureInfo.InvariantCulture);
        await using var flood = new ConsoleFlood(Ports, seconds, Seed);

        FloodResult result = await flood.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal((result.Sent, 0), (result.Kept, result.Mangled));
        if (Table is null)
            return;
        Assert.InRange(result.PeakBytes, 1, 1 << 30); // only here: in an ordinary run other tests use memory too
        await File.WriteAllTextAsync(Table, RowOf(result), TestContext.Current.CancellationToken);
    }

    private static string RowOf(FloodResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Ports} | {result.Seconds:0.0} | {result.Sent} | {result.Sent - result.Kept} | {result.Mangled} "
        + $"| {result.Cores:0.00} | {result.PeakBytes / 1048576} |\n");
}
