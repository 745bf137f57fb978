using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using FlashBench.Bench.Config;

namespace FlashBench.Bench.Watch;

/// <summary>Sorts out, without making a string of them, the console lines that say nothing to a
/// <see cref="ConsoleTrace"/>: a board that floods its console must not keep whoever reads it.</summary>
/// <param name="banner">Regular expression of a boot's first line.</param>
internal sealed class TellingLines(string banner)
{
    // Every word that a line can be understood by; one too many costs time only, a missing one evidence.
    private static readonly SearchValues<string> Words = SearchValues.Create(
        [
            "reboot: Power down", "System halted", "Kernel panic", "Machine check", "critical temperature",
            "soft lockup", "hard LOCKUP", "thermal shutdown", "PM: suspend entry", "PM: hibernation entry",
            "INVALID CPU AND PCH COMBINATION",
        ],
        StringComparison.OrdinalIgnoreCase);

    private const int PieceMax = 2 * ConsoleLines.LengthMax;

    private static readonly SearchValues<string> EngineWords =
        SearchValues.Create(["ME:", "HFS", "CSE"], StringComparison.Ordinal);

    private readonly Regex _banner = WatchLimits.Banner(banner);
    private readonly string _inBanner = RequiredText.In(banner);
    private readonly char[] _text = new char[PieceMax];

    /// <summary>A line as text; what is not printable ASCII or a tab is U+FFFD. Stays until the next call.</summary>
    /// <param name="line">At most <see cref="ConsoleLines.LengthMax"/> bytes.</param>
    public ReadOnlySpan<char> Printable(ReadOnlySpan<byte> line)
    {
        Span<char> text = _text.AsSpan(0, line.Length);
        if (line.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0)
        {
            Encoding.Latin1.GetChars(line, text);
            return text;
        }

        for (int i = 0; i < line.Length; i++)
            text[i] = line[i] is >= 0x20 and < 0x7F or (byte)'\t' ? (char)line[i] : '\uFFFD';
        return text;
    }

    /// <summary>False if no line that lies whole in a piece of console is a banner or has one of the words: one search
    /// over all of them costs far less than one each.</summary>
    /// <param name="piece">Any bytes; a very long piece is not searched.</param>
    /// <param name="beforeSystem">True until the operating system has shown itself: firmware speaks of its ME.</param>
    public bool MayHave(ReadOnlySpan<byte> piece, bool beforeSystem)
    {
        if (piece.Length > PieceMax || _inBanner.Length == 0)
            return true;
        Span<char> text = _text.AsSpan(0, piece.Length);
        Encoding.Latin1.GetChars(piece, text);
        ReadOnlySpan<char> known = text;
        return known.Contains(_inBanner, StringComparison.Ordinal) || known.ContainsAny(Words)
            || (beforeSystem && known.ContainsAny(EngineWords));
    }

    /// <summary>True if a line is a banner.</summary>
    public bool IsBanner(ReadOnlySpan<char> text) => _banner.IsMatch(text);

    /// <summary>True if a line may be a banner, or has a word that means something; a time alone means nothing here.
    /// </summary>
    /// <param name="text">The line.</param>
    /// <param name="beforeSystem">True until the operating system has shown itself: firmware speaks of its ME.</param>
    public bool MayTell(ReadOnlySpan<char> text, bool beforeSystem) =>
        text.ContainsAny(Words) || (beforeSystem && text.ContainsAny(EngineWords)) || IsBanner(text);
}
