using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Live;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;
using FlashBench.Cli.Soak;
using FlashBench.Simulation;

namespace FlashBench.Cli.Regress;

/// <summary>Runs a regression, or goes on with one.</summary>
internal sealed class RegressRun
{
    private static readonly TimeProvider Time = TimeProvider.System; // only the boards have virtual time

    private readonly JobSurroundings _around;
    private readonly DisplaySettings _settings;
    private readonly RegressRequest _asked;
    private readonly string _evidence;

    private RegressRun(ParseResult parse, RegressRequest asked)
    {
        _around = new JobSurroundings(parse);
        _settings = DisplaySettings.From(parse);
        _asked = asked;
        _evidence = Path.GetFullPath(asked.Evidence ?? _around.Paths.Evidence);
    }

    /// <summary>Runs a new regression.</summary>
    /// <returns>The exit code of the process.</returns>
    public static int Execute(ParseResult parse, RegressRequest asked, CancellationToken cancel) =>
        JobSurroundings.Enter(() =>
        {
            StopSignals.OutliveTerminal(parse);
            return new RegressRun(parse, asked).Begin(parse, cancel);
        });

    /// <summary>Goes on with a regression.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="folder">Folder of the run, absolute.</param>
    /// <param name="cancel">Stops it; it can go on once more.</param>
    public static int GoOn(ParseResult parse, string folder, CancellationToken cancel) => JobSurroundings.Enter(() =>
    {
        StopSignals.OutliveTerminal(parse);
        var start = (RunEvent.Started)ReadLog(folder, out _)[0];
        return new RegressRun(parse, RequestOf(start, folder)).GoOn(folder, start, cancel);
    });

    private static IReadOnlyList<RunEvent> ReadLog(string folder, out long soundBytes)
    {
        try
        {
            return RunLog.Read(folder, out soundBytes);
        }
        catch (EvidenceException e)
        {
            throw new CommandFailure(ExitCodes.BadInput, $"{folder}: {e.Message}");
        }
    }

    private static RegressRequest RequestOf(RunEvent.Started start, string folder) => new(start.Regress!.Folder)
    {
        Policies = start.Regress.Policies,
        Profiles = start.Regress.Profiles,
        Duts = start.Benches.Where(bench => bench.Dut is not null).ToDictionary(bench => bench.Id, bench => bench.Dut!),
        Repeat = start.Regress.Repeat,
        Operator = start.Operator,
        Evidence = Path.GetDirectoryName(folder),
        Baseline = start.Regress.Baseline,
        WriteBaseline = start.Regress.WriteBaseline,
    };

    private int Begin(ParseResult parse, CancellationToken cancel)
    {
        string images = Path.TrimEndingDirectorySeparator(Path.GetFullPath(_asked.Images));
        if (!Path.GetRelativePath(images, _evidence).StartsWith("..", StringComparison.Ordinal))
            throw new UsageException($"the evidence would be among the images, in {PlainText.Of(_evidence)}");
        RegressBaseline? baseline = _asked.Baseline is { } file ? RegressFiles.ReadBaseline(file) : null;
        List<BenchEntry> benches =
            [.. _asked.Benches.Select(id => ConfigSource.Bench(_around.Config, id))];
        SoakRun.RefuseNamelessBoards(benches, _asked.Duts);
        if (_asked.WriteBaseline is { } wish)
            OutputFile.Try(Path.GetFullPath(wish)); // not after hours
        var order = new RegressOrder(
            images, [.. _asked.Policies], [.. _asked.Profiles ?? UsualProfiles(benches)], _asked.Repeat,
            ProgramDigest.Compute())
        {
            Benches = [.. benches.Select(bench => bench.Id)],
            Require = _asked.Require?.ToString(),
            Again = _asked.Again,
            Baseline = _asked.Baseline is { } named ? Path.GetFullPath(named) : null,
            WriteBaseline = _asked.WriteBaseline is { } wanted ? Path.GetFullPath(wanted) : null,
        };
        RegressFile[] files = ImageFolder.Read(
            parse, images, JobSurroundings.KeysOf(benches.TrueForAll(bench => bench.IsSimulated)), cancel);
        RegressTable? previous = PreviousRuns.Last(_evidence, order);
        order = order with { Previous = previous?.Start.Run };
        var listed = new RunEvent.Listed(files)
        {
            Cells = CellCount(order, files, benches.Count),
        };
        string run = HostWorld.JobIdAt(Time).Replace("FBJ", "REGRESS", StringComparison.Ordinal);
        RunEvent.Started start = StartOf(run, order, files);
        if (!RunLog.Takes(start) || !RunLog.Takes(listed))
        {
            throw new CommandFailure(
                ExitCodes.BadInput,
                $"{images} holds {files.Length} files, more than one run takes: name one of its folders");
        }

        string work = $"regress {JobFolders.NextName(_evidence, run)}";
        using HeldBenches held = HeldBenches.Take(_around.Paths.State, benches, work); // one in use leaves no folder
        string folder = JobFolders.Create(_evidence, run);
        held.TakeRun(folder, work);
        start = start with
        {
            Run = Path.GetFileName(folder),
        };
        var known = new KnownCells(order.Again ? null : previous, _evidence);
        List<CellResult> settled =
            [.. files.Where(file => !file.IsImage).Select(file => file.ResultOfNoImage(start.Run))];
        if (order.OnBenches)
            start = WithBenches(start, new BenchCells(order, files, benches, _asked.Duts), known, settled);
        using RunLog log = RunLog.Create(folder);
        RunEvent[] events =
            [start, listed, .. settled.Select(cell => new RunEvent.Settled(cell))];
        foreach (RunEvent happened in events)
            log.Append(happened);
        return Perform(folder, (log, events), benches, held, (previous, baseline), cancel);
    }

