using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;
using FlashBench.Cli.Results;
using FlashBench.Hardware.Flash;

namespace FlashBench.Cli.Recovery;

/// <summary>Wires one `restore` together and runs it.</summary>
internal sealed class RestoreRun
{
    private readonly ParseResult _parse;
    private readonly RestoreRequest _request;
    private readonly JobSurroundings _around;

    private RestoreRun(ParseResult parse, RestoreRequest request) =>
        (_parse, _request, _around) = (parse, request, new JobSurroundings(parse));

    /// <summary>Puts a backup back.</summary>
    /// <returns>0 once it is back and was read back equal; else what kept it from that.</returns>
    public static int Execute(ParseResult parse, RestoreRequest request, CancellationToken cancel)
    {
        try
        {
            return JobSurroundings.Enter(() => new RestoreRun(parse, request).Run(cancel));
        }
        catch (EvidenceException e)
        {
            throw new CommandFailure(ExitCodes.BadInput, e.Message);
        }
    }

    private int Run(CancellationToken cancel)
    {
        string? of = _request.Job is { } job
            ? InterruptedJobs.Choose(_parse, job, bench: null, _request.Evidence)
            : null;
        BackupToRestore? known = of is null ? null : BackupToRestore.OfJob(of)
            ?? throw new CommandFailure(ExitCodes.BadInput, $"job {_request.Job} took no backup: nothing to put back");
        BenchEntry bench = ConfigSource.Bench(_around.Config, _request.Bench ?? BenchOf(of!));
        BenchWorld world = BenchWorld.Of(
            bench, _around.Paths, _around.Config.PowerGroups,
            new WorldWishes(RealTime: false, Seed: null, UsbPort: null, _around.MayAsk));
        _around.ShareOnHost(world.Time);
        BackupToRestore backup = known ?? OfBoard(world.State, bench);
        if (_request.ToNewChip)
            backup = backup with { ToNewChip = Confirmed(backup.Dut) };
        var restoring = new RestoringBoardJob(
            _around, world, (bench, backup), _request.Evidence ?? _around.Paths.Evidence);
        return _around.Run(bench, () => restoring.ChipHalfWritten, (settings, _) =>
        {
            JobResult result;
            using (var display = new JobDisplay(settings))
                result = world.Run(stop => restoring.RunAsync(new JobEvents(display).Show, stop), cancel);
            ResultsUpdate.After(_around.Paths, restoring.Directory, place: null, settings.Error);
            return Conclude(settings, result, backup, restoring);
        });
    }

    private static int Conclude(
        DisplaySettings settings, JobResult result, BackupToRestore backup, RestoringBoardJob restoring)
    {
        bool done = restoring.IsRestored;
        int code = done ? ExitCodes.Ok : JobExit.CodeOf(result, dryRun: false);
        string sentence = done
            ? $"backup {backup.Sha256} of board {PlainText.Of(backup.Dut)} is back on its chip, read back equal"
            : $"not restored: {PlainText.Of(result.Judgement.Reason)}";
        if (settings.Json)
        {
            JsonLine.Write(settings.Output, "restored", json =>
            {
                json.WriteNumber("exitCode", code);
                json.WriteBoolean("restored", done);
                json.WriteString("job", restoring.World.JobId);
                json.WriteString("directory", restoring.Directory);
                json.WriteString("message", sentence);
            });
        }
        else
        {
            settings.Output.WriteLine(sentence + ".");
            settings.Output.WriteLine($"record  {Path.Combine(restoring.Directory, DsseEnvelope.FileName)}");
        }

        return code;
    }

    // Its own serial typed by a person is what tells a replaced chip from another board's (rule I8).
    private bool Confirmed(string dut)
    {
        string? typed = _request.Confirm;
        if (typed is null && _around.MayAsk)
        {
            Console.Error.Write(
                "This puts one board's own data (MAC address, keys) onto a chip that nobody knows.\n"
                + "Type the serial of the board that the chip is on: ");
            typed = Console.In.ReadLine()?.Trim();
        }

        return typed == dut ? true : throw new UsageException(typed is null
            ? "--to-new-chip needs the board's serial: --confirm SERIAL"
            : "the serial is not that of the backup's board: nothing was done");
    }

    private BackupToRestore OfBoard(BenchState state, BenchEntry bench)
    {
        var sizes = DutProfiles.Load(bench.DutProfile).Chips.SelectMany(
            id => SpiNorChips.All.Where(chip => chip.JedecId == id)).Select(chip => chip.SizeBytes).Distinct();
        return sizes.Select(size => BackupToRestore.OfBoard(state, _request.Dut!, size))
            .FirstOrDefault(backup => backup is not null)
            ?? throw new CommandFailure(
                ExitCodes.BadInput, $"no backup is known to be of board {PlainText.Of(_request.Dut!)}: name the job");
    }

    private static string BenchOf(string directory) => InterruptedJob.StartOf(directory).Bench;
}
