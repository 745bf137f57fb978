using System.Text;

namespace FlashBench.Cli.Live;

/// <summary>How a piece of a line looks, where colours are wanted.</summary>
internal enum Shade
{
    /// <summary>As the terminal has it.</summary>
    Plain,

    /// <summary>Of little weight.</summary>
    Dim,

    /// <summary>All is well.</summary>
    Good,

    /// <summary>Worth a look.</summary>
    Look,

    /// <summary>A person must act. The only red.</summary>
    Hands,
}

/// <summary>A line of a frame: pieces of printable ASCII.</summary>
internal sealed class FrameLine
{
    private readonly List<(string Text, Shade Shade)> _pieces = [];

    /// <summary>Columns that it takes.</summary>
    public int Width { get; private set; }

    /// <summary>The line without colours, without spaces at its end.</summary>
    public string Text => string.Concat(_pieces.Select(piece => piece.Text)).TrimEnd();

    /// <summary>A line of one piece.</summary>
    public static FrameLine Of(string text, Shade shade = Shade.Plain) => new FrameLine().Add(text, shade);

    /// <summary>Adds a piece.</summary>
    /// <returns>This line.</returns>
    public FrameLine Add(string text, Shade shade = Shade.Plain)
    {
        _pieces.Add((text, shade));
        Width += text.Length;
        return this;
    }

    /// <summary>Writes the line for a terminal.</summary>
    /// <param name="into">Gets it.</param>
    /// <param name="color">False for no colours.</param>
    /// <param name="columns">It is cut there.</param>
    public void Write(StringBuilder into, bool color, int columns)
    {
        int left = columns;
        foreach ((string text, Shade shade) in _pieces)
        {
            string shown = text.Length <= left ? text : text[..Math.Max(0, left)];
            left -= shown.Length;
            if (color && shade != Shade.Plain)
                into.Append(CodeOf(shade)).Append(shown).Append("\x1B[0m");
            else
                into.Append(shown);
        }
    }

    private static string CodeOf(Shade shade) => shade switch
    {
        Shade.Dim => "\x1B[2m",
        Shade.Good => "\x1B[32m",
        Shade.Look => "\x1B[33m",
        _ => "\x1B[1;31m",
    };
}
