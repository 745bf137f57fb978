using System.Text;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Me;

/// <summary>Reads the text that is to be decoded.</summary>
internal static class MeTextFile
{
    /// <summary>The name that stands for standard input.</summary>
    public const string StandardInput = "-";

    private const int LengthMax = 16 * 1024 * 1024; // a console log of a day has less

    /// <summary>All of it, one character a byte: the statements are ASCII, and nothing else may fail.</summary>
    /// <param name="path">A file, a pipe, or <see cref="StandardInput"/>.</param>
    /// <exception cref="CommandFailure">It cannot be read, or is too long.</exception>
    public static string Read(string path)
    {
        if (path.Length == 0)
            throw new UsageException("the text has an empty name");
        if (path != StandardInput && FileKinds.Of(path) is FileKind.None or FileKind.Folder or FileKind.Other)
            throw new CommandFailure(ExitCodes.BadInput, $"{path}: is no file that can be read");
        try
        {
            using Stream stream = path == StandardInput
                ? Console.OpenStandardInput() : System.IO.File.OpenRead(path);
            return ReadAll(path, stream);
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.Permission, $"{path}: may not be read");
        }
        catch (IOException failure)
        {
            throw new CommandFailure(ExitCodes.BadInput, $"{path}: cannot be read ({failure.Message.TrimEnd('.')})");
        }
    }

    private static string ReadAll(string path, Stream stream)
    {
        using var all = new MemoryStream();
        byte[] block = new byte[1 << 16];
        for (int read; (read = stream.Read(block)) > 0;)
        {
            if (all.Length + read > LengthMax)
                throw new CommandFailure(ExitCodes.BadInput, $"{path}: has more than {LengthMax >> 20} MiB of text");
            all.Write(block, 0, read);
        }

        return Encoding.Latin1.GetString(all.GetBuffer(), 0, (int)all.Length);
    }
}
