using System.Globalization;
using FlashBench.Bench.Report;

namespace FlashBench.Bench.Runs;

/// <summary>The page of the morning: what a run did, per bench and image, with charts; one HTML file, no scripts.
/// </summary>
public static class RunReport
{
    /// <summary>File name inside the folder of a run.</summary>
    public const string FileName = "report.html";

    private const int Bins = 24;
    private const double SecondsPerMinute = 60, GapMaxSeconds = 20; // design: gap <= 20 s

    /// <summary>Writes the page.</summary>
    /// <param name="output">Where.</param>
    /// <param name="summary">The run.</param>
    /// <returns>Equal inputs give equal text.</returns>
    public static void Write(TextWriter output, RunSummary summary)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(summary);
        var page = new MarkupWriter(output);
        RunEvent.Started start = summary.Course.Start;
        List<RunRow> rows = [.. summary.Rows];
        output.Write("<!DOCTYPE html>\n");
        using (page.In("html", ("xmlns", "http://www.w3.org/1999/xhtml"), ("lang", "en")))
        {
            WriteHead(page, start);
            using (page.In("body"))
            {
                if (RunWords.Simulated(start) is { } simulated)
                    page.Simulated(simulated);
                page.Element("h1", $"Soak {start.Run}");
                WriteFacts(page, summary);
                WriteHands(page, summary.Course);
                WriteTable(page, rows);
                WriteFailures(page, rows);
                WriteLeftOut(page, rows);
                WriteCharts(page, rows, start);
                RunSources.Write(page, rows);
                page.Element("p", $"end of report {start.Run}", ("class", "end"));
            }
        }

