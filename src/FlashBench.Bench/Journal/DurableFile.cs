using System.Text;
using FlashBench.Hardware.Native;

namespace FlashBench.Bench.Journal;

/// <summary>Files that are whole or absent, whatever happens meanwhile.</summary>
public static class DurableFile
{
    /// <summary>Writes a file so that after a crash either the old or the new content is there, never a part.</summary>
    /// <param name="path">Where; an existing file is replaced.</param>
    /// <param name="content">The new content.</param>
    /// <param name="ownerOnly">True for mode 0600.</param>
    /// <exception cref="IOException">It could not be written; the old file is untouched.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, bool ownerOnly = false)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string temporary = Path.Combine(directory, $".{Path.GetFileName(path)}.{Path.GetRandomFileName()}");
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 };
        if (ownerOnly)
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(temporary, options))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            DirectorySync.Flush(directory);
        }
        catch
        {
            if (File.Exists(temporary))
                File.Delete(temporary);
            throw;
        }
    }

    /// <inheritdoc cref="Write(string, ReadOnlySpan{byte}, bool)"/>
    public static void WriteText(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));
}
