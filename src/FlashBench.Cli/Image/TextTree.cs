namespace FlashBench.Cli.Image;

/// <summary>A line of text with lines under it, drawn as a tree.</summary>
/// <param name="text">The line.</param>
internal sealed class TextTree(string text)
{
    private readonly List<TextTree> _children = [];

    private string Text => text;

    /// <summary>Adds a line under this one and returns it.</summary>
    public TextTree Add(string line)
    {
        var child = new TextTree(line);
        _children.Add(child);
        return child;
    }

    /// <summary>Draws the tree.</summary>
    public void Write(TextWriter output)
    {
        output.WriteLine(Text);
        WriteChildren(output, "");
    }

    private void WriteChildren(TextWriter output, string indent)
    {
        for (int i = 0; i < _children.Count; i++)
        {
            bool last = i == _children.Count - 1;
            output.WriteLine($"{indent}{(last ? "└─ " : "├─ ")}{_children[i].Text}");
            _children[i].WriteChildren(output, indent + (last ? "   " : "│  "));
        }
    }
}
