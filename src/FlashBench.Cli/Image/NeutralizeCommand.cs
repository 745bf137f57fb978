using System.CommandLine;
using FlashBench.Cli.Output;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Cli.Image;

/// <summary>`image neutralize`: writes a neutralized copy of an image.</summary>
internal static class NeutralizeCommand
{
    /// <summary>Makes the verb.</summary>
    public static Command Create()
    {
        var file = ImageCommand.FileArgument();
        var target = new Option<string>("-O", "--output")
        {
            Description = "where the neutralized image goes; never the input",
            Required = true,
            HelpName = "OUT",
        };
        var policy = new Option<string>("--policy")
        {
            Description = "what to keep",
            DefaultValueFactory = _ => NeutralizationPlan.Purism,
        };
        policy.AcceptOnlyFromAmong(NeutralizationPlan.Purism);
        var command = new Command("neutralize", "Write a neutralized copy of an image; the input is never modified")
        {
            file, target, policy,
        };
        command.SetAction(result => ImageCommand.Run(result, file, (input, output) =>
            Neutralize(input, result.GetRequiredValue(target), output)));
        return command.WithExamples("flashbench image neutralize backup.bin -O clean.bin");
    }

    private static void Neutralize(ImageFile input, string target, TextWriter output)
    {
        if (ImageFile.IsSameFile(input.Path, target))
            throw new UsageException($"{target} is the input, which is never modified");

        ImageAnalysis image = ImageAnalysis.Read(input.Bytes, KeyRing.Intel);
        ImagePlan plan = NeutralizationPlan.Create(image);
        byte[] neutralized = plan.Apply(input.Bytes);
        var check = NeutralizationCheck.Measure(image, neutralized, KeyRing.Intel);
        OutputFile.Write(target, neutralized);

        output.WriteLine(plan.IsEmpty
            ? $"{target}: a copy, the image is neutralized already"
            : $"{target}: {plan.Changes.Length} changes, {plan.ChangedBytes:N0} bytes differ from the input");
        output.WriteLine($"SHA-256 {ImageFile.HashOf(neutralized)}");
        foreach (string problem in check.Problems)
            output.WriteLine($"warning: {problem}");
    }
}
