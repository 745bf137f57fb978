using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Firmware.Registers;

namespace FlashBench.Tests.Jobs;

/// <summary>Takes the facts of a job that passed, changes one thing, and holds the decision to what must
/// follow.</summary>
public sealed class DecisionTests(DecisionTests.PassedJob job) : IClassFixture<DecisionTests.PassedJob>
{
    [Fact]
    public void The_unchanged_facts_pass() => Assert.Equal(Verdict.Pass, Decision.Decide(job.Facts).Verdict);

    public static TheoryData<string, Verdict> Changes => new()
    {
        { "a phase was inconclusive", Verdict.Inconclusive },
        { "backup not stored", Verdict.Inconclusive },
        { "refused by the audit", Verdict.Fail },
        { "test key on a real bench", Verdict.Fail },
        { "an unattributed byte", Verdict.Fail },
        { "a kept range differs", Verdict.Fail },
        { "signature broken after the run", Verdict.Fail },
        { "too much left", Verdict.Fail },
        { "limit unknown", Verdict.Inconclusive },
        { "something left", Verdict.Fail },
        { "another problem in the flash", Verdict.Fail },
        { "bit clear after the run", Verdict.Fail },
        { "another strap bit changed", Verdict.Fail },
        { "write differs", Verdict.Fail },
        { "not re-opened", Verdict.Fail },
        { "re-read differs", Verdict.Fail },
        { "no re-read", Verdict.Inconclusive },
        { "chip left half-written", Verdict.Fail },
        { "one cold boot only", Verdict.Inconclusive },
        { "no baseline", Verdict.Inconclusive },
        { "baseline not running", Verdict.Inconclusive },
        { "baseline in two states", Verdict.Inconclusive },
        { "baseline in an update", Verdict.Inconclusive },
        { "policy fused in one sample", Verdict.Fail },
        { "verified boot locked", Verdict.Fail },
        { "fuses not read", Verdict.Inconclusive },
        { "fuses not read in one sample", Verdict.Inconclusive },
        { "enforcement word not read", Verdict.Inconclusive },
        { "agent fell silent in the baseline", Verdict.Inconclusive },
        { "board data rewritten by the board", Verdict.Pass },
        { "one sample running", Verdict.Fail },
        { "one sample armed", Verdict.Fail },
        { "one sample soft-disabled", Verdict.Fail },
        { "one sample without device", Verdict.Inconclusive },
        { "running before a warm restart", Verdict.Fail },
        { "disabled before a warm restart", Verdict.Pass },
        { "no early sample", Verdict.Inconclusive },
        { "boot log says running on every boot", Verdict.Fail },
        { "boot log says armed on one boot", Verdict.Inconclusive },
        { "boot log contradicts itself", Verdict.Inconclusive },
        { "negative control", Verdict.Inconclusive },
        { "a fault in the course", Verdict.Inconclusive },
        { "watchdog loss", Verdict.Fail },
        { "unanswered boot", Verdict.Inconclusive },
    };

    [Theory, MemberData(nameof(Changes))]
    public void One_changed_fact_ends_as_it_must(string change, Verdict expected)
    {
        JobFacts changed = Change(job.Facts, change);

        Judgement judgement = Decision.Decide(changed);

        Assert.True(expected == judgement.Verdict, $"{judgement.Verdict}: {judgement.Reason}");
        Assert.NotEmpty(judgement.Reason);
    }

    [Theory]
    [InlineData("limit unknown", ErrorClass.Image)] // no other bench could tell more
    [InlineData("no baseline", ErrorClass.Infrastructure)]
    [InlineData("watchdog loss", ErrorClass.Dut)]
    [InlineData("refused by the audit", ErrorClass.Image)]
    public void The_error_class_says_who_must_act(string change, ErrorClass expected) =>
        Assert.Equal(expected, Decision.Decide(Change(job.Facts, change)).Class);

    internal static JobFacts Change(JobFacts f, string change) => change switch
    {
        "a phase was inconclusive" => f with
        {
            Phases = [.. f.Phases.SkipLast(1), f.Phases[^1] with { Verdict = Verdict.Inconclusive, Reason = "x" }],
        },
        "backup not stored" => f with { Backup = f.Backup! with { Stored = false } },
        "refused by the audit" => f with { Audit = f.Audit! with { Refusals = ["no"] } },
        "test key on a real bench" => f with
        {
            Audit = f.Audit! with { TestKey = true },
            Start = f.Start with { Simulated = false },
        },
        "an unattributed byte" => f with { Plan = f.Plan! with { UnattributedBytes = 1 } },
        "write differs" => Read(f, "verify", read => read with { DifferingBytes = 1 }),
        "not re-opened" => Read(f, "verify", read => read with { Reopened = false }),
        "re-read differs" => Read(f, "re-read", read => read with { DifferingBytes = 1 }),
        "no re-read" => f with { ReadBacks = f.ReadBacks.Where(r => r.Key != "re-read").ToDictionary() },
        "chip left half-written" => f with { IsDirty = true },
        "negative control" => f with { Start = f.Start with { Control = "stock" } },
        "a fault in the course" => f with { CourseFaults = ["x"] },
        _ => ChangeContent(f, change) ?? ChangeBoots(f, change)
            ?? throw new ArgumentException(change, nameof(change)),
    };

