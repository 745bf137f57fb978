using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Commissioning;

/// <summary>`flashbench commission`: shows that a bench tells good boards of one type from bad ones.</summary>
public static class CommissionCommand
{
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

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var commission = new Command(
            "commission", "Run a stock baseline and the negative controls of a bench, and sign what they showed");
        Option[] options =
        [
            JobOptions.Bench, JobOptions.Dut, JobOptions.Operator, Controls, Days, JobOptions.Evidence, JobOptions.Seed,
        ];
        foreach (Option option in options)
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
            Bench = JobOptions.NonEmpty(parse, JobOptions.Bench),
            Dut = JobOptions.Name(parse, JobOptions.Dut),
            Operator = JobOptions.Name(parse, JobOptions.Operator),
            Controls = JobOptions.NonEmpty(parse, Controls) is { } names ? ControlsOf(names) : null,
            Days = parse.GetValue(Days) ?? CommissioningLimits.Days,
            Evidence = JobOptions.Folder(parse, JobOptions.Evidence),
            Seed = parse.GetValue(JobOptions.Seed),
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
