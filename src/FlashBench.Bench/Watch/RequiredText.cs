using System.Text;

namespace FlashBench.Bench.Watch;

/// <summary>Finds a text that every match of a regular expression contains, so that most lines need not be matched.
/// </summary>
/// <remarks>What it does not understand for certain makes it say that there is none.</remarks>
internal sealed class RequiredText
{
    private const string Anchors = "bBAzZG", Classes = "dDwWsS";

    private readonly string _pattern;
    private readonly StringBuilder _run = new();
    private string _longest = "";
    private int _at, _depth;

    private RequiredText(string pattern) => _pattern = pattern;

    /// <summary>The longest run of plain characters outside groups and repetitions.</summary>
    /// <param name="pattern">A regular expression that compiles, and is matched with regard to case.</param>
    /// <returns>The text; empty if no match can be relied on to have one.</returns>
    public static string In(string pattern)
    {
        if (pattern.Contains('|', StringComparison.Ordinal) || pattern.Contains("(?", StringComparison.Ordinal))
            return "";
        var reader = new RequiredText(pattern);
        while (reader._at < pattern.Length)
        {
            if (!reader.Take(pattern[reader._at++]))
                return "";
        }

        reader.Flush();
        return reader._longest;
    }

    // False for what is not understood.
    private bool Take(char c)
    {
        switch (c)
        {
            case '\\':
                return TakeEscape(_at < _pattern.Length ? _pattern[_at++] : 'x');
            case '[':
                Flush();
                return Skip(']', "[]\\");
            case '(' or ')':
                Flush();
                _depth += c == '(' ? 1 : -1;
                return true;
            case '?' or '*' or '{':
                _run.Length = Math.Max(0, _run.Length - 1); // it may be there no time at all
                Flush();
                return c != '{' || Skip('}', "");
            case '.' or '^' or '$' or '+':
                Flush();
                return true;
            default:
                Append(c);
                return true;
        }
    }

    // A letter or digit that is neither anchor nor class begins the code of a character, a property or a reference.
    private bool TakeEscape(char c)
    {
        if (char.IsAsciiLetterOrDigit(c))
            Flush();
        else
            Append(c);
        return !char.IsAsciiLetterOrDigit(c) || Anchors.Contains(c) || Classes.Contains(c);
    }

    // To behind the next end; false if something stands before it that gives it another meaning.
    private bool Skip(char end, string but)
    {
        int start = _at;
        _at = _pattern.IndexOf(end, start) + 1;
        string between = _at == 0 ? but : _pattern[start..(_at - 1)];
        return _at > 0 && between.Length > 0 && between != "^" && !between.AsSpan().ContainsAny(but)
            && (end != '}' || between.AsSpan().TrimStart("0123456789,").IsEmpty);
    }

    private void Append(char c)
    {
        if (_depth == 0)
            _run.Append(c);
    }

    private void Flush()
    {
        if (_run.Length > _longest.Length)
            _longest = _run.ToString();
        _run.Clear();
    }
}
