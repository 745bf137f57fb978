using System.CommandLine;
using System.Text;
using FlashBench.Cli.Output;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Maps;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Cli.Image;

/// <summary>`image map`: what lies where in an image, and what a policy makes of it.</summary>
internal static class MapCommand
{
    /// <summary>Makes the verb.</summary>
    public static Command Create()
    {
        Argument<string> file = ImageCommand.FileArgument();
        var policy = PolicyOption.Create();
        var platform = PlatformOption.Create();
        var svg = new Option<string?>("--svg")
        {
            HelpName = "OUT.svg",
            Description = "draw the map into this file as well",
        };
        var command = new Command(
            "map", "Show what lies where in an image, and what neutralization keeps and removes")
        {
            file, policy, platform, svg,
        };
        command.SetAction(result => ImageCommand.Run(result, file, (input, output) =>
        {
            string? drawing = result.GetValue(svg);
            if (drawing is not null && ImageFile.IsSameFile(input.Path, drawing))
                throw new UsageException($"{drawing} is the input, which is never modified");

            var image = ImageAnalysis.Read(input.Bytes, KeyRing.Intel, PlatformOption.Of(result, platform));
            var map = ImageMap.Of(image, result.GetValue(policy) ?? NeutralizationPolicy.Purism);
            if (drawing is not null)
                OutputFile.Write(drawing, Encoding.UTF8.GetBytes(MapDrawing.Of(input, map)));
            if (result.GetValue(GlobalOptions.Json))
                output.WriteLine(MapJson.Of(input, map));
            else
                new MapText(output).Write(input, map);
        }));
        return command.WithExamples(
            "flashbench image map backup.bin",
            "flashbench image map backup.bin --policy me-cleaner --svg map.svg",
            "flashbench image map me.bin.gz --json");
    }
}
