using System.CommandLine;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Certify;

/// <summary>Options that verbs which run jobs have in common, and how their values are checked.</summary>
internal static class JobOptions
{
    private const int NameLengthMax = 100;

    public static readonly Option<string?> Bench = new("--bench")
    {
        Description = "Bench id; without it the bench marked `default`",
        HelpName = "ID",
    };

    public static readonly Option<string?> Dut = new("--dut")
    {
        Description = "Serial or asset id of the board; binds it to its chip",
        HelpName = "SERIAL",
    };

    public static readonly Option<string?> Operator = new("--operator")
    {
        Description = "Who stands at the bench; goes into the record",
        HelpName = "NAME",
    };

    public static readonly Option<string?> Evidence = new("--evidence")
    {
        Description = "Folder in which the job directory is made",
        HelpName = "DIR",
    };

    public static readonly Option<int?> Seed = new("--seed")
    {
        Description = "Seed of everything random on a virtual bench; equal seeds give equal journals",
        HelpName = "N",
    };

    /// <summary>An option's value; null if it is not there.</summary>
    /// <exception cref="UsageException">It is empty.</exception>
    public static string? NonEmpty(ParseResult parse, Option<string?> option) =>
        parse.GetValue(option) is { Length: 0 }
            ? throw new UsageException($"{option.Name} has an empty value")
            : parse.GetValue(option);

    /// <summary>A name that goes into records, reports and, for a board, into a file name.</summary>
    /// <exception cref="UsageException">It is blank, too long, or has control characters.</exception>
    public static string? Name(ParseResult parse, Option<string?> option)
    {
        return NonEmpty(parse, option) is { } name ? Name(name, option.Name) : null;
    }

    /// <inheritdoc cref="Name(ParseResult, Option{string?})"/>
    public static string Name(string name, string option)
    {
        if (name.Length > NameLengthMax)
            throw new UsageException($"{option} has {name.Length} characters, more than {NameLengthMax}");
        if (name.Any(char.IsControl) || string.IsNullOrWhiteSpace(name))
            throw new UsageException($"{option} is blank or has control characters");
        return name;
    }

    /// <summary>A folder, which may not exist yet.</summary>
    /// <exception cref="UsageException">Something else has its name.</exception>
    public static string? Folder(ParseResult parse, Option<string?> option)
    {
        string? folder = NonEmpty(parse, option);
        return folder is null || FileKinds.Of(folder) is FileKind.Folder or FileKind.None
            ? folder
            : throw new UsageException($"{option.Name} {folder} is no folder");
    }
}