    private int GoOn(string folder, RunEvent.Started start, CancellationToken cancel)
    {
        RegressOrder order = start.Regress!;
        bool isOtherBuild = order.Build != ProgramDigest.Compute();
        if (isOtherBuild && !order.OnBenches)
        {
            throw new UsageException($"run {start.Run} was begun by another build of {start.Software}, and its cells "
                + "would not be comparable: run it anew, what has not changed is taken over");
        }

        RegressBaseline? baseline = order.Baseline is { } file ? RegressFiles.ReadBaseline(file) : null;
        RegressTable? previous = PreviousRuns.Before(_evidence, order);
        List<BenchEntry> benches = order.OnBenches
            ? [.. start.Benches.Select(bench => ConfigSource.Bench(_around.Config, bench.Id))] : [];
        using HeldBenches held = HeldBenches.TakeRun(
            folder, _around.Paths.State, benches, $"regress {Path.GetFileName(folder)}");
        IReadOnlyList<RunEvent> events = ReadLog(folder, out long soundBytes); // nobody else goes on with it now
        if (RegressTable.Of(events).IsEnded)
            throw new UsageException($"run {start.Run} has ended: there is nothing to go on with");
        RunProof.Check(folder, events, cancel);
        using RunLog log = RunLog.Reopen(folder, soundBytes);
        RunEvent[] more =
        [
            new RunEvent.WentOn(RunCourse.Of(events).Resumes + 1, Time.GetUtcNow()),
            .. isOtherBuild ? [OnlyTheWayBack(start)] : Array.Empty<RunEvent>(),
        ];
        foreach (RunEvent happened in more)
            log.Append(happened);
        return Perform(folder, (log, [.. events, .. more]), benches, held, (previous, baseline), cancel);
    }

    // Another build may judge otherwise; what remains to be done is the boards' own images.
    private static RunEvent.Stopping OnlyTheWayBack(RunEvent.Started start) => new(
        $"the run was begun by another build of {start.Software}: the boards get their own images back, no cell is "
            + "examined",
        Time.GetUtcNow());

