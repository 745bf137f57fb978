using System.CommandLine;
using FlashBench.Bench.Fleet;
using FlashBench.Cli.Certify;

namespace FlashBench.Cli.Fleet;

/// <summary>Who says something about a bench or a board, and why.</summary>
/// <param name="Reason">One sentence.</param>
/// <param name="By">A name.</param>
internal sealed record WhoAndWhy(string Reason, string By)
{
    public static readonly Option<string> ReasonOption = new("--reason")
    {
        Description = "Why, for whoever finds it so",
        HelpName = "TEXT",
        Required = true,
    };

    public static readonly Option<string?> OperatorOption = new("--operator")
    {
        Description = "Who says so; without it the user of this process",
        HelpName = "NAME",
    };

    /// <summary>What the command line says.</summary>
    /// <exception cref="UsageException">It is blank, too long, or has control characters.</exception>
    public static WhoAndWhy Of(ParseResult parse) => new(
        Text(parse.GetRequiredValue(ReasonOption), ReasonOption.Name).TrimEnd('.'),
        JobOptions.Name(parse, OperatorOption) ?? Environment.UserName);

    /// <summary>A text that people will read.</summary>
    /// <exception cref="UsageException">It is blank, too long, or has control characters.</exception>
    public static string Text(string text, string what)
    {
        if (text.Length > HealthStore.ReasonLengthMax)
            throw new UsageException($"{what} has {text.Length} characters, more than {HealthStore.ReasonLengthMax}");
        return text.Any(char.IsControl) || string.IsNullOrWhiteSpace(text.TrimEnd('.'))
            ? throw new UsageException($"{what} is blank or has control characters")
            : text;
    }
}
