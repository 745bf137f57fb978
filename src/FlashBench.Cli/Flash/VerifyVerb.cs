using System.CommandLine;
using FlashBench.Bench.Programming;
using FlashBench.Cli.Image;
using FlashBench.Firmware;

namespace FlashBench.Cli.Flash;

/// <summary>`flash verify`: does the chip hold what a file says?</summary>
internal static class VerifyVerb
{
    private const int ShownMax = 10, GapMax = 64;

    private static readonly Argument<string> Image = new("FILE")
    {
        Description = "What the chip should hold, plain or .gz: a whole image, or the bytes of the one region chosen",
    };

    public static Command Create()
    {
        var verify = new Command("verify", "Compare the chip with an image; exit 30 if they differ");
        verify.Arguments.Add(Image);
        verify.WithBench().WithSelection();
        verify.SetAction((parse, cancel) => Task.FromResult(FlashRun.ExecuteHealthy(parse, RunAsync, cancel)));
        return verify.WithExamples(
            "flashbench flash verify dump.bin", "flashbench flash verify new.bin --region me --json");
    }

    private static async Task<int> RunAsync(FlashRun run, CancellationToken cancel)
    {
        string path = run.Parse.GetRequiredValue(Image);
        byte[] file = ImageFile.Load(path).Bytes;
        FlashSelection selection = await FlashChoice.OfAsync(run.Parse, run.Flash, cancel);
        byte[] target = WriteOrder.Lay(selection, file, run.Flash.Chip.SizeBytes, path);
        byte[] actual = new byte[target.Length];
        await new ChipReader(run.Flash, run.Show).ReadAgainAsync(selection.Ranges, actual, cancel);
        List<FlashRange> differences = [.. selection.Ranges.SelectMany(range => Differences(range, target, actual))];
        long bytes = differences.Sum(range => range.Length);
        string sentence = differences.Count == 0
            ? $"{path}: the chip holds it, {FlashWords.Size(selection.Bytes)} compared"
            : $"{path}: the chip differs within {bytes} bytes: {Shown(differences)}";
        run.Report("flash.verify", sentence, json =>
        {
            json.WriteBoolean("equal", differences.Count == 0);
            json.WriteNumber("bytes", selection.Bytes);
            json.WriteNumber("differentBytes", bytes);
            json.WriteStartArray("differences");
            foreach (FlashRange range in differences.Take(ShownMax))
            {
                json.WriteStartObject();
                json.WriteNumber("start", range.Start);
                json.WriteNumber("end", range.End);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
        if (run.Key is { } key)
            run.World.State.Chips.Correct(key, selection.Ranges, actual);
        return differences.Count == 0 ? ExitCodes.Ok : ExitCodes.Fail;
    }

    private static string Shown(List<FlashRange> differences)
    {
        string shown = string.Join(", ", differences.Take(ShownMax));
        return differences.Count > ShownMax ? $"{shown} and {differences.Count - ShownMax} more ranges" : shown;
    }

    // Runs of bytes that differ; equal bytes between two of them that are close are counted in.
    private static IEnumerable<FlashRange> Differences(FlashRange range, byte[] expected, byte[] actual)
    {
        for (long at = range.Start; at < range.End;)
        {
            int length = (int)(range.End - at);
            int same = expected.AsSpan((int)at, length).CommonPrefixLength(actual.AsSpan((int)at, length));
            at += same;
            if (same == length)
                yield break;
            long start = at, end = at;
            for (; at < range.End && at - end <= GapMax; at++)
                end = expected[at] == actual[at] ? end : at + 1;
            yield return new FlashRange(start, at = end);
        }
    }
}