        page.Line();
    }

    private static void WriteHead(MarkupWriter page, RunEvent.Started start)
    {
        using (page.In("head"))
        {
            page.Void("meta", ("charset", "utf-8"));
            page.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
            page.Void(
                "meta", ("http-equiv", "Content-Security-Policy"),
                ("content", "default-src 'none'; style-src 'unsafe-inline'"));
            page.Element("title", $"Soak {start.Run}");
            page.Style(ReportStyle.Css);
        }

        page.Line();
    }

    private static void WriteFacts(MarkupWriter page, RunSummary summary)
    {
        RunEvent.Started start = summary.Course.Start;
        page.Pairs(
        [
            ("From", Utc(start.Utc)), ("Last job ended", Utc(summary.LastUtc)),
            ("State", summary.Course.IsEnded ? "ended" : "not ended: `flashbench resume` goes on"),
            ("Resumed", Figures.Count(summary.Course.Resumes)), ("Program", start.Software),
            ("Operator", start.Operator ?? ""), ("A PASS", RunWords.Required(start)),
            ("Jobs", Figures.Count(summary.Rows.Sum(row => (long)row.Jobs))),
            .. summary.Course.StopReason is { } why ? [("No further job began, since", why)]
                : Array.Empty<(string, string)>(),
        ]);
    }

    private static void WriteHands(MarkupWriter page, RunCourse course)
    {
        List<BenchCourse> left = [.. course.Benches.Where(bench => bench.HasLeft is not null)];
        if (left.Count == 0)
            return;
        page.Heading("Benches that took no further part");
        using (page.In("ul"))
        {
            foreach (BenchCourse bench in left)
            {
                using (page.In("li"))
                {
                    if (bench.HasLeft!.NeedsHands)
                        page.Element("span", "needs hands", ("class", "mark tone-fail"));
                    page.Text($" {bench.Bench.Id}: {bench.HasLeft.Why}");
                }
            }
        }
    }

    private static void WriteTable(MarkupWriter page, List<RunRow> rows)
    {
        page.Heading("What every image did on every bench");
        using (page.In("table"))
        {
            page.TableHead(
                "bench", "image", "#jobs", "#pass", "#fail", "#inconclusive", "#error", "#flaky", "#boots alive",
                "#OS up, s", "#drift, s", "#longest gap, s");
            using (page.In("tbody"))
            {
                foreach (RunRow row in rows)
                    WriteRow(page, row);
            }
        }
    }

    private static void WriteRow(MarkupWriter page, RunRow row)
    {
        using (page.In("tr"))
        {
            page.Element("td", row.Bench.Id);
            page.Element("td", row.Image is { } image ? $"{image.Name} ({image.Me})" : "the board's own");
            foreach (string figure in (string[])
            [
                Figures.Count(row.Jobs), Figures.Count(row.Count(Verdict.Pass)), Figures.Count(row.Count(Verdict.Fail)),
                Figures.Count(row.Count(Verdict.Inconclusive)),
                Figures.Count(row.Count(Verdict.Error) + row.Count(Verdict.Aborted)), Figures.Count(row.Flaky),
                $"{row.Boots - row.BootsLost} of {row.Boots}", Seconds(row.OsUpMedian), Seconds(row.OsUpDrift),
                Seconds(row.LongestGapSeconds),
            ])
            {
                page.Element("td", figure, ("class", "num"));
            }
        }
    }

    private static void WriteLeftOut(MarkupWriter page, List<RunRow> rows)
    {
        List<RunRow> left = [.. rows.Where(row => row.LeftOut > 0)];
        if (left.Count == 0)
            return;
        page.Heading("Left out");
        using (page.In("ul"))
        {
            foreach (RunRow row in left)
            {
                page.Element(
                    "li", $"{row.Bench.Id}, {row.Image?.Name ?? "the board's own"}, {Figures.Count(row.LeftOut)} jobs: "
                    + row.WhyLeftOut);
            }
        }
    }

    private static void WriteFailures(MarkupWriter page, List<RunRow> rows)
    {
        List<RunRow> failed = [.. rows.Where(row => row.FirstFailure is not null)];
        if (failed.Count == 0)
            return;
        page.Heading("First failures");
        using (page.In("ul"))
        {
            foreach (RunRow row in failed)
            {
                JobDigest job = row.FirstFailure!;
                using (page.In("li"))
                {
                    page.Text($"{row.Bench.Id}, cycle {row.FirstFailureCycle}: ");
                    page.Element("a", job.Job, ("href", $"{job.Directory}/{HtmlReport.FileName}"));
                    page.Text($": {job.Reason}");
                }
            }
        }
    }

    private static void WriteCharts(MarkupWriter page, List<RunRow> rows, RunEvent.Started start)
    {
        List<List<BootDigest>> boots = ByImage(rows, start);
        if (boots.TrueForAll(image => image.Count == 0))
            return;
        page.Heading("Charts");
        WriteLegend(page, start);
        new RunChart("Boots that still had power", "minutes after power-good", "%") { IsLine = true, YMin = 100 }
            .Write(page, [.. boots.Select(Survival)]);
        new RunChart("Time to the operating system", "seconds after power-good", "boots") { IsLine = true }
            .Write(page, Distribution(boots));
        new RunChart("Mean supply current of each boot", "boot, bench after bench", "mA")
            .Write(page, [.. boots.Select(image => Dots(image, boot => boot.MilliampsMean))]);
        new RunChart("Longest silence of each boot", "boot, bench after bench", "s") { Limit = GapMaxSeconds }
            .Write(page, [.. boots.Select(image => Dots(image, boot => boot.LongestGapSeconds))]);
    }

    private static void WriteLegend(MarkupWriter page, RunEvent.Started start)
    {
        using (page.In("p", ("class", "small")))
        {
            for (int image = 0; image < Math.Max(1, start.Images.Length); image++)
            {
                page.Element("span", "■ ", ("style", $"color: {RunChart.ColourOf(image)}"));
                page.Text((start.Images.ElementAtOrDefault(image)?.Name ?? "what each board has") + "  ");
            }
        }
    }

    private static List<List<BootDigest>> ByImage(List<RunRow> rows, RunEvent.Started start) =>
    [
        .. Enumerable.Range(0, Math.Max(1, start.Images.Length)).Select(image => rows
            .Where(row => ReferenceEquals(row.Image, start.Images.ElementAtOrDefault(image)))
            .SelectMany(row => row.WatchedBoots).ToList()),
    ];

    // The estimate of Kaplan and Meier: a boot counts for as long as it was watched, so one that was watched less long
    // than others does not hold their curve up; one that had no power, or gave no sign, does not count.
    private static IReadOnlyList<(double X, double Y)> Survival(List<BootDigest> boots)
    {
        List<(double Minutes, bool Lost)> ends =
        [
            .. boots.Where(boot => (boot.LostSeconds ?? boot.ObservedSeconds) is not null)
                .Select(boot => ((boot.LostSeconds ?? boot.ObservedSeconds!.Value) / SecondsPerMinute,
                    boot.LostSeconds is not null))
                .OrderBy(end => end.Item1).ThenByDescending(end => end.Item2),
        ];
        if (ends.Count == 0)
            return [];
        double share = 100;
        List<(double, double)> line = [(0, share)];
        for (int i = 0; i < ends.Count; i++)
        {
            if (!ends[i].Lost)
                continue;
            line.Add((ends[i].Minutes, share));
            share *= 1 - 1.0 / (ends.Count - i);
            line.Add((ends[i].Minutes, share));
        }

        line.Add((ends[^1].Minutes, share));
        return line;
    }

    private static IReadOnlyList<IReadOnlyList<(double X, double Y)>> Distribution(List<List<BootDigest>> images)
    {
        List<double> all = [.. images.SelectMany(boots => boots.Select(boot => boot.OsUpSeconds).OfType<double>())];
        if (all.Count == 0)
            return [];
        double width = SvgScale.RoundUp(Math.Max(1, all.Max())) / Bins;
        return
        [
            .. images.Select(boots => Enumerable.Range(0, Bins).SelectMany(bin =>
            {
                double count = boots.Count(
                    boot => boot.OsUpSeconds is double up && Math.Min(Bins - 1, (int)(up / width)) == bin);
                return new[] { (bin * width, count), ((bin + 1) * width, count) };
            }).ToList()),
        ];
    }

    private static IReadOnlyList<(double X, double Y)> Dots(List<BootDigest> boots, Func<BootDigest, double?> value) =>
    [
        .. boots.Select((boot, i) => (X: i + 1.0, Y: value(boot))).Where(dot => dot.Y is not null)
            .Select(dot => (dot.X, dot.Y!.Value)),
    ];

    private static string Seconds(double? seconds) =>
        seconds is double value ? (Math.Round(value, 1) + 0.0).ToString("0.0", CultureInfo.InvariantCulture) : "–";

    private static string Utc(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
