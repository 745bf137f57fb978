using FlashBench.Bench.Journal;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Output;

/// <summary>Writes a file that the operator asked for: whole, or not at all.</summary>
internal static class OutputFile
{
    /// <summary>Writes <paramref name="content"/>; on return it is on disk under <paramref name="path"/>.</summary>
    /// <param name="path">The file; replaced when it exists.</param>
    /// <param name="content">All of its new bytes.</param>
    /// <exception cref="CommandFailure">It cannot be written; what was there before is untouched.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        if (FileKinds.Of(path) is not (FileKind.None or FileKind.Regular))
            throw new CommandFailure(ExitCodes.CannotWrite, $"{path}: is there and is no ordinary file");
        try
        {
            DurableFile.Write(path, content);
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.Permission, $"{path}: may not be written");
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandFailure(ExitCodes.CannotWrite, $"{path}: no file can be made in that folder");
        }
        catch (IOException failure)
        {
            throw new CommandFailure(ExitCodes.CannotWrite,
                $"{path}: cannot be written ({failure.Message.TrimEnd('.')})");
        }
    }
}
