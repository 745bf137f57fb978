using System.Text;

namespace FlashBench.Cli.Output;

/// <summary>A job's display: when nobody can read it any more, it falls silent instead of ending the job.</summary>
/// <remarks>A closed terminal or a full disk behind standard output must never leave a chip half-written.</remarks>
internal sealed class TolerantWriter(TextWriter inner) : TextWriter
{
    private volatile bool _silent;

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Try(() => inner.Write(value));

    /// <inheritdoc/>
    public override void Write(string? value) => Try(() => inner.Write(value));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    /// <inheritdoc/>
    public override void WriteLine() => Try(inner.WriteLine);

    /// <inheritdoc/>
    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        if (_silent)
            return;
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _silent = true;
        }
    }
}