    private int Perform(
        string folder, (RunLog Log, IReadOnlyList<RunEvent> Events) run, List<BenchEntry> benches, HeldBenches held,
        (RegressTable? Previous, RegressBaseline? Baseline) known, CancellationToken cancel)
    {
        RegressTable soFar = RegressTable.Of(run.Events);
        var cells = new BenchCells(soFar.Order, soFar.Files, benches, _asked.Duts);
        VirtualTime? shared = benches.Count > 0 && benches.TrueForAll(bench => bench.Virtual is not null)
            ? new VirtualTime(RunClock.LastOf(folder, run.Events)) : null;
        return _around.Run(benches.FirstOrDefault() ?? _around.Config.Benches[0], () => false, (_, diagnostics) =>
        {
            FreeSpace.Claim(_around.Config, folder);
            StationKey.LoadOrCreate(_around.Paths.Keys).Dispose(); // before several threads want it
            if (benches.Count > 0)
                _around.Share((TimeProvider?)shared ?? Time);
            TimeProvider time = (TimeProvider?)shared ?? Time;
            CommandFailure? broken;
            DisplaySettings display = benches.Exists(bench => bench.Relays?.HasOperator == true)
                ? _settings with { Terminal = false } : _settings; // a live view would wipe the instructions away
            using (var live = new LiveRun(display, folder, run.Events, time, goesOn: run.Events.Any(IsResumption)))
            {
                run.Log.Appended = live.Events.Publish;
                using var floor = new SoakFloor(_around, run.Log, RunCourse.Of(run.Events))
                {
                    Folder = folder,
                    Time = time,
                    Shared = shared,
                    Images = cells.Images(soFar.Start),
                    Live = live,
                    Diagnostics = diagnostics,
                };
                Examine(new RegressFloor(floor, soFar.Order)
                {
                    Known = new KnownCells(soFar.Order.Again ? null : known.Previous, _evidence),
                    Settled = soFar.Cells.Select(cell => cell.Place).ToHashSet(),
                    Ended = JobsOf(run.Events),
                });
                bool waits = floor.Ask(course => course.Benches.Any(bench => bench.Open is not null));
                if (floor.Broken is null && !waits && !cancel.IsCancellationRequested)
                {
                    WriteFiles(folder, known); // a run has ended once they are there
                    floor.Happen(new RunEvent.Ended(Time.GetUtcNow()));
                }

                broken = floor.Broken;
                held.Dispose(); // whoever does not read the output keeps no bench
            }

            return broken is null ? Conclude(folder, known, benches, cancel.IsCancellationRequested)
                : throw Worse(broken, benches);
        });

        void Examine(RegressFloor floor)
        {
            if (soFar.Order.OnBenches) // also if none of them is left to run
            {
                cells.Run(floor, cancel);
            }
            else
            {
                new VirtualCells(floor, new CellBoards(_around.Config.Benches)).Run(
                    CellsOf(soFar.Order, soFar.Files), cancel);
            }
        }
    }

    private static bool IsResumption(RunEvent happened) => happened is RunEvent.WentOn;

    private static void WriteFiles(string folder, (RegressTable? Previous, RegressBaseline? Baseline) known)
    {
        RegressTable table = RegressTable.Of(ReadLog(folder, out _));
        RegressFiles.Write(folder, table, Compared(table, known));
    }

    private static RegressComparison? Compared(
        RegressTable table, (RegressTable? Previous, RegressBaseline? Baseline) known) =>
        known.Baseline is { } baseline
            ? RegressComparison.Of($"the baseline of {baseline.Run}", baseline.Cells, table.Cells)
            : RegressComparison.Of(known.Previous, table);

    private CommandFailure Worse(CommandFailure broken, List<BenchEntry> benches) =>
        HalfWritten.Tell(_settings, benches, _around.Paths)
            ? new CommandFailure(ExitCodes.Dirty, broken.Message) : broken;

    private int Conclude(
        string folder, (RegressTable? Previous, RegressBaseline? Baseline) known, List<BenchEntry> benches,
        bool stopped)
    {
        IReadOnlyList<RunEvent> events = ReadLog(folder, out _);
        RegressTable table = RegressTable.Of(events);
        if (!table.IsEnded)
        {
            bool isDirty = HalfWritten.Tell(_settings, benches, _around.Paths);
            int open = stopped ? ExitCodes.Ok : RegressExit.CodeOf([], baseline: null, RunCourse.Of(events));
            string why = open == ExitCodes.Ok ? "stopped" : "a job is open on a bench that needs hands";
            _settings.Error.WriteLine(
                $"flashbench: {why}; `flashbench resume {table.Start.Run}` goes on from here.");
            return isDirty ? ExitCodes.Dirty : open == ExitCodes.Ok ? ExitCodes.Resumable : open;
        }

        RegressComparison? comparison = Compared(table, known);
        int code = RegressExit.CodeOf(table.Cells, known.Baseline is null ? null : comparison, RunCourse.Of(events));
        if (_settings.Json)
            RegressJson.Write(_settings, table, comparison, (folder, code));
        else
            RegressText.Write(_settings, table, comparison, folder);
        if (table.Order.WriteBaseline is { } file)
            RegressFiles.WriteBaseline(file, table); // last: who waited for the matrix has it, whatever comes of this
        return code;
    }

