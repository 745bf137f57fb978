using System.CommandLine;

namespace FlashBench.Cli;

/// <summary>The options that every verb understands; a verb reads them from its parse result.</summary>
/// <example><c>bool json = parse.GetValue(GlobalOptions.Json);</c></example>
public static class GlobalOptions
{
    /// <summary>The configuration file; null means: look for one (<see cref="ConfigSource"/>).</summary>
    public static Option<string?> Config { get; } = new("--config")
    {
        Description = "Configuration file; otherwise ./bench-config.json, else the one shipped with the program",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>One JSON object a line on standard output, text on standard error.</summary>
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "One JSON object a line on standard output, text on standard error",
        Recursive = true,
    };

    /// <summary>No progress; errors and results only.</summary>
    public static Option<bool> Quiet { get; } = new("--quiet")
    {
        Description = "No progress: errors and results only",
        Recursive = true,
    };

    /// <summary>No colours; the environment variable NO_COLOR does the same.</summary>
    public static Option<bool> NoColor { get; } = new("--no-color")
    {
        Description = "No colours (as the environment variable NO_COLOR)",
        Recursive = true,
    };

    /// <summary>Never ask: what would need an answer is refused.</summary>
    public static Option<bool> NonInteractive { get; } = new("--non-interactive")
    {
        Description = "Never ask; what would need an answer is refused",
        Recursive = true,
    };

    /// <summary>All of them, in the order of the help.</summary>
    public static IReadOnlyList<Option> All { get; } = [Config, Json, Quiet, NoColor, NonInteractive];

    /// <summary>True if a person can be asked.</summary>
    internal static bool MayAsk(ParseResult parse) => !parse.GetValue(NonInteractive) && !Console.IsInputRedirected;
}
