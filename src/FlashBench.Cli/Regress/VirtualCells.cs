using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Recovery;
using FlashBench.Cli.Results;
using FlashBench.Cli.Soak;
using FlashBench.Firmware;
using FlashBench.Hardware;
using FlashBench.Results.Rows;
using FlashBench.Simulation.State;

namespace FlashBench.Cli.Regress;

/// <summary>Examines the cells of a regression on virtual boards, each on a clock of its own: on every processor at
/// once.</summary>
/// <remarks>Whatever goes wrong in a cell ends that cell; only what keeps the run's log from being true ends the run.
/// </remarks>
internal sealed class VirtualCells(RegressFloor floor, CellBoards boards)
{
    private readonly SoakFloor _run = floor.Run;

    /// <summary>Examines all cells that are not settled.</summary>
    /// <param name="cells">In the order of the matrix.</param>
    /// <param name="cancel">Stops every job at its next known state; the run goes on from there another time.</param>
    public void Run(IReadOnlyList<RegressCell> cells, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, _run.MustStop);
        var files = new ConcurrentQueue<IGrouping<RegressFile, RegressCell>>(
            cells.Where(cell => !floor.Settled.Contains(PlaceOf(cell))).GroupBy(cell => cell.File));
        Thread[] threads =
        [
            .. Enumerable.Range(1, Math.Max(1, Math.Min(Environment.ProcessorCount, files.Count))).Select(
                number => new Thread(() => Work(files, stop.Token))
                {
                    Name = $"cells {number}",
                }),
        ];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        if (!stop.IsCancellationRequested)
            RemoveStates();
    }

    // Of jobs that broke: nobody goes on with them.
    private void RemoveStates()
    {
        var states = new DirectoryInfo(StatesOf(_run));
        if (!states.Exists)
            return;
        foreach (DirectoryInfo state in states.GetDirectories($"{_run.Start.Run}.*"))
            state.Delete(recursive: true);
    }

    private static string StatesOf(SoakFloor run) => Path.Combine(run.Around.Paths.State, "regress");

    private static (string, string, string, string) PlaceOf(RegressCell cell) =>
        (cell.File.Name, cell.Policy, cell.Profile?.Id ?? "", "");

    private void Work(ConcurrentQueue<IGrouping<RegressFile, RegressCell>> files, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested && files.TryDequeue(out IGrouping<RegressFile, RegressCell>? file))
            {
                var image = new Lazy<byte[]?>(() => ImageFolder.Load(floor.Order.Folder, file.Key));
                foreach (RegressCell cell in file.TakeWhile(_ => !stop.IsCancellationRequested))
                    Examine(cell, image, stop);
            }
        }
        catch (JournalWriteException e)
        {
            _run.Break(e.Message, ExitCodes.CannotWrite);
        }
    }

    private void Examine(RegressCell cell, Lazy<byte[]?> image, CancellationToken stop)
    {
        CellResult named = floor.Order.Named(
            cell with
            {
                Board = boards.DigestOf(cell.Profile?.Id ?? ""),
            },
            "", _run.Start.Run);
        try
        {
            if (CellQuarantine.Of(cell, "", null, _run.Around.Paths) is { } kept)
            {
                floor.Settle(CellQuarantine.LeftOut(named, kept));
            }
            else if (floor.Known.Find(named) is { } earlier)
            {
                floor.Settle(earlier);
            }
            else if (image.Value is not { } bytes)
            {
                floor.Settle(Broken(named, "the file is not any more what it was when the run began"));
            }
            else if (Judge(cell, named, bytes, stop) is { } result)
            {
                floor.Settle(result);
            }
        }
        catch (CommandFailure e) when (e.ExitCode == ExitCodes.CannotWrite)
        {
            _run.Break(e.Message, e.ExitCode);
        }
        catch (Exception e) when (e is BenchException or BenchStateException or CommandFailure or UsageException
            or ResumeRefusedException or EvidenceException or ConfigException)
        {
            floor.Settle(Broken(named, e.Message.TrimEnd('.')));
        }
        catch (Exception bug) when (bug is not (OutOfMemoryException or JournalWriteException))
        {
            _run.Diagnostics.Fatal(bug, "Cell {File} {Policy} could not be examined", cell.File.Name, cell.Policy);
            floor.Settle(Broken(named, $"internal error ({bug.GetType().Name}), kept in the diagnostic log"));
        }
    }

    private static CellResult Broken(CellResult named, string why) => named with
    {
        Outcome = CellOutcome.Error,
        Stage = CellJudge.Run,
        Reason = why,
    };

    // Null if it was stopped before its end.
    private CellResult? Judge(RegressCell cell, CellResult named, byte[] bytes, CancellationToken stop)
    {
        var keys = JobSurroundings.KeysOf(simulated: true);
        var image = ImageAnalysis.Read(bytes, keys);
        string why = cell.WhyNoBoard ?? "";
        CellBoard? board = cell.Profile is { } profile ? boards.For(profile, cell.File, image, out why) : null;
        StaticResult checks = StaticCheck.Of(board?.Chip ?? image, new StaticOrder(cell.Policy, keys)
        {
            Profile = board is null ? null : cell.Profile,
        });
        if (board is null || !checks.IsSound)
            return CellJudge.OfStatic(named, checks, why);
        var rounds = new List<IReadOnlyList<JobDigest>>();
        for (int round = 1; round <= floor.Order.Repeat; round++)
        {
            if (RunRound(cell, board, round, stop) is not { } attempts)
                return null;
            rounds.Add(attempts);
        }

        return CellJudge.OfRun(named, checks, rounds);
    }

    // The attempts of a round, those before an interruption first; null if it was stopped.
    private List<JobDigest>? RunRound(RegressCell cell, CellBoard board, int round, CancellationToken stop)
    {
        (RunBench bench, int image) = _run.Ask(course => BenchOf(course, cell));
        int step = (round - 1) * bench.Images.Length + Array.IndexOf(bench.Images, image) + 1;
        List<JobDigest> attempts = [.. floor.Ended[(bench.Id, step)]];
        while (attempts.Count == 0 || (attempts[^1].MayBeRepeated && attempts.Count <= _run.Start.Repeats))
        {
            int attempt = attempts.Count + 1;
            string job = $"{_run.Start.Run}.{bench.Id}.{step}{(attempt > 1 ? $"r{attempt}" : "")}";
            var assigned = new RunEvent.Assigned(bench.Id, step, round, image, attempt, job);
            _run.Happen(assigned);
            if (Play(cell, board, assigned, stop) is not { } digest)
                return null;
            attempts.Add(digest);
        }

        return attempts;
    }

    private static (RunBench Bench, int Image) BenchOf(RunCourse course, RegressCell cell)
    {
        int image = Array.FindIndex(course.Start.Images, image =>
            image.Name == cell.File.Name && image.Policy == cell.Policy);
        return (course.Start.Benches.First(bench => bench.Id == cell.Profile!.Id), image);
    }

    private JobDigest? Play(RegressCell cell, CellBoard board, RunEvent.Assigned job, CancellationToken stop)
    {
        string state = Path.Combine(StatesOf(_run), job.Job);
        JobSurroundings around = _run.Around.OnBenchOfItsOwn(board.Bench, state);
        (JobResult result, string directory) = LeftJob.Find(_run.Folder, job.Job) is var (interrupted, left)
            && Directory.Exists(state)
                ? GoOn(around, interrupted, left, stop)
                : Begin(around, cell, board, job, stop);
        if (result.Judgement.Verdict == Verdict.Aborted && stop.IsCancellationRequested)
            return null;
        JobDigest digest = JobDigest.OfFolder(directory);
        _run.Happen(new RunEvent.Done(job.Bench, job.Step, job.Attempt, digest));
        Directory.Delete(state, recursive: true);
        ResultsUpdate.After(
            _run.Around.Paths, directory, new RunPlace(_run.Start.Run, job.Cycle, job.Attempt), _run.Live.Warnings);
        return digest;
    }

    private (JobResult, string) GoOn(
        JobSurroundings around, InterruptedJob interrupted, string directory, CancellationToken stop)
    {
        var again = new ResumedBoardJob(around, interrupted, directory)
        {
            Held = true,
        };
        return (again.World.Run(cancel => again.RunAsync(_run.Diagnostics, SayNothing, cancel), stop), directory);
    }

    private (JobResult, string) Begin(
        JobSurroundings around, RegressCell cell, CellBoard board, RunEvent.Assigned job, CancellationToken stop)
    {
        var request = new CertifyRequest
        {
            Bench = board.Bench.Id,
            Operator = _run.Start.Operator,
            Evidence = _run.Folder,
            Require = floor.Order.Require is { } level ? Enum.Parse<EvidenceLevel>(level) : null,
            VirtualFlash = board.Chip.Image.ToArray(),
            Policy = cell.Policy,
            Held = true,
        };
        var fresh = new BoardJob(
            around, request, new WorldWishes(RealTime: false, SeedOf(cell, job.Cycle), null, MayAsk: false)
            {
                JobId = job.Job,
            });
        JobResult result = fresh.World.Run(
            cancel => fresh.RunAsync(_run.Diagnostics, SayNothing, cancel), stop);
        return (result, fresh.Directory);
    }

    // Phases of a tenth of a second, of several jobs on one row, are nothing to look at; they are in the journals.
    private static void SayNothing(JobEvent happened)
    {
    }

    // The same cell is the same run every time; rounds differ in everything that varies on a board.
    private static int SeedOf(RegressCell cell, int round)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(
            $"{cell.File.Sha256}/{cell.Policy}/{cell.Profile!.Id}/{round}"));
        return BinaryPrimitives.ReadInt32LittleEndian(digest) & int.MaxValue;
    }
}