    /// <summary>The jobs that ended, by bench and step, in their order; without those that put an image back.</summary>
    internal static ILookup<(string Bench, int Step), JobDigest> JobsOf(IEnumerable<RunEvent> events)
    {
        var begun = new Dictionary<(string, int), RunEvent.Assigned>();
        var ended = new List<RunEvent.Done>();
        foreach (RunEvent happened in events)
        {
            if (happened is RunEvent.Assigned job)
            {
                begun[(job.Bench, job.Step)] = job;
            }
            else if (happened is RunEvent.Done done
                && begun.GetValueOrDefault((done.Bench, done.Step)) is { Cycle: > 0 })
            {
                ended.Add(done);
            }
        }

        return ended.ToLookup(done => (done.Bench, done.Step), done => done.Digest);
    }

    private static List<RegressCell> CellsOf(RegressOrder order, IEnumerable<RegressFile> files) =>
        [.. RegressMatrix.Cells(files, order.Policies, [.. order.Profiles.Select(DutProfiles.Load)])];

    private static int CellCount(RegressOrder order, IReadOnlyList<RegressFile> files, int benches) =>
        files.Count(file => !file.IsImage) + (order.OnBenches
            ? files.Count(file => file.IsImage) * benches * order.Policies.Length
            : CellsOf(order, files).Count);

    // The board types that there are.
    private IEnumerable<string> UsualProfiles(List<BenchEntry> benches) =>
        (benches.Count > 0 ? benches : _around.Config.Benches.Where(bench => bench.Virtual is not null))
            .Select(bench => bench.DutProfile).Distinct();

    private RunEvent.Started StartOf(string run, RegressOrder order, RegressFile[] files)
    {
        RegressFile[] images = [.. files.Where(file => file.IsImage)];
        RunImage[] listed =
        [
            .. images.SelectMany(file => order.Policies.Select(policy =>
                new RunImage(file.Name, file.Sha256, file.SizeBytes, file.Me)
                {
                    Policy = policy,
                })),
        ];
        int[] Fitting(string profile) =>
        [
            .. Enumerable.Range(0, listed.Length).Where(
                i => RegressMatrix.IsFor(DutProfiles.Load(profile), images[i / order.Policies.Length])),
        ];
        RunBench[] boards =
        [
            .. order.Profiles.Select(id => new RunBench(id, id, null, Fitting(id))
            {
                Simulated = true,
            }),
        ];
        return new RunEvent.Started(
            run, FlashBenchCommand.Version, Time.GetUtcNow(), boards, listed, order.Repeat)
        {
            Repeats = _around.Config.Policy.InfraRetries,
            Require = order.Require,
            Operator = _asked.Operator,
            Regress = order,
        };
    }

    // What need not run is settled; what is left over is what each bench runs.
    private RunEvent.Started WithBenches(
        RunEvent.Started start, BenchCells cells, KnownCells known, List<CellResult> settled)
    {
        var places = new Dictionary<string, (BenchEntry Bench, List<int> Images)>(StringComparer.Ordinal);
        foreach ((BenchEntry bench, RegressCell cell, int index) in cells.Cells())
        {
            CellResult named = start.Regress!.Named(cell, bench.Id, start.Run);
            string? dut = _asked.Duts.GetValueOrDefault(bench.Id);
            if (CellQuarantine.Of(cell, bench.Id, dut, _around.Paths) is { } kept)
            {
                settled.Add(CellQuarantine.LeftOut(named, kept));
                continue;
            }

            if (known.Find(named) is { } earlier)
            {
                settled.Add(earlier);
                continue;
            }

            (StaticResult checks, string why) = cells.Check(bench, cell);
            if (!checks.IsSound || why.Length > 0)
                settled.Add(CellJudge.OfStatic(named, checks, why));
            else if (places.TryGetValue(bench.Id, out var place))
                place.Images.Add(index);
            else
                places[bench.Id] = (bench, [index]);
        }

        return start with
        {
            Benches =
            [
                .. places.Values.Select(place => new RunBench(
                    place.Bench.Id, place.Bench.DutProfile, _asked.Duts.GetValueOrDefault(place.Bench.Id),
                    [.. place.Images])
                {
                    Simulated = place.Bench.IsSimulated,
                }),
            ],
        };
    }
}
