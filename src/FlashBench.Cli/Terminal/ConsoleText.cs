using System.Buffers;
using System.Globalization;
using System.Text;
using FlashBench.Bench.Report;

namespace FlashBench.Cli.Terminal;

/// <summary>Turns a board's bytes into text that is safe to show, whatever the pieces in which they arrive.</summary>
/// <remarks>
/// UTF-8 is shown as it is; what is not UTF-8, and every control, format and private character, stands as an escape:
/// \xNN or \u{NNNN}. Nothing of a board can move the cursor, change colours or hide a word. A line ends with LF, CR LF
/// or a CR alone; a longer one than <see cref="LineLengthMax"/> is broken.
/// </remarks>
internal sealed class ConsoleText
{
    /// <summary>Characters of a line that are shown before it is broken.</summary>
    public const int LineLengthMax = 4096;

    private const int SequenceBytesMax = 4; // of UTF-8

    private readonly byte[] _cut = new byte[SequenceBytesMax]; // the beginning of a character
    private int _cutLength, _column;
    private bool _returned; // the last byte was a CR

    /// <summary>Takes the next bytes.</summary>
    /// <param name="data">As they arrived.</param>
    /// <param name="shown">Gets printable characters, tabs, and \n at line ends.</param>
    public void Feed(ReadOnlySpan<byte> data, StringBuilder shown)
    {
        while (_cutLength > 0 && !data.IsEmpty)
        {
            _cut[_cutLength++] = data[0];
            data = data[1..];
            Join(shown);
        }

        while (!data.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(data, out Rune rune, out int length);
            if (status == OperationStatus.NeedMoreData)
            {
                data.CopyTo(_cut);
                _cutLength = data.Length;
                return;
            }

            Show(status, rune, data[..length], shown);
            data = data[length..];
        }
    }

    /// <summary>Shows what waits for bytes that do not come.</summary>
    public void End(StringBuilder shown)
    {
        Escape(_cut.AsSpan(0, _cutLength), shown);
        _cutLength = 0;
        if (_returned)
            Break(shown);
        _returned = false;
    }

    // A character that began in an earlier piece; what follows a broken one counts by itself.
    private void Join(StringBuilder shown)
    {
        while (_cutLength > 0)
        {
            ReadOnlySpan<byte> cut = _cut.AsSpan(0, _cutLength);
            OperationStatus status = Rune.DecodeFromUtf8(cut, out Rune rune, out int length);
            if (status == OperationStatus.NeedMoreData)
                return;
            Show(status, rune, cut[..length], shown);
            _cut.AsSpan(length, _cutLength - length).CopyTo(_cut);
            _cutLength -= length;
        }
    }

    private void Show(OperationStatus status, Rune rune, ReadOnlySpan<byte> bytes, StringBuilder shown)
    {
        if (status != OperationStatus.Done)
        {
            Escape(bytes, shown);
            return;
        }

        bool ended = _returned;
        _returned = rune.Value == '\r';
        if (rune.Value == '\n' || (ended && !_returned))
            Break(shown);
        if (rune.Value is '\n' or '\r')
            return;
        int before = shown.Length;
        if (rune.Value == '\t')
            shown.Append('\t');
        else
            VisibleText.Append(shown, rune);
        Advance(shown.Length - before, shown);
    }

    private void Escape(ReadOnlySpan<byte> bytes, StringBuilder shown)
    {
        if (_returned && !bytes.IsEmpty)
            Break(shown);
        _returned &= bytes.IsEmpty;
        foreach (byte value in bytes)
        {
            shown.Append(CultureInfo.InvariantCulture, $"\\x{value:X2}");
            Advance(4, shown);
        }
    }

    private void Advance(int characters, StringBuilder shown)
    {
        _column += characters;
        if (_column >= LineLengthMax)
            Break(shown);
    }

    private void Break(StringBuilder shown)
    {
        shown.Append('\n');
        _column = 0;
    }
}
