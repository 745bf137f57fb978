using System.CommandLine;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Progress;

/// <summary>Where and how a job is shown.</summary>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Time">Real time, also when the bench runs in virtual time: it paces the display only.</param>
public sealed record DisplaySettings(TextWriter Output, TextWriter Error, TimeProvider Time)
{
    /// <summary>JSON lines on <see cref="Output"/>, text on <see cref="Error"/>.</summary>
    public bool Json { get; init; }

    /// <summary>No progress text.</summary>
    public bool Quiet { get; init; }

    /// <summary>True if <see cref="Output"/> is a terminal that can redraw its lines.</summary>
    public bool Terminal { get; init; }

    /// <summary>Columns and lines of the terminal at this moment.</summary>
    public Func<(int Columns, int Lines)> Size { get; init; } = () => (80, 24);

    /// <summary>True if colours are wanted.</summary>
    public bool Color { get; init; }

    /// <summary>What the global options and the process's terminal ask for.</summary>
    public static DisplaySettings From(ParseResult parse)
    {
        InvocationConfiguration invocation = parse.InvocationConfiguration;
        string? terminal = Environment.GetEnvironmentVariable("TERM");
        var output = new TolerantWriter(invocation.Output);
        return new DisplaySettings(output, new TolerantWriter(invocation.Error), TimeProvider.System)
        {
            Json = parse.GetValue(GlobalOptions.Json),
            Quiet = parse.GetValue(GlobalOptions.Quiet),
            Terminal = ReferenceEquals(invocation.Output, Console.Out) && !Console.IsOutputRedirected
                && terminal is { Length: > 0 } and not "dumb",
            Size = SizeNow,
            Color = !parse.GetValue(GlobalOptions.NoColor)
                && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
        };
    }

    // A terminal that does not know its size says 0.
    private static (int Columns, int Lines) SizeNow()
    {
        (int columns, int lines) = (Console.WindowWidth, Console.WindowHeight);
        return (columns > 0 ? columns : 80, lines > 0 ? lines : 24);
    }
}
