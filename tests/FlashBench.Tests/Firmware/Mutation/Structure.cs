namespace FlashBench.Tests.Firmware.Mutation;

/// <summary>A number in an image that a parser reads: a count, an offset, a length, a version, flags.</summary>
/// <param name="Offset">Where, from the start of the image.</param>
/// <param name="Width">1, 2 or 4 bytes.</param>
internal readonly record struct Field(int Offset, int Width);

/// <summary>A header, an entry or a table of an image.</summary>
/// <param name="Start">First byte, from the start of the image.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Fields">The numbers in it.</param>
internal sealed record Structure(int Start, int Length, Field[] Fields)
{
    /// <summary>Byte after the last one.</summary>
    public int End => Start + Length;

    /// <summary>A structure whose fields are given by their offsets inside it.</summary>
    public static Structure Of(int start, int length, params (int Offset, int Width)[] fields) =>
        new(start, length, [.. fields.Select(f => new Field(start + f.Offset, f.Width))]);

    /// <summary>A structure of 32-bit words only.</summary>
    public static Structure OfWords(int start, int length) =>
        new(start, length, [.. Enumerable.Range(0, length / 4).Select(i => new Field(start + 4 * i, 4))]);
}
