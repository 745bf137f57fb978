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
    /// <param name="json">The root's recursive `--json`; null to give each verb one of its own.</param>
    public static Command Create(Option<bool>? json = null) => new("image", "Look at firmware images and plan changes")
    {
        CreateInspect(json), CreatePlan(json), CreateNeutralize(),
    };

    private static Command CreateInspect(Option<bool>? json)
    {
        var (file, asJson) = (FileArgument(), json ?? JsonOption());
        var command = new Command("inspect",
            "Show descriptor, ME version, signature, partitions and findings of an image.\n" +
            "Example: flashbench image inspect backup.bin")
        {
            file,
        };
        if (json is null)
            command.Options.Add(asJson);
        command.SetAction(result => Run(result, file, (input, output) =>
        {
            ImageAnalysis image = ImageAnalysis.Read(input.Bytes, KeyRing.Intel);
            if (result.GetValue(asJson))
                output.WriteLine(ImageJson.Inspect(input, image));
            else
                InspectTree.Of(input, image).Write(output);
            if (image.Findings.FirstOrDefault(f => f.Severity == FindingSeverity.Error) is { } error)
                throw new ImageFormatException(error.Offset, error.Text);
        }));
        return command;
    }

    private static Command CreatePlan(Option<bool>? json)
    {
        var (file, asJson) = (FileArgument(), json ?? JsonOption());
        var command = new Command("plan",
            "Show every change that neutralization would make, and why.\n" +
            "Example: flashbench image plan backup.bin")
        {
            file,
        };
        if (json is null)
            command.Options.Add(asJson);
        command.SetAction(result => Run(result, file, (input, output) =>
        {
            ImageAnalysis image = ImageAnalysis.Read(input.Bytes, KeyRing.Intel);
            ImagePlan plan = NeutralizationPlan.Create(image);
            if (result.GetValue(asJson))
                output.WriteLine(ImageJson.Plan(input, image, plan));
            else
                PlanTree.Of(input, image, plan).Write(output);
        }));
        return command;
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
        var command = new Command("neutralize",
            "Write a neutralized copy of an image; the input is never modified.\n" +
            "Example: flashbench image neutralize backup.bin -O clean.bin")
        {
            file, target, policy,
        };
        command.SetAction(result => Run(result, file, (input, output) =>
            Neutralize(input, result.GetRequiredValue(target), output)));
        return command;
    }

    private static void Neutralize(ImageFile input, string target, TextWriter output)
    {
        if (ImageFile.IsSameFile(input.Path, target))
            throw new CommandFailure(ExitCode.Usage, $"{target} is the input, which is never modified");

        ImageAnalysis image = ImageAnalysis.Read(input.Bytes, KeyRing.Intel);
        ImagePlan plan = NeutralizationPlan.Create(image);
        byte[] neutralized = plan.Apply(input.Bytes);
        var check = NeutralizationCheck.Measure(image, neutralized, KeyRing.Intel);
        AtomicFile.Write(target, neutralized);

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

    private static Option<bool> JsonOption() => new("--json") { Description = "print one line of JSON instead" };

    private static int Run(ParseResult result, Argument<string> file, Action<ImageFile, TextWriter> body)
    {
        string path = result.GetRequiredValue(file);
        TextWriter errors = result.InvocationConfiguration.Error;
        try
        {
            body(ImageFile.Load(path), result.InvocationConfiguration.Output);
            return ExitCode.Ok;
        }
        catch (CommandFailure failure)
        {
            errors.WriteLine($"{failure.Message}.");
            return failure.ExitCode;
        }
        catch (ImageFormatException damage)
        {
            errors.WriteLine($"{path}: {Lower(damage.Message)}.");
            return ExitCode.BadImage;
        }
        catch (PlanRefusedException refusal)
        {
            errors.WriteLine($"{path}: {Lower(refusal.Message)}.");
            return ExitCode.BadImage;
        }
    }

    // "At 0x..." begins a sentence of its own in the exceptions.
    private static string Lower(string message) =>
        message.StartsWith("At ", StringComparison.Ordinal) ? "a" + message[1..] : message;
}
