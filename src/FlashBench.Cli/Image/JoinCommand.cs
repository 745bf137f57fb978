using System.CommandLine;
using FlashBench.Cli.Output;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Image;

/// <summary>`image join`: what `image split` wrote becomes one dump again, and the dumps of two chips one image.
/// </summary>
internal static class JoinCommand
{
    /// <summary>Makes the verb.</summary>
    public static Command Create()
    {
        var parts = new Argument<string[]>("PART")
        {
            Description = "the folder that split wrote, or the dumps of chip 1 and chip 2",
            Arity = new ArgumentArity(1, 2),
        };
        var target = new Option<string>("-O", "--output")
        {
            Description = "Write the joined image to OUT",
            Required = true,
            HelpName = "OUT",
        };
        var command = new Command("join", "Put a split dump, or the dumps of two chips, together") { parts, target };
        command.SetAction(result =>
        {
            string[] names = result.GetRequiredValue(parts);
            string output = result.GetRequiredValue(target);
            if (names.Length == 1 && LiesIn(output, names[0]))
                throw new UsageException($"{output} lies in the folder that is joined, which is never modified");
            byte[] image = names.Length == 2 ? JoinChips(names) : SplitFolder.Join(FolderOf(names[0]));
            if (names.Any(name => ImageFile.IsSameFile(name, output)))
                throw new UsageException($"{output} is an input, which is never modified");
            OutputFile.Write(output, image);
            result.InvocationConfiguration.Output.WriteLine(
                $"{output}: {image.Length:N0} bytes\nSHA-256 {ImageFile.HashOf(image)}");
            return ExitCodes.Ok;
        });
        return command.WithExamples(
            "flashbench image join parts -O whole.bin", "flashbench image join chip1.bin chip2.bin -O whole.bin");
    }

    private static bool LiesIn(string output, string folder) => output.Length > 0 &&
        ImageFile.IsSameFile(folder, Path.GetDirectoryName(Path.GetFullPath(output)) ?? output);

    private static string FolderOf(string name) => FileKinds.Of(name) == FileKind.Folder
        ? name
        : throw new CommandFailure(
            ExitCodes.BadInput, $"{name}: is no folder that split wrote; two chips are joined by naming both dumps");

    private static byte[] JoinChips(string[] names)
    {
        ImageFile first = ImageFile.Load(names[0]), second = ImageFile.Load(names[1]);
        FlashDescriptor descriptor;
        try
        {
            descriptor = FlashDescriptor.Find(first.Bytes)
                ?? throw new ImageFormatException(0, "there is no flash descriptor: is it chip 1?");
        }
        catch (ImageFormatException damage)
        {
            throw new CommandFailure(ExitCodes.BadInput, $"{names[0]}: {damage.Message}");
        }

        if (descriptor.Components is not [var one, var two] || one != first.Bytes.Length || two != second.Bytes.Length)
        {
            string chips = string.Join(" + ", descriptor.Components.Select(InspectTree.Size));
            throw new CommandFailure(ExitCodes.BadInput,
                $"{names[0]}: its descriptor is for {chips}, but the dumps have " +
                $"{InspectTree.Size(first.Bytes.Length)} and {InspectTree.Size(second.Bytes.Length)}");
        }

        return [.. first.Bytes, .. second.Bytes];
    }
}
