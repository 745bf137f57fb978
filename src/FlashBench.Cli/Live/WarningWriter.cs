using System.Text;
using FlashBench.Bench.Live;

namespace FlashBench.Cli.Live;

/// <summary>Makes lines that would go to standard error events of a run: its benches never wait for a terminal.
/// </summary>
internal sealed class WarningWriter(EventFeed stream) : TextWriter
{
    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <inheritdoc/>
    public override void Write(char value)
    {
        // Whole lines only.
    }

    /// <inheritdoc/>
    public override void WriteLine(string? value) => stream.Publish(new LiveEvent.Warning(value ?? ""));
}
