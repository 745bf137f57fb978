namespace FlashBench.Bench.Config;

/// <summary>Reads a small file that somebody else wrote.</summary>
internal static class BoundedFile
{
    /// <summary>All bytes of the file; a pipe or device that never ends is cut off by the limit.</summary>
    /// <exception cref="ConfigException">Missing, unreadable, a folder, or larger than the limit.</exception>
    public static byte[] Read(string path, int bytesMax)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] buffer = new byte[bytesMax + 1];
            int length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length <= bytesMax
                ? buffer[..length]
                : throw new ConfigException(path, $"larger than {bytesMax} bytes; this is no configuration");
        }
        catch (FileNotFoundException)
        {
            throw new ConfigException(path, "no such file");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConfigException(path, $"cannot be read: {fault.Message.TrimEnd('.')}");
        }
    }
}
