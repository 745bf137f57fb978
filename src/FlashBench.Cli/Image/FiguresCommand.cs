using System.CommandLine;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Cli.Image;

/// <summary>`image figures`: how much of each ME version neutralization removes, as a Markdown table.</summary>
internal static class FiguresCommand
{
    /// <summary>Makes the verb.</summary>
    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "images, plain or .gz, and folders of them",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("figures", "Print how much neutralization removes and keeps, per ME version")
        {
            paths,
        };
        command.SetAction(result =>
        {
            RemovalFigure[] figures =
            [
                .. ImagePaths.Expand(result.GetRequiredValue(paths)).Select(Measure).OfType<RemovalFigure>()
                    .DistinctBy(f => f.Key).OrderBy(f => f.Order).ThenBy(f => f.Title, StringComparer.Ordinal),
            ];
            Write(result.InvocationConfiguration.Output, figures);
            return ExitCodes.Ok;
        });
        return command.WithExamples("flashbench image figures images/ > figures.md");
    }

    // Null for what cannot be read, is refused, or is neutralized already: there is nothing to measure.
    private static RemovalFigure? Measure(string path)
    {
        try
        {
            ImageFile file = ImageFile.Load(path);
            var image = ImageAnalysis.Read(file.Bytes, KeyRing.Intel);
            return image.Me is { AlreadyNeutralized: false } ? RemovalFigure.Of(image) : null;
        }
        catch (Exception refusal) when (refusal is CommandFailure or ImageFormatException or PlanRefusedException)
        {
            return null;
        }
    }

    private static void Write(TextWriter output, RemovalFigure[] figures)
    {
        output.WriteLine(
            "| firmware | region | content before | kept | removed | kept of region | moved and cut | kept modules |");
        output.WriteLine("|---|---:|---:|---:|---:|---:|---:|---|");
        foreach (RemovalFigure figure in figures)
            output.WriteLine(figure.Row);
    }
}
