using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Image;

/// <summary>An image file as it was read.</summary>
/// <param name="Path">As it was given.</param>
/// <param name="Bytes">Its content, uncompressed.</param>
internal sealed record ImageFile(string Path, byte[] Bytes)
{
    // The largest SPI flash on the boards in question has 32 MiB; twice that leaves room for two chips.
    private const int LengthMax = 64 * 1024 * 1024;

    /// <summary>SHA-256 of the uncompressed content, lower-case hex.</summary>
    public string Sha256 => HashOf(Bytes);

    /// <summary>Reads a file or a pipe, plain or gzip.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CommandFailure">It cannot be read, or is larger than any flash.</exception>
    public static ImageFile Load(string path)
    {
        ReadOnlyMemory<byte> content = Read(path, FreshMemory.Allocate);
        bool isWhole = MemoryMarshal.TryGetArray(content, out ArraySegment<byte> segment) &&
            segment.Count == segment.Array!.Length;
        return new ImageFile(path, isWhole ? segment.Array! : content.ToArray());
    }

    /// <summary>Reads a file or a pipe, plain or gzip, into memory that the caller may have used before.</summary>
    /// <param name="path">The file.</param>
    /// <param name="allocate">Gives at least so many bytes; a plain file is read into their start.</param>
    /// <exception cref="CommandFailure">It cannot be read, or is larger than any flash.</exception>
    public static ReadOnlyMemory<byte> Read(string path, Func<int, byte[]> allocate)
    {
        RefuseWhatHoldsNoImage(path);
        try
        {
            ReadOnlyMemory<byte> bytes = ReadFile(path, allocate);
            return bytes.Span is [0x1F, 0x8B, _, _, ..] ? Unpack(path, bytes) : bytes;
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

    /// <summary>True when both names lead to one file, links resolved; the second need not exist.</summary>
    /// <exception cref="UsageException">The second name is empty.</exception>
    public static bool IsSameFile(string first, string second) => second.Length > 0
        ? RealPath(first) == RealPath(second)
        : throw new UsageException("the output has an empty name");

    /// <summary>SHA-256, lower-case hex.</summary>
    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    // Before it is opened: some devices act on that alone, and others never end.
    private static void RefuseWhatHoldsNoImage(string path)
    {
        if (path.Length == 0)
            throw new UsageException("the image has an empty name");
        string? fault = FileKinds.Of(path) switch
        {
            FileKind.None => "there is no such file, or it is out of reach",
            FileKind.Folder => "is a folder, not an image",
            FileKind.Other => "is a device, not an image",
            _ => null,
        };
        if (fault is not null)
            throw new CommandFailure(ExitCodes.BadInput, $"{path}: {fault}");
    }

    private static byte[] Unpack(string path, ReadOnlyMemory<byte> packed)
    {
        try
        {
            using var unpacked = new GZipStream(
                new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
            byte[] bytes = ReadAll(path, unpacked);
            // GZipStream takes the end of the data for the end of the stream; the trailer says how long it must be.
            if (BinaryPrimitives.ReadUInt32LittleEndian(packed.Span[^4..]) == bytes.Length)
                return bytes;
        }
        catch (InvalidDataException)
        {
            // The same sentence as for a stream that ends too early.
        }

        throw new CommandFailure(ExitCodes.BadInput, $"{path}: the gzip data is damaged or cut");
    }

    // A file tells its length, so one array of that size is enough; a pipe does not, nor does a file in /proc.
    private static ReadOnlyMemory<byte> ReadFile(string path, Func<int, byte[]> allocate)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        long length = file.CanSeek ? file.Length : 0;
        if (length > LengthMax)
            throw TooLong(path);
        byte[] bytes = allocate((int)length);
        int read = file.ReadAtLeast(bytes.AsSpan(0, (int)length), (int)length, throwOnEndOfStream: false);
        byte[] rest = ReadAll(path, file, read);
        return rest.Length == 0 ? bytes.AsMemory(0, read) : (byte[])[.. bytes.AsSpan(0, read), .. rest];
    }

    private static byte[] ReadAll(string path, Stream stream, long before = 0)
    {
        byte[] block = new byte[1 << 16];
        int read = stream.Read(block);
        if (read == 0)
            return [];
        using var all = new MemoryStream();
        for (; read > 0; read = stream.Read(block))
        {
            if (before + all.Length + read > LengthMax)
                throw TooLong(path);
            all.Write(block, 0, read);
        }

        return all.ToArray();
    }

    private static CommandFailure TooLong(string path) =>
        new(ExitCodes.BadInput, $"{path}: has more than {LengthMax >> 20} MiB, which no flash on these boards has");

    private static string RealPath(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        string? folder = System.IO.Path.GetDirectoryName(full);
        if (folder is null)
            return full;

        string inRealFolder = System.IO.Path.Combine(RealPath(folder), System.IO.Path.GetFileName(full));
        try
        {
            return File.ResolveLinkTarget(inRealFolder, returnFinalTarget: true)?.FullName ?? inRealFolder;
        }
        catch (IOException)
        {
            return inRealFolder; // absent, or a circle of links: certainly not the input
        }
    }
}
