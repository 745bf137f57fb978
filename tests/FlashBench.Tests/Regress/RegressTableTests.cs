using System.Xml.Linq;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Tests.Runs;

namespace FlashBench.Tests.Regress;

public sealed class RegressTableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Cells_stand_in_the_order_of_the_matrix_whatever_the_threads_did()
    {
        CellResult[] ordered =
        [
            RegressScript.Cell("a.bin"), RegressScript.Cell("a.bin", "hap-only"), RegressScript.Cell("b.bin"),
            RegressScript.Cell("b.bin", "hap-only"),
        ];
        RegressFile[] files = [RegressScript.Image("a.bin"), RegressScript.Image("b.bin")];
        var random = new Random(3);
        for (int i = 0; i < 20; i++)
        {
            CellResult[] shuffled = [.. ordered];
            random.Shuffle(shuffled);
            RegressTable table = RegressTable.Of(
                [RegressScript.Start(), new RunEvent.Listed(files), .. shuffled.Select(c => new RunEvent.Settled(c))]);

            Assert.Equal(ordered, table.Cells);
            Assert.False(table.IsEnded);
        }
    }

    [Fact]
    public void A_soak_is_no_regression() =>
        Assert.Throws<EvidenceException>(() => RegressTable.Of([RunScript.Start()]));

    [Fact]
    public void What_a_regression_writes_down_is_read_back_the_same()
    {
        RunEvent[] events =
        [
            RegressScript.Start(), new RunEvent.Listed([RegressScript.Image("ü.bin")]),
            new RunEvent.Settled(RegressScript.Cell("ü.bin")), new RunEvent.Ended(RegressScript.Noon),
        ];
        using (RunLog log = RunLog.Create(_folder.Path))
        {
            foreach (RunEvent happened in events)
                log.Append(happened);
        }

        IReadOnlyList<RunEvent> read = RunLog.Read(_folder.Path, out _);

        Assert.Equal(events.Select(happened => happened.ToJson()), read.Select(happened => happened.ToJson()));
        Assert.Equal(events[0].ToJson(), RunLog.ReadStart(_folder.Path).ToJson());
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("a/b")]
    [InlineData("")]
    public void A_log_whose_cells_name_another_place_is_refused(string place)
    {
        foreach (CellResult cell in (CellResult[])
            [RegressScript.Cell() with { Run = place }, RegressScript.Cell() with { Jobs = [place] }])
        {
            File.WriteAllText(
                Path.Combine(_folder.Path, RunLog.FileName),
                $"{RegressScript.Start().ToJson()}\n{new RunEvent.Settled(cell).ToJson()}\n");

            Assert.Throws<EvidenceException>(() => RunLog.Read(_folder.Path, out _));
        }
    }

    [Theory]
    [InlineData("<script>alert(1)</script>.bin")]
    [InlineData("\"onload=\"x\" '&amp;.bin")]
    [InlineData("\u001b[31m\u202Egnp.bin")]
    public void The_page_is_well_formed_whatever_files_are_called_and_has_a_word_in_every_cell(string name)
    {
        CellResult[] cells = [.. Enum.GetValues<CellOutcome>().Select(
            (outcome, i) => RegressScript.Cell($"{i}{name}", "purism", outcome, $"why {name}"))];
        RegressTable table = RegressScript.Table(cells);
        using var text = new StringWriter();
        RegressPage.Write(text, table, RegressComparison.Of("R-0", [], table.Cells));
        XDocument page = XDocument.Parse(text.ToString().Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));

        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "script" or "img");
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name == "onload");
        Assert.DoesNotContain('\u001b', text.ToString());
        Assert.DoesNotContain('\u202E', text.ToString());
        var shown = page.Descendants().Where(element =>
            element.Attribute("class")?.Value.StartsWith("cell ", StringComparison.Ordinal) == true).ToList();
        Assert.Equal(
            Enum.GetValues<CellOutcome>().Select(outcome => outcome.Word()),
            shown.Select(cell => cell.Nodes().First() is XElement link ? link.Value : cell.Nodes().First().ToString()));
    }

    [Fact]
    public void A_cell_of_an_earlier_run_says_so_and_leads_there()
    {
        RegressTable table = RegressScript.Table(RegressScript.Cell() with { Run = "R-0" });
        using var text = new StringWriter();
        RegressPage.Write(text, table, null);

        Assert.True(table.HasEarlier);
        Assert.Contains("from R-0", text.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "href=\"../R-0/R-1.virtual-me8.purism/report.html\"", text.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true, "SIMULATED: no real board was examined")]
    [InlineData(true, false, "SIMULATED: v1")]
    [InlineData(false, false, null)]
    public void What_was_simulated_says_so_on_the_page(bool one, bool other, string? words)
    {
        RegressTable table = RegressScript.Table(
            RegressScript.Cell() with { Bench = "v1", IsSimulated = one },
            RegressScript.Cell() with { Bench = "desk1", IsSimulated = other });
        using var text = new StringWriter();
        RegressPage.Write(text, table, null);

        Assert.Equal(words, table.Simulated);
        Assert.Equal(words is not null, text.ToString().Contains("class=\"watermark\"", StringComparison.Ordinal));
        Assert.Contains(words ?? "Regression", text.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_named_bench_that_needs_hands_stands_on_the_page(bool needsHands)
    {
        RegressTable table = RegressTable.Of(
        [
            RegressScript.Start() with
            {
                Benches = [new RunBench("desk1", "virtual-me8", null, [0])],
                Regress = RegressScript.Order() with { Benches = ["desk1"] },
            },
            new RunEvent.Left("desk1", "its own image is not back", needsHands, RegressScript.Noon),
            new RunEvent.Ended(RegressScript.Noon),
        ]);
        using var text = new StringWriter();
        RegressPage.Write(text, table, null);

        Assert.Equal(needsHands, table.NeedHands.Any());
        Assert.Equal(needsHands, text.ToString().Contains("desk1: its own image", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_page_names_another_build_and_frames_what_changed(bool other)
    {
        RegressTable table = RegressScript.Table(RegressScript.Cell(), RegressScript.Cell("b.bin"));
        using var text = new StringWriter();
        RegressPage.Write(text, table, RegressComparison.Of("R-0", [table.Cells[0]], table.Cells) with
        {
            IsOtherBuild = other,
        });
        XDocument page = XDocument.Parse(text.ToString().Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));

        Assert.Equal(
            other, text.ToString().Contains("Since R-0, by another build of the program", StringComparison.Ordinal));
        XElement framed = Assert.Single(page.Descendants(), element =>
            element.Attribute("class")?.Value.EndsWith(" changed", StringComparison.Ordinal) == true);
        Assert.Equal("b.bin", framed.Parent!.Elements().First().Value);
    }

    [Fact]
    public void A_page_of_a_run_that_needed_less_for_a_pass_says_so()
    {
        RegressTable table = RegressScript.Table(RegressScript.Cell());
        using var text = new StringWriter();
        RegressPage.Write(text, table with { Start = table.Start with { Require = "L0" } }, null);

        Assert.Contains("needs level L0, as was asked", text.ToString(), StringComparison.Ordinal);
    }
}
