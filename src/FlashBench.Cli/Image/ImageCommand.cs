using System.CommandLine;
using FlashBench.Cli.Output;
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
        CreateInspect(), CreatePlan(), CreateNeutralize(),
    }.WithExamples("flashbench image inspect backup.bin", "flashbench image neutralize backup.bin -O clean.bin");

    private static Command CreateInspect()
    {
        Argument<string> file = FileArgument();
        var command = new Command(
            "inspect", "Show descriptor, ME version, signature, partitions and findings of an image")
        {
            file,
        };
        command.SetAction(result => Run(result, file, (input, output) =>
        {
            ImageAnalysis image = ImageAnalysis.Read(input.Bytes, KeyRing.Intel);
            if (result.GetValue(GlobalOptions.Json))
                output.WriteLine(ImageJson.Inspect(input, image));
            else
                InspectTree.Of(input, image).Write(output);
            if (image.Findings.FirstOrDefault(f => f.Severity == FindingSeverity.Error) is { } error)
                throw new ImageFormatException(error.Offset, error.Text);
        }));
        return command.WithExamples("flashbench image inspect backup.bin", "flashbench image inspect --json me.bin.gz");
    }

    private static Command CreatePlan()
    {
        Argument<string> file = FileArgument();
        var command = new Command("plan", "Show every change that neutralization would make, and why") { file };
        command.SetAction(result => Run(result, file, (input, output) =>
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

    private static Command CreateNeutralize()
    {
        var file = FileArgument();
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
        command.SetAction(result => Run(result, file, (input, output) =>
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

    private static Argument<string> FileArgument() => new("FILE")
    {
        Description = "flash dump or ME region, plain or .gz, at most 64 MiB",
    };

    private static int Run(ParseResult result, Argument<string> file, Action<ImageFile, TextWriter> body)
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
