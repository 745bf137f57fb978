using System.CommandLine;
using System.Text;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Output;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Maps;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Image;

/// <summary>`image split`: one file for each region of a dump, and one for each gap between them.</summary>
internal static class SplitCommand
{
    /// <summary>Makes the verb.</summary>
    public static Command Create()
    {
        var file = ImageCommand.FileArgument();
        var target = new Option<string>("-o", "--folder")
        {
            Description = "new folder for the files and their layout.txt",
            Required = true,
            HelpName = "DIR",
        };
        var command = new Command("split", "Write each region of a dump to a file of its own, gaps included")
        {
            file, target,
        };
        command.SetAction(result => ImageCommand.Run(result, file, (input, output) =>
            Split(input, result.GetRequiredValue(target), output)));
        return command.WithExamples("flashbench image split backup.bin -o parts");
    }

    private static void Split(ImageFile input, string target, TextWriter output)
    {
        if (target.Length == 0)
            throw new UsageException("the folder has an empty name");
        if (FileKinds.Of(target) is not FileKind.None)
            throw new CommandFailure(ExitCodes.CannotWrite, $"{target}: exists already, and split wants a new folder");
        if (FlashDescriptor.Find(input.Bytes) is not { } descriptor)
            throw new ImageFormatException(0, "there is no flash descriptor to split by");

        string folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        string unfinished = $"{folder}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(unfinished);
            string layout = WriteParts(input.Bytes, descriptor, unfinished);
            Directory.Move(unfinished, folder);
            DurableFile.SyncDirectory(Path.GetDirectoryName(folder)!);
            output.Write(layout);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(
                ExitCodes.CannotWrite, $"{target}: cannot be written ({failure.Message.TrimEnd('.')})");
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }
    }

    // The layout is what flashrom reads: first and last byte of each part, in hex, and its name.
    private static string WriteParts(byte[] image, FlashDescriptor descriptor, string folder)
    {
        var layout = new StringBuilder();
        var names = new HashSet<string>();
        foreach (RegionPiece piece in RegionLayout.Divide(descriptor, image.Length))
        {
            string name = piece.Region is { } region
                ? $"{region.Number}-{region.Name.ToLowerInvariant().Replace(' ', '-')}"
                : $"gap-{piece.Range.Start:x8}";
            if (!names.Add(name))
                name += $"-{piece.Range.Start:x8}";
            OutputFile.Write(Path.Combine(folder, name + ".bin"), piece.Range.Of(image).ToArray());
            layout.Append($"{piece.Range.Start:x8}:{piece.Range.End - 1:x8} {name}\n");
        }

        OutputFile.Write(Path.Combine(folder, "layout.txt"), Encoding.UTF8.GetBytes(layout.ToString()));
        return layout.ToString();
    }
}
