using System.Buffers;

namespace FlashBench.Bench.Report;

/// <summary>Writes HTML and SVG that is well-formed XML; every text and every value is escaped on its way in.</summary>
/// <remarks>Names of elements and attributes are the program's own words, never foreign text.</remarks>
/// <param name="output">Where the text goes.</param>
public sealed class MarkupWriter(TextWriter output)
{
    private static readonly SearchValues<char> Special = SearchValues.Create("&<>\"'");

    private readonly Stack<string> _open = new();

    /// <summary>Opens an element that is closed when the result is disposed.</summary>
    public Scope In(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Tag(name, attributes);
        output.Write('>');
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
        output.Write("/>");
    }

    /// <summary>Writes a text; characters that would not show are shown by their numbers.</summary>
    public void Text(string text) => Escape(VisibleText.Of(text));

    /// <summary>Writes the program's own style sheet as it is.</summary>
    /// <exception cref="ArgumentException">It holds a character that would need escaping.</exception>
    public void Style(string css)
    {
        if (css.AsSpan().ContainsAny('<', '&'))
            throw new ArgumentException("a style sheet may hold neither '<' nor '&'", nameof(css));
        output.Write($"<style>\n{css}</style>\n");
    }

    /// <summary>Ends the line, so that the file can be read and compared by lines.</summary>
    public void Line() => output.Write('\n');

    private void Tag(string name, ReadOnlySpan<(string Name, string Value)> attributes)
    {
        output.Write('<');
        output.Write(name);
        foreach ((string attribute, string value) in attributes)
        {
            output.Write(' ');
            output.Write(attribute);
            output.Write("=\"");
            Escape(VisibleText.Line(value)); // drawings are long attributes
            output.Write('"');
        }
    }

    private void Escape(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAny(Special) is >= 0 and int at)
        {
            output.Write(text[..at]);
            output.Write(text[at] switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                _ => "&#39;",
            });
            text = text[(at + 1)..];
        }

        output.Write(text);
    }

    private void Close()
    {
        output.Write("</");
        output.Write(_open.Pop());
        output.Write('>');
    }

    /// <summary>An open element.</summary>
    public readonly ref struct Scope(MarkupWriter writer)
    {
        /// <summary>Closes it.</summary>
        public void Dispose() => writer.Close();
    }
}
