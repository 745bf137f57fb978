using System.Text;
using System.Text.Json;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Evidence;

public class CertificateStatementTests
{
    public static TheoryData<string> Foreign => ["</script><b>&\"'", "\u0000\u001b[31m\u202e\ufffe", "\ud800 lone"];

    [Fact]
    public void A_pass_is_a_certificate_on_the_content_that_was_read_after_the_run()
    {
        using JsonDocument statement = Build(SampleJobs.Pass());
        JsonElement root = statement.RootElement, predicate = root.GetProperty("predicate");

        Assert.Equal("https://in-toto.io/Statement/v1", root.GetProperty("_type").GetString());
        Assert.Equal(CertificateStatement.PredicateType, root.GetProperty("predicateType").GetString());
        JsonElement subject = Assert.Single(root.GetProperty("subject").EnumerateArray());
        Assert.Equal("dut:X230-0417/flash-readback", subject.GetProperty("name").GetString());
        Assert.Equal(SampleJobs.Hash("planned"), subject.GetProperty("digest").GetProperty("sha256").GetString());
        Assert.Equal("certificate", predicate.GetProperty("title").GetString());
        Assert.Equal("PASS", predicate.GetProperty("verdict").GetString());
        Assert.Equal("L3", predicate.GetProperty("level").GetString());
        Assert.True(predicate.GetProperty("simulated").GetBoolean());
        Assert.Equal(14, predicate.GetProperty("checks").GetArrayLength());
        Assert.Equal(3, predicate.GetProperty("watch").GetArrayLength());
        Assert.Equal(5, predicate.GetProperty("flash").GetProperty("changedRanges").GetArrayLength());
        Assert.Equal(
            SampleJobs.Hash("journal"),
            predicate.GetProperty("evidence").GetProperty("journal").GetProperty("sha256").GetString());
        Assert.Equal("Results relate only to the item identified.", predicate.GetProperty("statement").GetString());
        Assert.Equal(
            "Signature proves integrity after signing, not honesty of capture.",
            predicate.GetProperty("limits").GetString());
    }

    [Fact]
    public void The_watch_carries_the_measured_numbers()
    {
        using JsonDocument statement = Build(SampleJobs.WatchdogLoss());

        JsonElement boot = statement.RootElement.GetProperty("predicate").GetProperty("watch")[1];

        JsonElement times = boot.GetProperty("secondsAfterRelay");
        Assert.Equal(1800m, times.GetProperty("powerLost").GetDecimal() - times.GetProperty("powerGood").GetDecimal());
        Assert.Equal("WatchdogConsistent", boot.GetProperty("class").GetString());
        Assert.Equal(1860m, boot.GetProperty("requiredSeconds").GetDecimal());
        JsonElement run = Assert.Single(boot.GetProperty("samples").GetProperty("registers").EnumerateArray());
        Assert.Equal("00003006", run.GetProperty("hfsts")[0].GetString());
        Assert.Equal(JsonValueKind.Null, run.GetProperty("hfsts")[5].ValueKind);
        Assert.InRange(boot.GetProperty("power").GetProperty("minMillivoltsWhileOn").GetInt32(), 3300, 3312);
    }

    [Fact]
    public void Nothing_but_a_pass_is_titled_certificate()
    {
        foreach ((JobFacts, Judgement) job in (ReadOnlySpan<(JobFacts, Judgement)>)[
            SampleJobs.WatchdogLoss(), SampleJobs.Inconclusive(), SampleJobs.EndedInBackup(),
            SampleJobs.NothingAtAll()])
        {
            using JsonDocument statement = Build(job);

            Assert.Equal("record", statement.RootElement.GetProperty("predicate").GetProperty("title").GetString());
        }
    }

    [Fact]
    public void A_lowered_level_and_a_real_bench_are_said()
    {
        using JsonDocument statement = Build(SampleJobs.Inconclusive());
        JsonElement predicate = statement.RootElement.GetProperty("predicate");

        Assert.False(predicate.GetProperty("simulated").GetBoolean());
        Assert.Equal("L2", predicate.GetProperty("required").GetString());
        Assert.Equal("L3", predicate.GetProperty("requiredByProfile").GetString());
    }

    [Fact]
    public void The_subject_is_the_best_content_that_was_really_read()
    {
        (JobFacts facts, _) = SampleJobs.Pass();
        JournalData.ReadBack written = facts.ReadBacks["verify"] with { Sha256 = SampleJobs.Hash("written") };
        JournalData.ReadBack restored = written with { Purpose = "restore", Sha256 = SampleJobs.Hash("restored") };

        Assert.Equal(
            ("dut:X230-0417/flash-readback", SampleJobs.Hash("planned")),
            Subject(facts with { ReadBacks = Reads([.. facts.ReadBacks.Values, restored]) }));
        Assert.Equal(
            ("dut:X230-0417/flash-readback", SampleJobs.Hash("written")),
            Subject(facts with { ReadBacks = Reads([written, restored]) }));
        Assert.Equal(
            ("dut:X230-0417/flash-backup", SampleJobs.Hash("backup")), Subject(facts with { ReadBacks = Reads([]) }));
        Assert.Equal(
            ("job:20260314-092653-me8/journal.jsonl", SampleJobs.Hash("journal")),
            Subject(SampleJobs.EndedInBackup().Facts));
    }

    [Fact]
    public void Equal_jobs_give_equal_bytes_and_every_hash_counts()
    {
        (JobFacts facts, Judgement judgement) = SampleJobs.Pass();
        (JobFacts again, _) = SampleJobs.Pass();
        byte[] bytes = CertificateStatement.Build(facts, judgement, SampleJobs.Digest);
        EvidenceDigest other = SampleJobs.Digest with { JUnit = new FileDigest(SampleJobs.Hash("x"), 1) };

        Assert.Equal(bytes, CertificateStatement.Build(again, judgement, SampleJobs.Digest));
        Assert.NotEqual(bytes, CertificateStatement.Build(facts, judgement, other));
    }

    [Theory]
    [MemberData(nameof(Foreign))]
    public void Foreign_text_stays_text(string text)
    {
        using JsonDocument statement = Build(SampleJobs.WithForeignText(text));

        string? serial = statement.RootElement.GetProperty("predicate").GetProperty("dut").GetProperty("serial")
            .GetString();

        Assert.Equal(text.Replace('\ud800', '\ufffd'), serial);
    }

    private static (string? Name, string? Sha256) Subject(JobFacts facts)
    {
        using JsonDocument statement = Build((facts, SampleJobs.Pass().Judgement));
        JsonElement subject = statement.RootElement.GetProperty("subject")[0];
        JsonElement digest = subject.GetProperty("digest");
        return (subject.GetProperty("name").GetString(), digest.GetProperty("sha256").GetString());
    }

    private static Dictionary<string, JournalData.ReadBack> Reads(JournalData.ReadBack[] reads) =>
        reads.ToDictionary(read => read.Purpose);

    private static JsonDocument Build((JobFacts Facts, Judgement Judgement) job)
    {
        byte[] bytes = CertificateStatement.Build(job.Facts, job.Judgement, SampleJobs.Digest);
        Assert.DoesNotContain("signatures", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        return JsonDocument.Parse(bytes);
    }
}
