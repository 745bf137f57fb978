using System.Text;

namespace FlashBench.Bench.Report;

/// <summary>Writes HTML and SVG that is well-formed XML; every text and every value is escaped on its way in.</summary>
/// <remarks>Names of elements and attributes are the program's own words, never foreign text.</remarks>
public sealed class MarkupWriter
{
    private readonly StringBuilder _text = new();
    private readonly Stack<string> _open = new();

    /// <summary>Opens an element that is closed when the result is disposed.</summary>
    public Scope In(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Tag(name, attributes);
        _text.Append('>');
        _open.Push(name);
        return new Scope(this);
    }

    /// <summary>Writes an element with a text.</summary>
    public void Element(string name, string text, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        using (In(name, attributes))
            Text(text);
    }

    /// <summary>Writes an element that never has content: a void element of HTML, or a shape of SVG.</summary>
    public void Void(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Tag(name, attributes);
        _text.Append("/>");
    }

    /// <summary>Writes a text; characters that would not show are shown by their numbers.</summary>
    public void Text(string text) => Escape(VisibleText.Of(text));

    /// <summary>Writes the program's own style sheet as it is.</summary>
    /// <exception cref="ArgumentException">It holds a character that would need escaping.</exception>
    public void Style(string css)
    {
        if (css.AsSpan().ContainsAny('<', '&'))
            throw new ArgumentException("a style sheet may hold neither '<' nor '&'", nameof(css));
        _text.Append("<style>\n").Append(css).Append("</style>\n");
    }

    /// <summary>Ends the line, so that the file can be read and compared by lines.</summary>
    public void Line() => _text.Append('\n');

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private void Tag(string name, ReadOnlySpan<(string Name, string Value)> attributes)
    {
        _text.Append('<').Append(name);
        foreach ((string attribute, string value) in attributes)
        {
            _text.Append(' ').Append(attribute).Append("=\"");
            Escape(VisibleText.Of(value, int.MaxValue)); // drawings are long attributes
            _text.Append('"');
        }
    }

    private void Escape(string text)
    {
        foreach (char c in text)
        {
            string? entity = c switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                _ => null,
            };
            _ = entity is null ? _text.Append(c) : _text.Append(entity);
        }
    }

    private void Close() => _text.Append("</").Append(_open.Pop()).Append('>');

    /// <summary>An open element.</summary>
    public readonly ref struct Scope(MarkupWriter writer)
    {
        /// <summary>Closes it.</summary>
        public void Dispose() => writer.Close();
    }
}
