using System.CommandLine;
using FlashBench.Cli.Output;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Maps;

namespace FlashBench.Cli.Image;

/// <summary>`image diff`: every difference of two images, by structure and by rule.</summary>
internal static class DiffCommand
{
    /// <summary>Makes the verb.</summary>
    public static Command Create()
    {
        var first = new Argument<string>("A")
        {
            Description = "flash dump or ME region, plain or .gz: its structures give the names",
        };
        var second = new Argument<string>("B") { Description = "what it is compared with, plain or .gz" };
        var platform = PlatformOption.Create();
        var command = new Command(
            "diff",
            "Name every difference between two images by structure, and by the rule of the neutralization of A that " +
            "makes it. Exit code: 0 no difference, 20 every difference is explained by a rule, 30 some are not, " +
            "65 unreadable")
        {
            first, second, platform,
        };
        command.SetAction(result =>
        {
            int code = ExitCodes.Ok;
            ImageCommand.Run(result, first, (input, output) =>
            {
                var other = ImageFile.Load(result.GetRequiredValue(second));
                var image = ImageAnalysis.Read(input.Bytes, KeyRing.Intel, PlatformOption.Of(result, platform));
                var diff = ImageDiff.Of(image, other.Bytes);
                if (result.GetValue(GlobalOptions.Json))
                    output.WriteLine(MapJson.Of(input, other, diff));
                else
                    Tree(input, other, diff).Write(output);
                code = CodeOf(diff.Verdict);
            });
            return code;
        });
        return command.WithExamples(
            "flashbench image diff backup.bin clean.bin",
            "flashbench image diff backup.bin readback.bin.gz --json",
            "flashbench image diff backup.bin hap.bin --platform cnp-lp");
    }

    private static int CodeOf(DiffVerdict verdict) => verdict switch
    {
        DiffVerdict.Equal => ExitCodes.Ok,
        DiffVerdict.Explained => ExitCodes.Inconclusive,
        _ => ExitCodes.Fail,
    };

    private static TextTree Tree(ImageFile first, ImageFile second, ImageDiff diff)
    {
        var tree = new TextTree($"{PlainText.Of(first.Path)} -> {PlainText.Of(second.Path)}: {Verdict(diff)}");
        if (first.Bytes.Length != second.Bytes.Length)
            tree.Add($"lengths: {first.Bytes.Length:N0} and {second.Bytes.Length:N0} bytes");
        foreach (ImageDifference difference in diff.Differences)
        {
            FlashRange range = difference.Range;
            TextTree node = tree.Add(
                $"0x{range.Start:X6}-0x{range.End - 1:X6}  {difference.Structure}: {Bytes(difference)}");
            node.Add(difference.Rule is { } rule ? $"{rule.Text}  [{rule.Id}]" : "UNEXPLAINED");
        }

        if (diff.Verdict != DiffVerdict.Equal)
        {
            if (diff.MissingBytes > 0)
                tree.Add($"policy {diff.Policy} would change {Count(diff.MissingBytes)} more, which are as before");
            tree.Add($"{Count(diff.ChangedBytes)} changed: {diff.ExplainedBytes:N0} explained by " +
                $"{(diff.Policy is { } policy ? $"policy {policy}" : "no policy")}, " +
                $"{diff.UnexplainedBytes:N0} unexplained");
        }

        return tree;
    }

    private static string Verdict(ImageDiff diff) => diff.Verdict switch
    {
        DiffVerdict.Equal => "no difference",
        DiffVerdict.Explained => $"every difference is explained by policy {diff.Policy}",
        _ => "differences without explanation",
    };

    private static string Bytes(ImageDifference difference) => difference.ChangedBytes == difference.Range.Length
        ? Count(difference.ChangedBytes)
        : $"{difference.ChangedBytes:N0} of {Count(difference.Range.Length)}";

    private static string Count(long bytes) => bytes == 1 ? "1 byte" : $"{bytes:N0} bytes";
}
