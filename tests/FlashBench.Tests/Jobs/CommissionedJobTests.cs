using System.Text.Json.Nodes;
using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Jobs;

/// <summary>What a commissioning record does for a job, and what it does not.</summary>
public sealed class CommissionedJobTests(CommissionedJobTests.FinishedJob job)
    : IClassFixture<CommissionedJobTests.FinishedJob>
{
    [Fact]
    public void With_a_valid_record_a_short_baseline_is_enough()
    {
        VerifiedRecord record = job.Bench.Verify();

        Assert.Equal((Verdict.Pass, EvidenceLevel.L3), (record.Judgement.Verdict, record.Judgement.Level));
        Assert.Equal((300, true), (record.Facts.Start.Watch.BaselineSeconds, record.Facts.Start.Watch.BaselineShort));
        BootObservation baseline = record.Facts.Boots[0];
        Assert.InRange((baseline.EndUs - baseline.PowerGoodUs!.Value) / 1e6, 300, 330);
        Assert.Equal(Verdict.Pass, CheckOf(record, "R3").Outcome);
        Assert.Contains("10 of 90 days old", CheckOf(record, "R3").Measured, StringComparison.Ordinal);
        Assert.Contains("35:00 min by FBC-", CheckOf(record, "B2").Limit, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_and_statement_tell_the_record_with_its_runs()
    {
        string report = File.ReadAllText(Path.Combine(job.Bench.Directory, EvidenceFolder.ReportName));
        DsseEnvelope envelope = Dsse.Parse(
            File.ReadAllBytes(Path.Combine(job.Bench.Directory, DsseEnvelope.FileName)));
        JsonNode told = JsonNode.Parse(envelope.Payload.Span)!["predicate"]!["controls"]!["commissioning"]!;

        Assert.Contains("acts on a damaged ME image", report, StringComparison.Ordinal);
        Assert.Contains("FAIL, WatchdogConsistent, ME WatchdogArmed", report, StringComparison.Ordinal);
        Assert.Contains("not run: hang: not asked for", report, StringComparison.Ordinal);
        Assert.Equal(
            (10, "acts", 9), ((int)told["ageDays"]!, (string)told["watchdog"]!, told["runs"]!.AsArray().Count));
        Assert.Null(told["fault"]);
    }

    [Theory]
    [InlineData(70, 0)]
    [InlineData(100, 20)]
    public void A_record_that_ran_out_before_the_job_went_on_counts_no_more(int daysAway, int code)
    {
        using var bench = new JobBench
        {
            Commissioned = profile => CommissioningRecords.Cite(CommissioningRecords.Of(profile, "me8", 2)),
        };
        Assert.True(bench.RunUntilKilled("boot.begin", 2, JournalMoment.AfterSync));
        bench.Away = TimeSpan.FromDays(daysAway);

        Assert.Equal(code, bench.Resume().ExitCode);
        Assert.Equal(code == 0, bench.Verify().Judgement.Verdict == Verdict.Pass);
    }

    public static TheoryData<string, string> Forgeries => new()
    {
        { "no record", "no commissioning record stands for it" },
        { "another bench", "it was made for bench other" },
        { "another profile", "by another profile" },
        { "a real bench", "it was made on a real bench" },
        { "expired", "101 days old" },
        { "from tomorrow", "is not past yet" },
        { "stock run missing", "it has no stock run" },
        { "a run twice", "it names a run twice" },
        { "a control passed", "its run stock ended in PASS, Alive" },
        { "a softer measure", "holds stock to another measure" },
        { "no such control", "holds no-such-control to another measure" },
        { "other generation", "holds damaged-manifest to another measure" },
        { "another hash", "its hash is not that of its content" },
        { "baseline of 31:00", "its hash is not that of its content" },
    };

    [Theory, MemberData(nameof(Forgeries))]
    public void A_short_baseline_with_a_record_that_does_not_count_never_passes(string forgery, string why)
    {
        using var forged = new ForgedRecord(job.Bench);
        Forge(forged, forgery);

        Assert.Contains(why, forged.MustNotPass(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("baselineSeconds", "1859")]
    [InlineData("baselineSeconds", "90000")]
    [InlineData("validDays", "0")]
    [InlineData("validDays", "367")]
    [InlineData("created", "\"2026-01-02\"")]
    [InlineData("created", "\"0001-01-01T00:00:00+23\"")]
    [InlineData("meVisible", "\"perhaps\"")]
    [InlineData("profileSha256", "\"x\"")]
    [InlineData("runs", "[]")]
    public void A_record_beyond_its_bounds_is_refused(string member, string value)
    {
        using var forged = new ForgedRecord(job.Bench);
        Record(forged)[member] = JsonNode.Parse(value);

        Assert.Contains("is no commissioning record in its place", forged.MustNotPass(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_in_another_place_is_refused()
    {
        using var forged = new ForgedRecord(job.Bench);
        (forged.Lines[1], forged.Lines[2]) = (forged.Lines[2], forged.Lines[1]);
        (forged.Lines[1]["mono"], forged.Lines[2]["mono"]) = (0, 0);

        Assert.Contains("is no commissioning record in its place", forged.MustNotPass(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("119")]
    [InlineData("0")]
    [InlineData("-1")]
    public void A_baseline_shorter_than_any_is_refused(string seconds)
    {
        using var forged = new ForgedRecord(job.Bench);
        forged.Lines[0]["data"]!["watch"]!["baselineSeconds"] = JsonNode.Parse(seconds);

        Assert.Contains("a watch that no bench runs", forged.MustNotPass(), StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_model_whose_watchdog_never_acted_uptime_shows_nothing_and_the_registers_must()
    {
        using var strict = new JobBench { Commissioned = NoWatchdog, Require = EvidenceLevel.L2 };
        using var byRegisters = new JobBench { Commissioned = NoWatchdog };

        (int strictCode, JobResult atL2) = strict.Run();
        (int code, JobResult atL3) = byRegisters.Run();

        Assert.Equal((20, 0), (strictCode, code));
        Assert.Contains("uptime shows nothing on this model", atL2.Judgement.Reason, StringComparison.Ordinal);
        Assert.Equal(EvidenceLevel.L3, atL3.Judgement.Level);
        Check uptime = CheckOf(byRegisters.Verify(), "D1");
        Assert.Equal((Verdict.Inconclusive, false), (uptime.Outcome, uptime.Mandatory));
    }

    [Fact]
    public void On_such_a_model_without_registers_nothing_is_left_to_pass_by()
    {
        using var bench = new JobBench
        {
            Kind = "me11",
            HiddenUnderHap = true,
            Commissioned = profile => Hidden(profile, "yes"),
        };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((20, EvidenceLevel.L2), (code, result.Judgement.Level));
    }

    [Fact]
    public void An_ME_that_hides_passes_level_2_where_the_stock_image_showed_its_device()
    {
        using var bench = new JobBench { Kind = "me11", HiddenUnderHap = true, Require = EvidenceLevel.L2 };

        (int code, JobResult result) = bench.Run();

        Assert.True(code == 0, result.Judgement.Reason);
        Check host = CheckOf(bench.Verify(), "C3");
        Assert.Equal((Verdict.Pass, true), (host.Outcome, host.Mandatory));
        Assert.Contains("is gone", host.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yes", Verdict.Pass)]
    [InlineData("no", Verdict.Inconclusive)]
    [InlineData("unknown", Verdict.Inconclusive)]
    [InlineData(null, Verdict.Inconclusive)]
    public void Without_a_stock_image_of_its_own_a_board_needs_a_record_that_saw_the_device(
        string? visible, Verdict wanted)
    {
        using var bench = new JobBench { Kind = "me11", HiddenUnderHap = true, Require = EvidenceLevel.L2 };
        bench.Run();
        JobFacts facts = bench.Verify().Facts;
        DutProfile profile = DutProfiles.Load("virtual-me11");

        Judgement judgement = Decision.Decide(facts with
        {
            Audit = facts.Audit! with { Stock = false },
            Commissioning = visible is null ? null : Hidden(profile, visible),
        });

        Assert.Equal(wanted, judgement.Checks.Single(check => check.Id == "C3").Outcome);
    }

    private static JournalData.Commissioning Hidden(DutProfile profile, string visible) => CommissioningRecords.Cite(
        CommissioningRecords.Of(profile, "me11", 3) with { MeVisible = visible });

    private static JournalData.Commissioning NoWatchdog(DutProfile profile) =>
        CommissioningRecords.Cite(CommissioningRecords.Saw(
            CommissioningRecords.Of(profile, "me8", 2), "damaged-manifest", "FAIL, Alive, ME WatchdogArmed"));

    private static Check CheckOf(VerifiedRecord record, string id) =>
        record.Judgement.Checks.Single(check => check.Id == id);

    private static JsonObject Record(ForgedRecord forged) =>
        forged.Data("commissioning").Single()["record"]!.AsObject();

    // Every forgery but the last two carries the hash of what it says.
    private static void Forge(ForgedRecord forged, string forgery)
    {
        DutProfile profile = DutProfiles.Load("virtual-me8");
        JournalData.Commissioned sound = CommissioningRecords.Of(profile, "me8", 2);
        JournalData.Commissioned record = forgery switch
        {
            "another bench" => sound with { Bench = "other" },
            "another profile" => sound with { ProfileSha256 = new string('0', 64) },
            "a real bench" => sound with { Simulated = false },
            "expired" => sound with { Created = CommissioningLimits.Text(CommissioningRecords.Now.AddDays(-101)) },
            "from tomorrow" => sound with { Created = CommissioningLimits.Text(CommissioningRecords.Now.AddDays(1)) },
            "stock run missing" => sound with { Runs = sound.Runs[1..] },
            "a run twice" => sound with { Runs = [.. sound.Runs, sound.Runs[1]] },
            "a control passed" => CommissioningRecords.Saw(sound, "stock", "PASS, Alive, ME Running"),
            "a softer measure" => sound with
            {
                Runs = [.. sound.Runs.Select(run => run.Name == "stock"
                    ? run with { Expected = "PASS, Alive", Seen = "PASS, Alive" }
                    : run)],
            },
            "no such control" => sound with
            {
                Runs = [.. sound.Runs, sound.Runs[0] with { Name = "no-such-control" }],
            },
            "other generation" => sound with { MeGeneration = 3 },
            _ => sound,
        };
        if (forgery == "no record")
        {
            forged.Lines.RemoveAt(1);
            return;
        }

        JsonObject cited = forged.Data("commissioning").Single();
        JournalData.Commissioning citation = CommissioningRecords.Cite(record);
        cited["record"] = System.Text.Json.JsonSerializer.SerializeToNode(
            record, CommissioningContext.Default.Commissioned);
        cited["sha256"] = citation.Sha256;
        if (forgery == "another hash")
            cited["sha256"] = new string('0', 64);
        if (forgery == "baseline of 31:00")
            Record(forged)["baselineSeconds"] = 1860;
    }

    /// <summary>One job that passes with a record, for all tests that change it afterwards.</summary>
    public sealed class FinishedJob : IDisposable
    {
        public FinishedJob()
        {
            Bench = new JobBench
            {
                Commissioned = profile => CommissioningRecords.Cite(CommissioningRecords.Of(profile, "me8", 2)),
            };
            (int code, JobResult result) = Bench.Run();
            Assert.True(code == 0, result.Judgement.Reason);
        }

        internal JobBench Bench { get; }

        public void Dispose() => Bench.Dispose();
    }
}
