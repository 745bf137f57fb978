using System.Globalization;
using System.Xml.Linq;
using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Report;
using FlashBench.Tests.Evidence;

namespace FlashBench.Tests.Report;

public class JUnitReportTests
{
    [Fact]
    public void A_pass_is_green_and_times_come_from_the_phases()
    {
        XElement suite = Suite(SampleJobs.Pass());

        Assert.Equal("24", (string?)suite.Attribute("tests")); // 9 phases, 14 checks, the verdict
        Assert.Equal("0", (string?)suite.Attribute("failures"));
        Assert.Equal("0", (string?)suite.Attribute("errors"));
        Assert.Equal("2026-03-14T09:26:53", (string?)suite.Attribute("timestamp"));
        XElement watch = Case(suite, "watch");
        Assert.Equal("3720.000", (string?)watch.Attribute("time"));
        Assert.Empty(watch.Elements());
        Assert.Contains(suite.Descendants("property"), property =>
            ((string?)property.Attribute("name"), (string?)property.Attribute("value")) == ("simulated", "true"));
    }

    [Fact]
    public void A_fail_is_a_failure_with_its_reason()
    {
        XElement suite = Suite(SampleJobs.WatchdogLoss());

        XElement failure = Assert.Single(Case(suite, "D1 Uptime").Elements());
        Assert.Equal("failure", failure.Name.LocalName);
        Assert.Equal("FAIL", (string?)failure.Attribute("type"));
        Assert.Contains("31:00", failure.Value, StringComparison.Ordinal);
        Assert.Contains("30:00.0", (string?)Case(suite, "verdict").Element("failure")?.Attribute("message"),
            StringComparison.Ordinal);
        Assert.Equal("4", (string?)suite.Attribute("failures"));
    }

    [Fact]
    public void Inconclusive_is_an_error_unless_it_was_only_reported()
    {
        XElement suite = Suite(SampleJobs.Inconclusive());

        Assert.NotNull(Case(suite, "D1 Uptime").Element("error"));
        Assert.NotNull(Case(suite, "C2 Console ME block").Element("skipped"));
        Assert.NotNull(Case(suite, "verdict").Element("error"));
        Assert.Equal("1", (string?)suite.Attribute("skipped"));
    }

    [Fact]
    public void No_job_without_a_pass_is_green()
    {
        foreach ((JobFacts, Judgement) job in (ReadOnlySpan<(JobFacts, Judgement)>)[
            SampleJobs.WatchdogLoss(), SampleJobs.Inconclusive(), SampleJobs.EndedInBackup(),
            SampleJobs.NothingAtAll()])
        {
            XElement suite = Suite(job);

            Assert.True((int)suite.Attribute("failures")! + (int)suite.Attribute("errors")! > 0);
        }

        (JobFacts facts, Judgement judgement) = SampleJobs.Pass();
        foreach (Verdict verdict in Enum.GetValues<Verdict>().Where(verdict => verdict != Verdict.Pass))
            Assert.NotEmpty(Case(Suite((facts, judgement with { Verdict = verdict })), "verdict").Elements());
    }

    [Fact]
    public void The_counts_are_those_of_the_cases()
    {
        XElement suite = Suite(SampleJobs.Inconclusive());

        foreach ((string attribute, string element) in ((string, string)[])[
            ("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")])
        {
            Assert.Equal(
                suite.Descendants(element).Count().ToString(CultureInfo.InvariantCulture),
                (string?)suite.Attribute(attribute));
        }
    }

    [Theory]
    [InlineData("\0\u0001\u001b[2J\r\n")]
    [InlineData("\ufffe\uffff\ud800")]
    [InlineData("]]> <![CDATA[ <failure/> & \"'")]
    public void Foreign_text_stays_text_and_legal(string text)
    {
        XElement suite = Suite(SampleJobs.WithForeignText(text));

        Assert.Equal(3, suite.Elements("testcase").Count());
        Assert.Equal(VisibleText.Of($"certify {text}"), (string?)suite.Attribute("name"));
    }

    [Fact]
    public void Equal_jobs_give_equal_bytes() => Assert.Equal(
        JUnitReport.Render(SampleJobs.Pass().Facts, SampleJobs.Pass().Judgement),
        JUnitReport.Render(SampleJobs.Pass().Facts, SampleJobs.Pass().Judgement));

    private static XElement Case(XElement suite, string name) =>
        suite.Elements("testcase").Single(item => (string?)item.Attribute("name") == name);

    private static XElement Suite((JobFacts Facts, Judgement Judgement) job)
    {
        string text = JUnitReport.Render(job.Facts, job.Judgement);
        Assert.StartsWith("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n", text, StringComparison.Ordinal);
        return Assert.Single(XElement.Parse(text).Elements("testsuite"));
    }
}
