using System.CommandLine;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Cli.Image;

/// <summary>`image plan`: every change that neutralization would make, and why.</summary>
internal static class PlanCommand
{
    /// <summary>Makes the verb.</summary>
    public static Command Create()
    {
        Argument<string> file = ImageCommand.FileArgument();
        var command = new Command("plan", "Show every change that neutralization would make, and why") { file };
        command.SetAction(result => ImageCommand.Run(result, file, (input, output) =>
        {
            ImageAnalysis image = ImageAnalysis.Read(input.Bytes, KeyRing.Intel);
            ImagePlan plan = NeutralizationPlan.Create(image);
            if (result.GetValue(GlobalOptions.Json))
                output.WriteLine(ImageJson.Plan(input, image, plan));
            else
                PlanTree.Of(input, image, plan).Write(output);
        }));
        return command.WithExamples("flashbench image plan backup.bin");
    }
}