    private static JobFacts? ChangeContent(JobFacts f, string change) => change switch
    {
        "a kept range differs" => Content(f, c => c with { Kept = [c.Kept[0] with { Equal = false }, .. c.Kept[1..]] }),
        "board data rewritten by the board" => Content(f, c => c with
        {
            Kept = [.. c.Kept.Select(kept => kept.BoardData ? kept with { Equal = false } : kept)],
        }),
        "signature broken after the run" => Content(f, c => c with { SignatureValid = false }),
        "too much left" => Content(f, c => c with { ContentBytes = c.ContentLimit!.Value + 1 }),
        "limit unknown" => Content(f, c => c with { ContentLimit = null }),
        "another problem in the flash" => Content(f, c => c with { Problems = ["x"] }),
        "something left" => Content(f, c => c with { Left = ["NFTP"] }),
        "bit clear after the run" => Content(f, c => c with { DisableBit = c.DisableBit with { Set = false } }),
        "another strap bit changed" => Content(f, c => c with { OnlyPinnedBitChanged = false }),
        _ => null,
    };

    private static JobFacts? ChangeBoots(JobFacts f, string change) => change switch
    {
        "one cold boot only" => f with { Boots = [.. f.Boots.SkipLast(1)] },
        "no baseline" => f with { Boots = [.. f.Boots.Skip(1)] },
        "baseline not running" => Sample(f, 0, .., r => r with { Hfsts1 = 0x80022004, Hfsts2 = 0x304D0116 }),
        "baseline in two states" => Sample(f, 0, ..1, r => r with { Hfsts1 = 0x00040245 }),
        "baseline in an update" => Sample(f, 0, ..1, r => r with { Hfsts1 = r.Hfsts1 | 1u << 11 }),
        "policy fused in one sample" => Sample(f, 0, 3..4, r => r with { Hfsts6 = 0x03C00EC9 }),
        "verified boot locked" => Sample(f, 0, .., r => r with { Hfsts6 = 0x40000200 }),
        "fuses not read in one sample" => Sample(f, 0, 4..5, r => r with { Hfsts6 = null }),
        "enforcement word not read" => Sample(f, 0, .., r => r with { Hfsts5 = null }),
        "agent fell silent in the baseline" => Boot(f, 0, b => b with { Class = BootClass.Unanswered }),
        "fuses not read" => Sample(f, 0, .., r => r with { Hfsts6 = null }),
        "one sample running" => Sample(f, 2, 5..6, r => r with { Hfsts1 = 0x94000245 }),
        "one sample armed" => Sample(f, 2, 5..6, r => r with { Hfsts1 = 0x00003006, Hfsts2 = 0x80040000 }),
        "one sample soft-disabled" => Sample(f, 1, 5..6, r => r with { Hfsts1 = 0x80032054 }),
        "one sample without device" => Sample(f, 1, 5..6, _ => new MeRegisters(null)),
        "running before a warm restart" => Boot(f, 1, b => b with
        {
            SamplesBeforeRestart = [b.Samples[0] with { Registers = new MeRegisters(0x94000245) }],
        }),
        "disabled before a warm restart" => Boot(f, 1, b => b with { SamplesBeforeRestart = [b.Samples[0]] }),
        "no early sample" => Boot(f, 1, b => b with { Samples = [.. b.Samples.Skip(20)] }),
        "boot log says running on every boot" => Text(Text(f, 1, 0x94000245), 2, 0x94000245),
        "boot log says armed on one boot" => Text(f, 1, 0x00003006),
        "boot log contradicts itself" => Boot(f, 1, b => b with
        {
            FirmwareText = new CorebootMeReport(null, null, null, new MeRegisters(null), false, IsContradictory: true),
        }),
        "watchdog loss" => Boot(f, 2, b => b with { Class = BootClass.WatchdogConsistent }),
        "unanswered boot" => Boot(f, 2, b => b with { Class = BootClass.Unanswered }),
        _ => null,
    };

    private static JobFacts Read(JobFacts f, string purpose, Func<JournalData.ReadBack, JournalData.ReadBack> change) =>
        f with { ReadBacks = f.ReadBacks.ToDictionary(r => r.Key, r => r.Key == purpose ? change(r.Value) : r.Value) };

    private static JobFacts Content(JobFacts f, Func<JournalData.FlashCheck, JournalData.FlashCheck> change) => f with
    {
        FlashChecks = f.FlashChecks.ToDictionary(c => c.Key, c => c.Key == "re-read" ? change(c.Value) : c.Value),
    };

    private static JobFacts Boot(JobFacts f, int index, Func<BootObservation, BootObservation> change) =>
        f with { Boots = [.. f.Boots.Select((boot, i) => i == index ? change(boot) : boot)] };

    private static JobFacts Text(JobFacts f, int index, uint hfsts1) => Boot(f, index, b => b with
    {
        FirmwareText = new CorebootMeReport(null, null, null, new MeRegisters(hfsts1, 0), false, false),
    });

    private static JobFacts Sample(JobFacts f, int boot, Range which, Func<MeRegisters, MeRegisters> change) =>
        Boot(f, boot, b => b with
        {
            Samples = [.. b.Samples.Select((s, i) => Covers(which, i, b.Samples.Count)
                ? s with { Registers = change(s.Registers) } : s)],
        });

    private static bool Covers(Range range, int index, int count) =>
        index >= range.Start.GetOffset(count) && index < range.End.GetOffset(count);

    /// <summary>The facts of an ME 11 job that passed.</summary>
    public sealed class PassedJob : IDisposable
    {
        private readonly JobBench _bench = new() { Kind = "me11" };

        public PassedJob()
        {
            Assert.Equal(0, _bench.Run().ExitCode);
            Facts = _bench.Verify().Facts;
        }

        public JobFacts Facts { get; }

        public void Dispose() => _bench.Dispose();
    }
}
