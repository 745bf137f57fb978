using System.CommandLine;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Cli.Image;

/// <summary>The `image` verbs: what an image is, what neutralization would change, and the changed image. Pure: no
/// hardware.</summary>
internal static class ImageCommand
{
    /// <summary>Makes `image` with its verbs.</summary>
    public static Command Create() => new Command("image", "Look at firmware images and plan changes: no hardware")
    {
        CreateInspect(), CheckCommand.Create(), MapCommand.Create(), AuditCommand.Create(), PlanCommand.Create(),
        NeutralizeCommand.Create(), DiffCommand.Create(), SplitCommand.Create(), JoinCommand.Create(),
        FiguresCommand.Create(),
    }.WithExamples(
        "flashbench image inspect backup.bin", "flashbench image check images/",
        "flashbench image neutralize backup.bin -O clean.bin");

    private static Command CreateInspect()
    {
        Argument<string> file = FileArgument();
        var platform = PlatformOption.Create();
        var command = new Command(
            "inspect", "Show descriptor, ME version, signature, partitions and findings of an image")
        {
            file, platform,
        };
        command.SetAction(result => Run(result, file, (input, output) =>
        {
            ImageAnalysis image = ImageAnalysis.Read(
                input.Bytes, KeyRing.Intel, PlatformOption.Of(result, platform));
            if (result.GetValue(GlobalOptions.Json))
                output.WriteLine(ImageJson.Inspect(input, image));
            else
                InspectTree.Of(input, image).Write(output);
            if (image.Findings.FirstOrDefault(f => f.Severity == FindingSeverity.Error) is { } error)
                throw new ImageFormatException(error.Offset, error.Text);
        }));
        return command.WithExamples(
            "flashbench image inspect backup.bin", "flashbench image inspect --json me.bin.gz",
            "flashbench image inspect backup.bin --platform cnp-lp");
    }

    /// <summary>The argument that names the image.</summary>
    internal static Argument<string> FileArgument() => new("FILE")
    {
        Description = "flash dump or ME region, plain or .gz, at most 64 MiB",
    };

    /// <summary>Loads the image and runs <paramref name="body"/>; a refusal ends with the code for bad input.</summary>
    internal static int Run(ParseResult result, Argument<string> file, Action<ImageFile, TextWriter> body)
    {
        string path = result.GetRequiredValue(file);
        try
        {
            body(ImageFile.Load(path), result.InvocationConfiguration.Output);
            return ExitCodes.Ok;
        }
        catch (Exception refusal) when (refusal is ImageFormatException or PlanRefusedException)
        {
            throw new CommandFailure(ExitCodes.BadInput, $"{path}: {Lower(refusal.Message)}");
        }
    }

    // "At 0x..." begins a sentence of its own in the exceptions.
    private static string Lower(string message) =>
        message.StartsWith("At ", StringComparison.Ordinal) ? "a" + message[1..] : message;
}
