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
        var policy = PolicyOption.Create();
        var platform = PlatformOption.Create();
        var command = new Command("plan", "Show every change that neutralization would make, and why")
        {
            file, policy, platform,
        };
        command.SetAction(result => ImageCommand.Run(result, file, (input, output) =>
        {
            ImageAnalysis image = ImageAnalysis.Read(
                input.Bytes, KeyRing.Intel, PlatformOption.Of(result, platform));
            string name = result.GetValue(policy) ?? NeutralizationPolicy.Purism;
            ImagePlan plan = NeutralizationPlan.Create(image, NeutralizationPolicy.Resolve(name, image));
            if (result.GetValue(GlobalOptions.Json))
                output.WriteLine(ImageJson.Plan(input, image, plan));
            else
                PlanTree.Of(input, image, plan).Write(output);
        }));
        return command.WithExamples(
            "flashbench image plan backup.bin", "flashbench image plan --policy me-cleaner backup.bin",
            "flashbench image plan --platform cnp-lp backup.bin");
    }
}
