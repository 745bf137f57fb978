using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Cli.Output;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Commissioning;

/// <summary>`flashbench commission`: shows that a bench tells good boards of one type from bad ones.</summary>
public static class CommissionCommand
{
    private const int NameLengthMax = 100;

    private static readonly Option<string?> Bench = new("--bench")
    {
        Description = "Bench id; without it the bench marked `default`",
        HelpName = "ID",
    };

    private static readonly Option<string?> Dut = new("--dut")
    {
        Description = "Serial or asset id of the board; binds it to its chip",
        HelpName = "SERIAL",
    };

    private static readonly Option<string?> Operator = new("--operator")
    {
        Description = "Who stands at the bench; goes into the records",
        HelpName = "NAME",
    };

    private static readonly Option<string?> Controls = new("--controls")
    {
        Description = "Negative controls to run, separated by commas, or `none`; without it all that the bench may run",
        HelpName = "NAME,...",
    };

    private static readonly Option<int?> Days = new("--days")
    {
        Description = $"Days for which the record counts; without it {CommissioningLimits.Days}",
        HelpName = "N",
    };

    private static readonly Option<string?> Evidence = new("--evidence")
    {
        Description = "Folder in which the job directories are made",
        HelpName = "DIR",
    };

    private static readonly Option<int?> Seed = new("--seed")
    {
        Description = "Seed of everything random on a virtual bench, its calendar too",
        HelpName = "N",
    };

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var commission = new Command(
            "commission", "Run a stock baseline and the negative controls of a bench, and sign what they showed");
        foreach (Option option in (Option[])[Bench, Dut, Operator, Controls, Days, Evidence, Seed])
            commission.Options.Add(option);
        commission.SetAction((parse, cancel) =>
            Task.FromResult(CommissionRun.Execute(parse, RequestOf(parse), cancel)));
        return commission.WithExamples(
            "flashbench commission                                # the embedded virtual bench, in seconds",
            "flashbench commission --bench me11 --days 30",
            "flashbench commission --bench qemu --operator ada    # no ME in it: the stock run alone",
            "flashbench commission --bench me8 --controls stock,damaged-manifest");
    }

    private static CommissionRequest RequestOf(ParseResult parse)
    {
        if (parse.GetValue(Days) is < CommissioningLimits.DaysMin or > CommissioningLimits.DaysMax)
        {
            throw new UsageException(
                $"--days takes {CommissioningLimits.DaysMin} to {CommissioningLimits.DaysMax}");
        }

        return new CommissionRequest
        {
            Bench = NonEmpty(parse, Bench),
            Dut = Name(parse, Dut),
            Operator = Name(parse, Operator),
            Controls = NonEmpty(parse, Controls) is { } names ? ControlsOf(names) : null,
            Days = parse.GetValue(Days) ?? CommissioningLimits.Days,
            Evidence = Folder(parse),
            Seed = parse.GetValue(Seed),
        };
    }

    private static IReadOnlyList<NegativeControl> ControlsOf(string names)
    {
        if (names == "none")
            return [];
        string[] all = names.Split(',');
        foreach (string name in all)
        {
            if (NegativeControls.Find(name) is null)
            {
                throw new UsageException($"--controls: \"{PlainText.Of(name, 40)}\" is none; there are "
                    + string.Join(", ", NegativeControls.Names));
            }
        }

        return [.. all.Distinct().Select(name => NegativeControls.Find(name)!.Value)];
    }

    private static string? NonEmpty(ParseResult parse, Option<string?> option) =>
        parse.GetValue(option) is { Length: 0 }
            ? throw new UsageException($"{option.Name} has an empty value")
            : parse.GetValue(option);

    private static string? Name(ParseResult parse, Option<string?> option)
    {
        string? name = NonEmpty(parse, option);
        if (name is not null
            && (name.Length > NameLengthMax || name.Any(char.IsControl) || string.IsNullOrWhiteSpace(name)))
        {
            throw new UsageException(
                $"{option.Name} is blank, has control characters or more than {NameLengthMax} characters");
        }

        return name;
    }

    private static string? Folder(ParseResult parse)
    {
        string? folder = NonEmpty(parse, Evidence);
        return folder is null || FileKinds.Of(folder) is FileKind.Folder or FileKind.None
            ? folder
            : throw new UsageException($"--evidence {folder} is no folder");
    }
}

/// <summary>What `commission` was asked for.</summary>
internal sealed record CommissionRequest
{
    /// <summary>Bench id; null for the default.</summary>
    public string? Bench { get; init; }

    /// <summary>Board; null if not named.</summary>
    public string? Dut { get; init; }

    /// <summary>Operator; null if not named.</summary>
    public string? Operator { get; init; }

    /// <summary>Controls to run; null for all that the bench may run.</summary>
    public IReadOnlyList<NegativeControl>? Controls { get; init; }

    /// <summary>Days for which the record counts.</summary>
    public required int Days { get; init; }

    /// <summary>Evidence folder; null for the configured one.</summary>
    public string? Evidence { get; init; }

    /// <summary>Seed of a virtual bench; null for its own.</summary>
    public int? Seed { get; init; }
}
