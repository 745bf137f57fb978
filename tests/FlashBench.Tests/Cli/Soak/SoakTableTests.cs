using FlashBench.Bench;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Soak;
using FlashBench.Tests.Runs;

namespace FlashBench.Tests.Cli.Soak;

public sealed class SoakTableTests
{
    [Theory]
    [InlineData("a", "new.bin", 2)]
    [InlineData("bench-12-left", "x230-me8-release-candidate-3-of-november.bin", 2)]
    [InlineData("b001", "x230-me8-release-candidate-3-of-november.bin", 2500)]
    [InlineData("a-bench-whose-name-is-as-long-as-names-may-be-in-a-config-00000", "\u202Enib.exe", 3)]
    public void A_table_fits_into_80_columns_and_every_image_can_be_told(string bench, string image, int jobs)
    {
        string[] lines = Lines(bench, [image, image + "2"], jobs);

        Assert.All(lines[..3], line => Assert.InRange(line.Length, 1, 80));
        Assert.Distinct(lines[1..3].Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries)[1]));
        string all = string.Concat(lines);
        Assert.Contains(FlashBench.Cli.Output.PlainText.Of(image + "2"), all, StringComparison.Ordinal);
    }

    [Fact]
    public void Short_names_stand_in_the_table_itself()
    {
        Assert.Equal(3, Lines("a", ["new.bin", "old.bin"], 1).Length);
    }

    private static string[] Lines(string bench, string[] images, int jobs)
    {
        RunEvent.Started start = RunScript.Start(cycles: jobs, images: 2, benches: [bench]);
        var events = new List<RunEvent>
        {
            start with { Images = [.. images.Select((name, i) => start.Images[i] with { Name = name })] },
        };
        for (int step = 1; step <= 2 * jobs; step++)
        {
            events.Add(RunScript.Begin(bench, step, (step + 1) / 2, (step - 1) % 2));
            events.Add(RunScript.End(bench, step, Verdict.Pass, 1, 8.5, 9.25));
        }

        using var text = new StringWriter { NewLine = "\n" };
        SoakTable.Write(text, [.. RunSummary.Of(events).Rows]);
        return text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
