using FlashBench.Bench;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;

namespace FlashBench.Tests.Regress;

/// <summary>Cells, files and logs of regressions, as tests need them.</summary>
internal static class RegressScript
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    public static RegressOrder Order(int repeat = 1, params string[] policies) => new(
        "/images", policies.Length == 0 ? ["purism", "hap-only"] : policies, ["virtual-me8", "virtual-me11"], repeat,
        new string('b', 64));

    public static RegressFile Image(string name, string me = "ME 8.1.0.1", RegressFileKind kind = RegressFileKind.Dump)
        => new(name, kind, "")
        {
            Sha256 = new string('0', 63) + name.Length % 10,
            SizeBytes = 1 << 20,
            Me = me,
            Major = me.StartsWith("ME ", StringComparison.Ordinal) ? int.Parse(me[3..].Split('.')[0]) : null,
        };

    public static CellResult Cell(
        string file = "a.bin", string policy = "purism", CellOutcome outcome = CellOutcome.Pass,
        string reason = "") => new(file, policy, "virtual-me8", outcome, CellJudge.Run, reason)
        {
            Image = new string('1', 64),
            Me = "ME 8.1.0.1",
            Key = $"key of {file} {policy}",
            Stages = Sound.Stages,
            Result = new string('2', 64),
            ChangedBytes = 7,
            Level = "L3",
            Jobs = [$"R-1.virtual-me8.{policy}"],
            Run = "R-1",
            Seconds = 1.5,
        };

    public static StaticResult Sound { get; } = new(
        [new("audit", StageEnd.Passed, "ME 8.1.0.1"), new("plan", StageEnd.Passed, "7 bytes in 1 range")])
    {
        ResultSha256 = new string('2', 64),
        ChangedBytes = 7,
    };

    public static RunEvent.Started Start(string run = "R-1", params string[] policies) => new(
        run, "flashbench test", Noon, [new RunBench("virtual-me8", "virtual-me8", null, [0])],
        [new RunImage("a.bin", new string('1', 64), 1 << 20, "ME 8.1.0.1") { Policy = "purism" }], 1)
    {
        Regress = Order(1, policies),
    };

    public static RegressTable Table(params CellResult[] cells) => RegressTable.Of(
    [
        Start(), new RunEvent.Listed([.. cells.Select(cell => cell.File).Distinct().Select(name => Image(name))]),
        .. cells.Select(cell => new RunEvent.Settled(cell)), new RunEvent.Ended(Noon),
    ]);

    public static JobDigest Job(Verdict verdict, string reason = "", bool holds = false, string job = "j") => new(
        job, verdict, "L3", reason, verdict == Verdict.Error ? ErrorClass.Infrastructure : ErrorClass.Dut, Noon,
        Noon.AddHours(1), 3600, Dirty: false, [])
    {
        Directory = job,
        HoldsClaims = holds,
    };
}
