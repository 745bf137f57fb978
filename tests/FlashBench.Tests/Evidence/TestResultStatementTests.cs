using System.Text;
using System.Text.Json;
using FlashBench.Bench;
using FlashBench.Bench.Evidence;

namespace FlashBench.Tests.Evidence;

/// <summary>A tool that reads nothing but the standard test result is never told more than the certificate says.
/// </summary>
public sealed class TestResultStatementTests
{
    [Fact]
    public void Only_a_pass_of_hardware_is_passed()
    {
        Assert.Equal("PASSED", Result(SampleJobs.Pass(simulated: false)));
        Assert.Equal("WARNED", Result(SampleJobs.Pass()));
        Assert.Equal("FAILED", Result(SampleJobs.WatchdogLoss()));
        Assert.Equal("FAILED", Result(SampleJobs.Inconclusive()));
        Assert.Equal("FAILED", Result(SampleJobs.EndedInBackup()));
        Assert.Equal("FAILED", Result(SampleJobs.NothingAtAll()));
    }

    [Fact]
    public void Every_check_is_in_exactly_one_list()
    {
        (JobFacts facts, Judgement judgement) = SampleJobs.WatchdogLoss();
        JsonElement predicate = Build((facts, judgement)).GetProperty("predicate");
        string[] Names(string list) => [.. predicate.GetProperty(list).EnumerateArray().Select(id => id.GetString()!)];

        Assert.Equal(["A4", "C1", "D1"], Names("failedTests").Order());
        Assert.Equal(
            judgement.Checks.Select(check => check.Id).Order(),
            Names("passedTests").Concat(Names("warnedTests")).Concat(Names("failedTests")).Order());
        Assert.All(Names("passedTests"), id => Assert.Equal(
            Verdict.Pass, judgement.Checks.Single(check => check.Id == id).Outcome));
    }

    [Fact]
    public void It_names_the_certificate_that_it_belongs_to()
    {
        JsonElement configuration = Build(SampleJobs.Pass()).GetProperty("predicate").GetProperty("configuration");

        JsonElement certificate = configuration.EnumerateArray()
            .Single(entry => entry.GetProperty("name").GetString() == "certificate");

        Assert.Equal(
            EvidenceDigests.Of("the certificate"u8).Sha256,
            certificate.GetProperty("digest").GetProperty("sha256").GetString());
        JsonElement software = configuration.EnumerateArray()
            .Single(entry => entry.GetProperty("name").GetString() == "software");
        Assert.Equal(
            SampleJobs.Pass().Facts.Start.Software,
            Encoding.UTF8.GetString(software.GetProperty("content").GetBytesFromBase64()));
    }

    private static string? Result((JobFacts, Judgement) job) =>
        Build(job).GetProperty("predicate").GetProperty("result").GetString();

    private static JsonElement Build((JobFacts Facts, Judgement Judgement) job) => JsonDocument.Parse(
        TestResultStatement.Build(job.Facts, job.Judgement, SampleJobs.Digest, "the certificate"u8)).RootElement;
}
