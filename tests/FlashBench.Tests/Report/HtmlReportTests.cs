using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Report;
using FlashBench.Bench.Watch;
using FlashBench.Tests.Evidence;

namespace FlashBench.Tests.Report;

public class HtmlReportTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static readonly Dictionary<string, (JobFacts Facts, Judgement Judgement)> Jobs = new()
    {
        ["pass"] = SampleJobs.Pass(),
        ["pass on hardware"] = SampleJobs.Pass(simulated: false),
        ["watchdog"] = SampleJobs.WatchdogLoss(),
        ["inconclusive"] = SampleJobs.Inconclusive(),
        ["ended in backup"] = SampleJobs.EndedInBackup(),
        ["nothing at all"] = SampleJobs.NothingAtAll(),
    };

    public static TheoryData<string> JobNames => [.. Jobs.Keys];

    public static TheoryData<string> Foreign =>
    [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; --> ]]> <!-- <?xml &amp; &#x0;",
        "\0\u0001\u001b[2J\r\n\u0085", "\u202e\u2066txet\u200b\ufeff\ufffe\uffff", "\ud800 \udc00", "\u2028\u2029",
        new string('A', 100_000),
    ];

    [Theory]
    [MemberData(nameof(JobNames))]
    public void Every_report_is_one_well_formed_file_that_refers_to_nothing(string name)
    {
        XElement html = Parse(Render(Jobs[name]));

        Assert.DoesNotContain(html.Descendants(), element => element.Name.LocalName is
            "script" or "link" or "img" or "iframe" or "object" or "form" or "a" or "base" or "use" or "image");
        Assert.All(html.Descendants().Attributes(), attribute =>
        {
            Assert.False(attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase), $"{attribute}");
            Assert.False(attribute.Name.LocalName is "src" or "href" or "action" or "style", $"{attribute}");
        });
        Assert.DoesNotContain("url(http", html.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            $"end of report {Jobs[name].Facts.Start.Job}",
            html.Descendants().Last(element => element.Name.LocalName == "p").Value);
    }

    [Theory]
    [MemberData(nameof(Foreign))]
    public void Foreign_text_stays_text(string text)
    {
        string page = Render(SampleJobs.WithForeignText(text));

        XElement html = Parse(page);
        Assert.DoesNotContain(html.Descendants(), element => element.Name.LocalName is "script" or "img");
        Assert.DoesNotContain(page, c => char.IsControl(c) && c != '\n');
        Assert.DoesNotContain(page, c => char.GetUnicodeCategory(c) == UnicodeCategory.Format);
        Assert.True(page.Length < 2_000_000, "foreign text must not blow the report up");
        Assert.Equal(Parse(Render(SampleJobs.Pass(simulated: false))).Descendants(Svg + "svg").Count(),
            html.Descendants(Svg + "svg").Count());
    }

    [Fact]
    public void Hidden_characters_are_shown_by_their_numbers()
    {
        string page = Render(SampleJobs.WithForeignText("a\u001b[31m\u202eb\n<"));

        Assert.Contains("a\\x1B[31m\\u{202E}b\\x0A&lt;", page, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(JobNames))]
    public void Equal_jobs_give_equal_reports_whatever_the_culture(string name)
    {
        string page = Render(Jobs[name]);
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };
        try
        {
            Assert.Equal(page, Render(Jobs[name]));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_simulated_pass_says_so_at_the_top_and_on_every_page()
    {
        string simulated = Text(SampleJobs.Pass()), real = Text(SampleJobs.Pass(simulated: false));

        Assert.StartsWith("SIMULATED", simulated, StringComparison.Ordinal);
        Assert.Contains("simulated certificate", simulated, StringComparison.Ordinal);
        Assert.Contains("(simulated)", Render(SampleJobs.Pass()), StringComparison.Ordinal);
        Assert.DoesNotContain("SIMULATED", real, StringComparison.Ordinal);
        Assert.DoesNotContain("simulated", real, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_a_pass_is_called_a_certificate()
    {
        Assert.Contains("neutralization · certificate", Text(SampleJobs.Pass()), StringComparison.Ordinal);
        foreach (string name in (string[])["watchdog", "inconclusive", "ended in backup", "nothing at all"])
        {
            Assert.Contains("neutralization · record", Text(Jobs[name]), StringComparison.Ordinal);
            Assert.Contains("no certificate", Text(Jobs[name]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_lowered_level_is_said()
    {
        Assert.Contains(
            "Required level lowered by the operator: L2", Text(SampleJobs.Inconclusive()), StringComparison.Ordinal);
        Assert.DoesNotContain("lowered", Text(SampleJobs.Pass()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_watchdog_loss_is_drawn_where_it_happened()
    {
        XElement html = Parse(Render(SampleJobs.WatchdogLoss()));

        XElement drawing = html.Descendants(Svg + "svg").Single(svg => (string?)svg.Attribute("aria-label")
            == "Timeline of boot 2");
        XElement label = drawing.Elements(Svg + "text").Single(text => (string?)text.Attribute("class") == "bad");
        Assert.Equal("power lost 30:00.0, watchdog-consistent", label.Value);
        XElement line = (XElement)label.PreviousNode!;
        XElement thirty = drawing.Elements(Svg + "text").Single(text => text.Value == "30");
        Assert.Equal(Number(thirty, "x"), Number(line, "x1"), 0.5);
        Assert.Contains("Negative control 'damaged-manifest'", html.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_mark_is_drawn_at_31_minutes()
    {
        XElement drawing = Parse(Render(SampleJobs.Pass())).Descendants(Svg + "svg").Last();

        XElement mark = drawing.Elements(Svg + "text").Single(text => text.Value == "mark 31:00.0");
        double minute30 = Number(drawing.Elements(Svg + "text").Single(text => text.Value == "30"), "x");
        double minute28 = Number(drawing.Elements(Svg + "text").Single(text => text.Value == "28"), "x");
        Assert.Equal(minute30 + (minute30 - minute28) / 2, Number((XElement)mark.PreviousNode!, "x1"), 0.5);
    }

    [Fact]
    public void The_rail_is_drawn_to_the_end_of_the_watch_and_falls_where_power_was_lost()
    {
        XElement drawing = Parse(Render(SampleJobs.WatchdogLoss())).Descendants(Svg + "svg").Last();

        string rail = (string)drawing.Elements(Svg + "path").First().Attribute("d")!;

        (double X, double Y)[] points = [.. rail.Split('M', 'L').Skip(1).Select(point => point.Split(' ')).Select(xy =>
            (double.Parse(xy[0], CultureInfo.InvariantCulture), double.Parse(xy[1], CultureInfo.InvariantCulture)))];
        double lost = Number(drawing.Elements(Svg + "text").Single(text => text.Value == "30"), "x");
        Assert.InRange(points[^1].X, 982, 984);
        Assert.All(points.Where(p => p.X > 70 && p.X < lost - 1), point => Assert.InRange(point.Y, 66, 100)); // high
        Assert.All(points.Where(p => p.X > lost + 1), point => Assert.InRange(point.Y, 144, 146)); // off
    }

    [Fact]
    public void A_reset_is_drawn()
    {
        (JobFacts facts, Judgement judgement) = SampleJobs.Pass();
        BootObservation boot = facts.Boots[1];
        boot = boot with { Class = BootClass.Reset, ResetUs = boot.PowerGoodUs + 1_200_000_000 };

        string page = Render((facts with { Boots = [boot] }, judgement));

        Assert.Contains(">board reset 20:00.0<", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hole_in_the_samples_is_a_hole_in_the_line()
    {
        (long, int)[] samples = [(0, 1), (1_000_000, 2), (60_000_000, 3), (61_000_000, 4)];

        string path = TimelineTrace.Path(samples, new SvgScale(0, 61e6, 0, 61), new SvgScale(0, 10, 10, 0));

        Assert.Equal(2, path.Count(c => c == 'M'));
    }

    [Fact]
    public void A_single_dip_among_thousands_of_samples_is_in_the_drawing()
    {
        List<(long, int)> samples = [.. Enumerable.Range(0, 100_000).Select(i => (i * 500_000L, 3300))];
        samples[54_321] = (54_321 * 500_000L, 100);

        string path = TimelineTrace.Path(samples, new SvgScale(0, 5e10, 0, 900), new SvgScale(0, 5000, 100, 0));

        Assert.Contains($" {98}L", path, StringComparison.Ordinal); // 100 of 5000 mV, drawn downwards
        Assert.True(path.Length < 12_000, "one point for a column that is flat");
    }

    [Fact]
    public void Removed_ranges_are_told_from_changed_ones_by_their_hash()
    {
        IReadOnlyList<FlashChange> changes = FlashChange.Of(SampleJobs.Pass().Facts);

        Assert.Equal(
            [FlashFate.Kept, FlashFate.Kept, FlashFate.Kept, FlashFate.Changed, FlashFate.Changed, FlashFate.Erased,
                FlashFate.Erased, FlashFate.Erased],
            changes.Select(change => change.Fate));
    }

    [Fact]
    public void A_partition_counts_as_emptied_only_if_the_read_back_shows_it()
    {
        (JobFacts facts, _) = SampleJobs.Pass();
        IReadOnlyList<FlashChange> changes = FlashChange.Of(facts);
        JournalData.FlashCheck left = facts.FlashChecks["re-read"] with { Left = ["NFTP is still there"] };

        Assert.Equal(
            [0x3C00u, 0x3400u, 0x4000u, 0x5000u, 0x6000u, 0x66000u, 0xE7000u], // all but FTPR
            FlashChange.Emptied(facts, changes).Select(range => range.Start));
        foreach (Dictionary<string, JournalData.FlashCheck> checks in (Dictionary<string, JournalData.FlashCheck>[])[
            new() { ["re-read"] = left }, []])
        {
            Assert.Empty(FlashChange.Emptied(facts with { FlashChecks = checks }, changes));
        }
    }

    [Fact]
    public void A_range_beyond_the_chip_is_drawn_as_changed_and_not_hashed()
    {
        (JobFacts facts, Judgement judgement) = SampleJobs.Pass();
        JournalData.PlanChange far = facts.Plan!.Changes[2] with { Start = 0, End = uint.MaxValue };
        facts = facts with { Plan = facts.Plan with { Changes = [far, far with { Start = 9, End = 3 }] } };

        Assert.All(FlashChange.Of(facts).Skip(3), change => Assert.Equal(FlashFate.Changed, change.Fate));
        Parse(Render((facts, judgement)));
    }

    [Fact]
    public void Long_lists_are_folded_but_complete()
    {
        (JobFacts facts, Judgement judgement) = SampleJobs.Pass();
        JournalData.PlanChange[] changes =
        [
            .. Enumerable.Range(0, 400).Select(i => facts.Plan!.Changes[0] with { Rule = $"rule-{i}-" }),
        ];

        XElement html = Parse(Render((facts with { Plan = facts.Plan! with { Changes = changes } }, judgement)));

        XElement details = html.Descendants().First(element => element.Name.LocalName == "details");
        Assert.StartsWith("390 more of 400", details.Value, StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, 400), i => Assert.Contains($"rule-{i}-", html.Value, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_check_its_limit_and_its_value_are_in_the_report()
    {
        (JobFacts facts, Judgement judgement) = SampleJobs.WatchdogLoss();
        string text = Text((facts, judgement));

        Assert.All(judgement.Checks, check =>
        {
            Assert.Contains(check.Title, text, StringComparison.Ordinal);
            Assert.Contains(check.Measured, text, StringComparison.Ordinal);
            Assert.Contains(check.Limit, text, StringComparison.Ordinal);
        });
        Assert.Contains("watchdog-consistent", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Hashes_of_the_record_are_printed_when_they_are_known()
    {
        (JobFacts facts, Judgement judgement) = SampleJobs.Pass();

        string with = HtmlReport.Render(facts, judgement, SampleJobs.Digest.Record);
        string without = HtmlReport.Render(facts, judgement);

        Assert.Contains(SampleJobs.Hash("journal"), with, StringComparison.Ordinal);
        Assert.DoesNotContain(SampleJobs.Hash("journal"), without, StringComparison.Ordinal);
        Assert.Contains(SampleJobs.Hash("planned"), without, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dirty_board_is_not_overlooked()
    {
        (JobFacts facts, Judgement judgement) = SampleJobs.Pass();

        Assert.Contains("left DIRTY", Text((facts with { IsDirty = true }, judgement)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_boot_that_never_came_up_is_drawn_from_the_relay_on()
    {
        (JobFacts facts, Judgement judgement) = SampleJobs.WatchdogLoss();
        BootObservation dead = facts.Boots[1] with
        {
            Class = BootClass.NeverBooted,
            PowerGoodUs = null,
            CountedFromUs = null,
            OsUpUs = null,
            PowerLostUs = null,
            LastSignUs = null,
            Signs = [],
            Samples = [],
            BytesPerMinute = [],
            Power = [],
            FirmwareText = null,
            EndUs = facts.Boots[1].CommandedUs,
        };

        string text = Text((facts with { Boots = [dead] }, judgement));

        Assert.Contains("minutes after the relay closed", text, StringComparison.Ordinal);
        Assert.Contains("No intact register sample", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EvidenceLevel.L3, "disabled, observed")]
    [InlineData(EvidenceLevel.None, "Level reachednone")]
    public void The_level_reached_is_named(EvidenceLevel level, string text)
    {
        (JobFacts facts, Judgement judgement) = SampleJobs.Pass();

        Assert.Contains(text, Text((facts, judgement with { Level = level })), StringComparison.Ordinal);
    }

    private static string Render((JobFacts Facts, Judgement Judgement) job) =>
        HtmlReport.Render(job.Facts, job.Judgement);

    private static string Text((JobFacts Facts, Judgement Judgement) job) =>
        Parse(Render(job)).Elements().Single(element => element.Name.LocalName == "body").Value.Trim();

    private static double Number(XElement element, string attribute) =>
        double.Parse((string)element.Attribute(attribute)!, CultureInfo.InvariantCulture);

    private static XElement Parse(string page)
    {
        Assert.StartsWith("<!DOCTYPE html>\n", page, StringComparison.Ordinal);
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, CheckCharacters = true };
        using var reader = XmlReader.Create(new StringReader(page), settings);
        return XElement.Load(reader);
    }
}
