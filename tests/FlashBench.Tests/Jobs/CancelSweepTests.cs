using System.Globalization;
using FlashBench.Bench;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Simulation.Images;

namespace FlashBench.Tests.Jobs;

/// <summary>Ctrl-C at seeded moments, once, twice, and while the job ends: the board is without power and the pins are
/// let go, whatever was under way, and the exit code tells the truth.</summary>
public sealed class CancelSweepTests
{
    private static readonly byte[] Image = ImageGenerator.CreateSmall("me8", 1 << 20, board: 5);

    private static readonly int[] Exits = [0, 60, 75, 130];

    [Theory]
    [InlineData("once")]
    [InlineData("twice")]
    [InlineData("teardown")]
    public async Task A_stop_at_any_moment_ends_in_the_safe_state(string kind)
    {
        int jobs = Number("FLASHBENCH_CANCELS", 4), seed = Number("FLASHBENCH_CANCELS_SEED", 1);
        int moments = CountMoments();
        var random = new Random(seed);
        var toSafe = new List<double>();
        var codes = new SortedDictionary<int, int>();
        for (int i = 0; i < jobs; i++)
        {
            int at = kind == "teardown" ? moments - 1 - random.Next(30) : random.Next(moments);
            int again = kind == "once" ? int.MaxValue : at + random.Next(3);
            (int code, double seconds) = Stop(at, again);
            codes[code] = codes.GetValueOrDefault(code) + 1;
            toSafe.Add(seconds);
        }

        toSafe.Sort();
        if (Environment.GetEnvironmentVariable("FLASHBENCH_CANCELS_TABLE") is { Length: > 0 } table)
        {
            string exits = string.Join(", ", codes.Select(code => $"{code.Value} x {code.Key}"));
            double p99 = toSafe[(int)((toSafe.Count - 1) * 0.99)];
            await File.AppendAllTextAsync(
                table, string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {kind} | {jobs} | {jobs} | {p99:0.00} | {toSafe[^1]:0.00} | {exits} |\n"),
                TestContext.Current.CancellationToken);
        }
    }

    private static int CountMoments()
    {
        int moments = 0;
        using JobBench bench = Bench((_, _) => moments++, CancellationToken.None);
        bench.Run();
        return moments;
    }

    private static (int Code, double Seconds) Stop(int at, int again)
    {
        int seen = 0;
        Action? press = null;
        bool pressed = false;
        using var now = new CancellationTokenSource();
        JobBench? running = null;
        using JobBench bench = running = new JobBench
        {
            Image = Image,
            Describe = profile => profile with { Chips = [0xEF4014] },
            Now = now.Token,
            Watch = (_, _, stop) => press = stop,
            Probe = (_, _) =>
            {
                if (seen >= at && !pressed && press is not null) // the first record comes before the first event
                {
                    pressed = true;
                    press();
                    running!.StoppedAt();
                }

                if (seen++ == again)
                    now.Cancel();
            },
        };

        (int code, JobResult result) = bench.Run();

        Assert.True(pressed);
        Assert.True(bench.IsSafe, $"moment {at}, again {again}: exit {code}");
        Assert.Equal(0, bench.Contentions);
        Assert.Contains(code, Exits);
        Assert.Equal(code == 60, result.Dirty);
        Assert.Equal(code == 60 ? "FBJ-TEST" : null, bench.State.DirtyJob("me8"));
        Assert.Equal(code == 0, bench.Verify().Judgement.Verdict == Verdict.Pass);
        return (code, bench.SecondsSinceStop);
    }

    private static JobBench Bench(Action<JournalMoment, string> probe, CancellationToken now) => new()
    {
        Image = Image,
        Describe = profile => profile with { Chips = [0xEF4014] },
        Now = now,
        Probe = probe,
    };

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number)
            ? number
            : otherwise;
}
