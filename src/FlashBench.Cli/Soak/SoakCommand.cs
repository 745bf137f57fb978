using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Certify;

namespace FlashBench.Cli.Soak;

/// <summary>`flashbench soak`: the same images again and again, over night, on many boards.</summary>
public static class SoakCommand
{
    private const int CyclesMax = 100_000;

    private static readonly Option<string[]> Bench = new("--bench")
    {
        Description = "Bench id; may be given several times",
        HelpName = "ID",
    };

    private static readonly Option<bool> All = new("--all")
    {
        Description = "Every bench of the configuration",
    };

    internal static readonly Option<string[]> Dut = new("--dut")
    {
        Description = "Serial of the board on a bench; real benches need one each",
        HelpName = "BENCH=SERIAL",
    };

    private static readonly Option<string[]> Image = new("--image")
    {
        Description = "Put the ME of this image onto the boards that it is for, as `certify --image` does; several "
            + "take turns. Without it every board is certified with its own",
        HelpName = "FILE",
    };

    private static readonly Option<int?> Cycles = new("--cycles")
    {
        Description = "How often all images go round",
        HelpName = "N",
    };

    private static readonly Option<string?> Until = new("--until")
    {
        Description = "Time of day by which the boards are free again: no job begins that would end later",
        HelpName = "HH:MM",
    };

    private static readonly Option<string?> StopOn = new("--stop-on")
    {
        Description = "fail: the first FAIL ends the run",
        HelpName = "fail",
    };

    private static readonly Option<bool> StopOnHangup = new("--stop-on-hangup")
    {
        Description = "A closed terminal stops the run; without it nothing but Ctrl-C and SIGTERM does",
    };

    private static readonly Option<bool> Leave = new("--leave")
    {
        Description = "The boards keep the last image instead of getting their own back",
    };

    private static readonly Option<bool> Check = new("--check")
    {
        Description = "A bench that is unknown or bad must pass a health check first, with its golden image if it has "
            + "one; a bench that does not takes no part",
    };

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Say what would be done, how long it takes and when it ends; begin nothing",
    };

    private static readonly Option<bool> Keep = new("--keep")
    {
        Description = "Start from what the virtual chips hold, instead of stock images",
    };

    private static readonly Option<bool> RealTime = new("--real-time")
    {
        Description = "Run virtual benches in real time",
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
        StopOn.AcceptOnlyFromAmong("fail");
        var soak = new Command(
            "soak", "Certify many boards again and again, over night; every cycle is a job with a record of its own");
        Option[] options =
        [
            Bench, All, Dut, Image, Cycles, Until, StopOn, StopOnHangup, Check, Leave, DryRun, Keep, RealTime,
            Require, JobOptions.Operator, JobOptions.Evidence,
        ];
        foreach (Option option in options)
            soak.Options.Add(option);
        soak.SetAction((parse, cancel) => Task.FromResult(SoakRun.Execute(parse, RequestOf(parse), cancel)));
        return soak.WithExamples(
            "flashbench soak --all --cycles 10",
            "flashbench soak --all --image new.bin --image old.bin --until 07:00",
            "flashbench soak --bench me8 --bench me11 --until 07:00 --stop-on fail",
            "flashbench soak --all --until 07:00 --dry-run    # what, how long, when it ends");
    }

    private static SoakRequest RequestOf(ParseResult parse)
    {
        string[] benches = parse.GetValue(Bench) ?? [];
        bool all = parse.GetValue(All);
        if (all == benches.Length > 0)
            throw new UsageException("say which benches: --all, or --bench ID as often as needed");
        int? cycles = parse.GetValue(Cycles);
        if (cycles is < 1 or > CyclesMax)
            throw new UsageException($"--cycles takes 1 to {CyclesMax}");
        string? until = JobOptions.NonEmpty(parse, Until);
        if (cycles is null && until is null)
            throw new UsageException("say when it ends: --cycles N, --until HH:MM, or both");
        TimeOnly? time = until is null ? null : Deadline.Parse(until)
            ?? throw new UsageException($"--until {until} is no time of day: 00:00 to 23:59");
        return new SoakRequest(all ? null : benches, parse.GetValue(Image) ?? [])
        {
            Duts = DutsOf(parse.GetValue(Dut) ?? []),
            Cycles = cycles,
            Until = time,
            StopOnFail = parse.GetValue(StopOn) is not null,
            StopOnHangup = parse.GetValue(StopOnHangup),
            Check = parse.GetValue(Check),
            Leave = parse.GetValue(Leave),
            DryRun = parse.GetValue(DryRun),
            Keep = parse.GetValue(Keep),
            RealTime = parse.GetValue(RealTime),
            Require = parse.GetValue(Require),
            Operator = JobOptions.Name(parse, JobOptions.Operator),
            Evidence = JobOptions.Folder(parse, JobOptions.Evidence),
        };
    }

    /// <summary>Serials of boards by bench id, as `--dut` gives them.</summary>
    /// <exception cref="UsageException">One is no BENCH=SERIAL, or a bench is named twice.</exception>
    internal static Dictionary<string, string> DutsOf(string[] given)
    {
        var duts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string one in given)
        {
            int at = one.IndexOf('=', StringComparison.Ordinal);
            if (at < 1 || !duts.TryAdd(one[..at], JobOptions.Name(one[(at + 1)..], Dut.Name)))
                throw new UsageException($"--dut takes BENCH=SERIAL, once for each bench: {one}");
        }

        return duts;
    }
}
