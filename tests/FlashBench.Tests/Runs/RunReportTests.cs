using System.Xml.Linq;
using FlashBench.Bench;
using FlashBench.Bench.Runs;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Runs;

public sealed class RunReportTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void The_page_is_well_formed_and_the_same_every_time()
    {
        string page = Render(Events("new.bin"));

        Assert.Equal(page, Render(Events("new.bin")));
        XDocument document = Parse(page);
        Assert.Equal(4, document.Descendants(Svg + "svg").Count());
        Assert.DoesNotContain(document.Descendants(), element => element.Name.LocalName == "script");
    }

    [Theory]
    [InlineData("<script>alert(1)</script>.bin")]
    [InlineData("\"onload=\"x\" '&amp;.bin")]
    [InlineData("\u001b[31m\u202Egnp.bin")]
    public void Names_of_files_are_text_and_nothing_else(string name)
    {
        XDocument document = Parse(Render(Events(name)));

        Assert.DoesNotContain(document.Descendants(), element => element.Name.LocalName == "script");
        Assert.DoesNotContain(document.Descendants().Attributes(), attribute => attribute.Name == "onload");
        Assert.DoesNotContain('\u001b', document.ToString());
        Assert.DoesNotContain('\u202E', document.ToString());
    }

    [Fact]
    public void The_survival_line_falls_where_a_boot_lost_its_power()
    {
        XElement line = Parse(Render(Events("new.bin"))).Descendants(Svg + "polyline").First();
        string[] points = line.Attribute("points")!.Value.Split(' ');

        // 100 % until minute 30, then 3 of 4 boots.
        Assert.Equal(["100", "100", "75", "75"], points.Select(point => Percent(point)));
        Assert.Equal(points[1].Split(',')[0], points[2].Split(',')[0]);
    }

    [Fact]
    public void A_boot_that_was_not_watched_that_long_or_had_no_power_does_not_hold_the_line_up()
    {
        RunEvent[] events = Events("new.bin");
        BootDigest[] boots = ((RunEvent.Done)events[^1]).Digest.Boots;
        boots[0] = boots[0] with { Class = BootClass.NeverBooted, ObservedSeconds = null };
        boots[1] = boots[1] with { LostSeconds = 3600 }; // the other two were watched for 1900 seconds

        string[] points = Parse(Render(events)).Descendants(Svg + "polyline").First()
            .Attribute("points")!.Value.Split(' ');

        Assert.Equal(["100", "100", "0", "0"], points.Select(point => Percent(point)));
    }

    [Fact]
    public void Every_boot_stands_in_the_distribution_of_the_image_it_had_and_nowhere_else()
    {
        RunEvent.Started start = RunScript.Start(images: 2, benches: ["a"]);
        RunImage twice = start.Images[0];
        XDocument document = Parse(Render(
        [
            start with { Images = [twice, twice with { }] },
            RunScript.Begin("a", 1, 1, image: 0), RunScript.End("a", 1, Verdict.Pass, 1, 10, 10),
        ]));

        XElement chart = document.Descendants(Svg + "svg").ElementAt(1);
        Assert.Single(chart.Elements(Svg + "polyline"), line => line.Attribute("points")!.Value.Split(' ')
            .Any(point => !point.EndsWith(",196", StringComparison.Ordinal)));
        Assert.Equal(2, document.Descendants(Svg + "svg").Last().Elements(Svg + "circle").Count());
    }

    [Fact]
    public void A_run_without_a_boot_has_no_charts_and_a_row_for_each_bench()
    {
        XDocument document = Parse(Render([RunScript.Start()]));

        Assert.Empty(document.Descendants(Svg + "svg"));
        Assert.Equal(2, document.Descendants().Count(
            element => element is { Name.LocalName: "td", Value: "a" or "b" }));
    }

    [Fact]
    public void The_first_failure_leads_to_the_report_of_its_job()
    {
        XDocument document = Parse(Render(Events("new.bin")));

        XElement link = Assert.Single(
            document.Descendants().Where(element => element.Name.LocalName == "li")
                .Descendants(), element => element.Name.LocalName == "a");
        Assert.Equal("SOAK-1.a.2/report.html", link.Attribute("href")!.Value);
    }

    [Fact]
    public void Every_job_and_boot_of_the_table_is_listed_with_its_lines()
    {
        XDocument document = Parse(Render(Events("new.bin")));

        string[][] rows =
        [
            .. document.Descendants().Where(element => element.Name.LocalName == "details").Descendants()
                .Where(element => element.Name.LocalName == "tr").Skip(1)
                .Select(row => row.Elements().Select(cell => cell.Value).ToArray()),
        ];
        Assert.Equal(["SOAK-1.a.1", "", "SOAK-1.a.2", ""], rows.Select(row => row[0]));
        Assert.Equal(["1", "2", "3", "4"], rows.Select(row => row[4]));
        Assert.Equal("1800", rows[3][9]);
    }

    [Fact]
    public void A_page_of_simulated_jobs_says_so_and_one_of_real_jobs_does_not()
    {
        RunEvent.Started real = RunScript.Start();
        RunEvent.Started mixed = real with { Benches = [real.Benches[0] with { Simulated = true }, real.Benches[1]] };

        Assert.DoesNotContain("class=\"simulated\"", Render([real]), StringComparison.Ordinal);
        Assert.Contains(">SIMULATED: a</p>", Render([mixed]), StringComparison.Ordinal);
    }

    private static RunEvent[] Events(string image)
    {
        RunEvent.Started start = RunScript.Start(images: 1, benches: ["a"]);
        RunEvent.Done failed = RunScript.End("a", 2, Verdict.Fail, 1, 12, 13);
        BootDigest[] boots = failed.Digest.Boots;
        boots[1] = boots[1] with { Class = BootClass.WatchdogConsistent, LostSeconds = 1800 };
        boots[0] = boots[0] with { ObservedSeconds = 1900, MilliampsMean = 640 };
        return
        [
            start with { Images = [start.Images[0] with { Name = image }] },
            RunScript.Begin("a", 1, 1, image: 0), RunScript.End("a", 1, Verdict.Pass, 1, 8, 9),
            RunScript.Begin("a", 2, 2, image: 0), failed,
        ];
    }

    private static string Render(IEnumerable<RunEvent> events)
    {
        using var text = new StringWriter();
        RunReport.Write(text, RunSummary.Of(events));
        return text.ToString();
    }

    private static XDocument Parse(string page) => XDocument.Parse(page["<!DOCTYPE html>\n".Length..]);

    // The vertical axis goes from 196 (0 %) to 16 (100 %).
    private static string Percent(string point) => Math.Round(
        (196 - double.Parse(point.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture)) / 1.8)
        .ToString(System.Globalization.CultureInfo.InvariantCulture);
}
