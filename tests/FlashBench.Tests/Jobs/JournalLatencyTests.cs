using System.Globalization;

namespace FlashBench.Tests.Jobs;

/// <summary>Many benches in one process, in real time. A slice of what `scripts/journal-latency` measures.</summary>
public sealed class JournalLatencyTests
{
    [Fact]
    public async Task Benches_in_real_time_do_not_hold_each_other_up()
    {
        int benches = Asked("FLASHBENCH_LATENCY_BENCHES", 2), seconds = Asked("FLASHBENCH_LATENCY_SECONDS", 10);
        using var run = new JournalLatency(benches, TimeSpan.FromSeconds(seconds));

        LatencyResult result = await run.RunAsync(TestContext.Current.CancellationToken);

        Assert.True(result.PowerGood.Length >= 3 * benches, "a baseline and two cold boots of every bench");
        Assert.True(result.Journal.Length > 20 * benches);
        if (Environment.GetEnvironmentVariable("FLASHBENCH_LATENCY_TABLE") is { Length: > 0 } file)
            await File.WriteAllTextAsync(file, Row(benches, seconds, result), TestContext.Current.CancellationToken);
    }

    private static string Row(int benches, int seconds, LatencyResult result)
    {
        string Both(double[] figures) => string.Create(
            CultureInfo.InvariantCulture,
            $"{JournalLatency.Percentile(figures, 50):0.0} / {JournalLatency.Percentile(figures, 99):0.0}");

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{benches} | {seconds} | {result.Journal.Length} | {Both(result.Journal)} | {Both(result.Samples)} | "
            + $"{Both(result.PowerGood)} | {result.Cores:0.00} |");
    }

    private static int Asked(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int asked)
            ? asked
            : usual;
}
