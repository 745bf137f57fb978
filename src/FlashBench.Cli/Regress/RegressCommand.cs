using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Output;
using FlashBench.Cli.Soak;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Cli.Regress;

/// <summary>`flashbench regress`: every image of a folder by every policy on every type of board.</summary>
public static class RegressCommand
{
    private const int RepeatMax = 100;
    private const string PolicyKey = "policy", ProfileKey = "profile";

    // Without the one that changes nothing, which is a control.
    private static readonly string[] UsualPolicies =
        [NeutralizationPolicy.Purism, NeutralizationPolicy.MeCleaner, NeutralizationPolicy.HapOnly];

    private static readonly Option<string?> Images = new("--images")
    {
        Description = "Folder of images, plain or .gz, and all below it",
        HelpName = "DIR",
    };

    private static readonly Option<string[]> Matrix = new("--matrix")
    {
        Description = $"{PolicyKey}=NAME,... ({string.Join(", ", NeutralizationPolicy.Names)}) or "
            + $"{ProfileKey}=ID,... (board types; an image gets those that are for its ME version); without it "
            + $"{string.Join(", ", UsualPolicies)} and the board types of the benches",
        HelpName = "KEY=VALUES",
    };

    private static readonly Option<string[]> Bench = new("--bench")
    {
        Description = "Run on this bench instead of on virtual boards; may be given several times",
        HelpName = "ID",
    };

    private static readonly Option<int> Repeat = new("--repeat")
    {
        Description = "Rounds of every run, each with another seed; different ends are FLAKY",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<bool> Again = new("--again")
    {
        Description = "Run everything, also what has not changed since the previous run",
    };

    private static readonly Option<string?> Baseline = new("--baseline")
    {
        Description = "Compare with these known results: only what is worse, or new, counts for the exit code",
        HelpName = "FILE",
    };

    private static readonly Option<string?> WriteBaseline = new("--write-baseline")
    {
        Description = "Write the results, to be the --baseline of later runs",
        HelpName = "FILE",
    };

    private static readonly Option<EvidenceLevel?> Require = new("--require")
    {
        Description = "Level that a PASS needs: L0, L1, L2 or L3; without it each profile's",
        HelpName = "LEVEL",
    };

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        Require.AcceptOnlyFromAmong("L0", "L1", "L2", "L3");
        var regress = new Command(
            "regress", "Check and run every image of a folder by every policy, and say what changed since last time");
        Option[] options =
        [
            Images, Matrix, Bench, SoakCommand.Dut, Repeat, Again, Baseline, WriteBaseline, Require,
            JobOptions.Operator, JobOptions.Evidence,
        ];
        foreach (Option option in options)
            regress.Options.Add(option);
        regress.SetAction((parse, cancel) => Task.FromResult(RegressRun.Execute(parse, RequestOf(parse), cancel)));
        return regress.WithExamples(
            "flashbench regress --images images/                            # static checks, then virtual boards",
            "flashbench regress --images images/ --matrix policy=purism --matrix profile=virtual-me8,lenovo-x230",
            "flashbench regress --images images/ --write-baseline known.json",
            "flashbench regress --images images/ --baseline known.json      # 0 unless something got worse",
            "flashbench regress --images images/ --repeat 3 --again         # what is flaky?",
            "flashbench regress --images images/ --bench desk1 --dut desk1=X230-0417");
    }

    private static RegressRequest RequestOf(ParseResult parse)
    {
        string images = JobOptions.NonEmpty(parse, Images)
            ?? throw new UsageException("say which images: --images DIR");
        int repeat = parse.GetValue(Repeat);
        if (repeat is < 1 or > RepeatMax)
            throw new UsageException($"--repeat takes 1 to {RepeatMax}");
        ILookup<string, string> matrix = MatrixOf(parse.GetValue(Matrix) ?? []);
        return new RegressRequest(images)
        {
            Policies = matrix.Contains(PolicyKey) ? Known(matrix, PolicyKey, NeutralizationPolicy.Names)
                : UsualPolicies,
            Profiles = matrix.Contains(ProfileKey) ? Known(matrix, ProfileKey, DutProfiles.Ids) : null,
            Benches = [.. (parse.GetValue(Bench) ?? []).Distinct(StringComparer.Ordinal)],
            Duts = SoakCommand.DutsOf(parse.GetValue(SoakCommand.Dut) ?? []),
            Repeat = repeat,
            Again = parse.GetValue(Again),
            Baseline = JobOptions.NonEmpty(parse, Baseline),
            WriteBaseline = JobOptions.NonEmpty(parse, WriteBaseline),
            Require = parse.GetValue(Require),
            Operator = JobOptions.Name(parse, JobOptions.Operator),
            Evidence = JobOptions.Folder(parse, JobOptions.Evidence),
        };
    }

    private static ILookup<string, string> MatrixOf(string[] given)
    {
        var values = new List<(string Key, string Value)>();
        foreach (string one in given)
        {
            int at = one.IndexOf('=', StringComparison.Ordinal);
            string key = at < 1 ? "" : one[..at];
            if (key is not (PolicyKey or ProfileKey))
            {
                throw new UsageException(
                    $"--matrix takes {PolicyKey}=NAME,... or {ProfileKey}=ID,...: {PlainText.Of(one, 60)}");
            }

            values.AddRange(one[(at + 1)..].Split(',', StringSplitOptions.TrimEntries).Select(value => (key, value)));
        }

        return values.ToLookup(pair => pair.Key, pair => pair.Value);
    }

    private static string[] Known(ILookup<string, string> matrix, string key, IReadOnlyList<string> known)
    {
        string[] values = [.. matrix[key].Distinct(StringComparer.Ordinal)];
        return Array.Find(values, value => !known.Contains(value)) is { } stranger
            ? throw new UsageException(
                $"--matrix {key}: unknown \"{PlainText.Of(stranger, 60)}\"; known are {string.Join(", ", known)}")
            : values;
    }
}
