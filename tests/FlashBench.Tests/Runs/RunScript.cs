using System.Text.Json;
using FlashBench.Bench;
using FlashBench.Bench.Runs;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Runs;

/// <summary>Events of runs, as tests need them.</summary>
internal static class RunScript
{
    public static readonly DateTimeOffset Evening = new(2026, 3, 28, 20, 0, 0, TimeSpan.Zero);

    public static RunEvent.Started Start(int? cycles = 2, int images = 0, string[]? benches = null) => new(
        "SOAK-1", "flashbench test", Evening,
        [
            .. (benches ?? ["a", "b"]).Select(id => new RunBench(id, "p", null, [.. Enumerable.Range(0, images)])),
        ],
        [.. Enumerable.Range(0, images).Select(i => new RunImage($"i{i}.bin", $"{i:x64}", 1, "ME 8"))], cycles)
    {
        Repeats = 1,
    };

    public static RunEvent.Assigned Begin(string bench, int step, int cycle, int? image = null, int attempt = 1) =>
        new(bench, step, cycle, image, attempt, $"SOAK-1.{bench}.{step}");

    public static RunEvent.Done End(
        string bench, int step, Verdict verdict = Verdict.Pass, int attempt = 1, params double[] osUp) =>
        new(bench, step, attempt, Digest($"SOAK-1.{bench}.{step}", verdict, osUp));

    public static JobDigest Digest(string job, Verdict verdict, params double[] osUp) => new(
        job, verdict, "L3", verdict == Verdict.Pass ? "" : "it did", verdict switch
        {
            Verdict.Pass => ErrorClass.None,
            Verdict.Error => ErrorClass.Infrastructure,
            _ => ErrorClass.Dut,
        },
        Evening, Evening.AddHours(2), 7200, Dirty: false,
        [
            .. osUp.Select((seconds, i) => new BootDigest(i + 2, BootKind.Watch, BootClass.Alive)
            {
                OsUpSeconds = seconds,
                ObservedSeconds = 1900,
                LongestGapSeconds = seconds / 2,
            }),
        ])
    {
        Directory = job,
        BackupSha256 = new string('0', 64),
        Written = verdict != Verdict.Error,
    };

    public static IEnumerable<RunEvent> Whole()
    {
        yield return Start();
        yield return Begin("a", 1, 1);
        yield return new RunEvent.WentOn(1, Evening);
        yield return End("a", 1, Verdict.Pass, 1, 8.5);
        yield return new RunEvent.Left("b", "no ü \"such\" part", true, Evening);
        yield return new RunEvent.Stopping("stopped", Evening);
        yield return new RunEvent.Ended(Evening);
    }

    public static string Text(RunEvent happened) => JsonSerializer.Serialize(happened);
}
