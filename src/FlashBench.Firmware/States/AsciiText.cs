namespace FlashBench.Firmware.States;

/// <summary>Makes one form of text out of those that programs write: UTF-8, UTF-16, and both in one file.</summary>
/// <remarks>MEInfo under an EFI shell or PowerShell writes UTF-16; everything that is read here is ASCII, which UTF-16
/// keeps apart by NUL bytes.</remarks>
internal static class AsciiText
{
    // Byte order marks, decoded, and byte by byte.
    private const string Marks = "\uFEFF\u00FF\u00FE\u00EF\u00BB\u00BF";

    private const string Blank = "\u00A0"; // no-break space, as web pages make of blanks; in UTF-8 behind 0xC2

    /// <summary>The text without NULs and with plain blanks; one character a byte, or decoded.</summary>
    public static string Of(string text) =>
        Without(Without(Without(text, "\0", ""), "\u00C2" + Blank, " "), Blank, " ");

    private static string Without(string text, string part, string other) =>
        text.Contains(part, StringComparison.Ordinal) ? text.Replace(part, other, StringComparison.Ordinal) : text;

    /// <summary>The line without a byte order mark in front, wherever in a file it stands.</summary>
    public static ReadOnlySpan<char> WithoutMark(ReadOnlySpan<char> line) => line.TrimStart(Marks);
}
