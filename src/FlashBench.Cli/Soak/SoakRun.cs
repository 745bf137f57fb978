using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Live;
using FlashBench.Cli.Progress;
using FlashBench.Simulation;

namespace FlashBench.Cli.Soak;

/// <summary>Runs a soak, or goes on with one.</summary>
internal sealed class SoakRun
{
    private const int JobsMax = 200_000;

    private static readonly DateTimeOffset FirstDay = new(2026, 1, 1, 20, 0, 0, TimeSpan.Zero); // in the evening

    private readonly JobSurroundings _around;
    private readonly List<BenchEntry> _benches;
    private readonly VirtualTime? _shared;
    private readonly RunEvent.Started _start;
    private readonly IReadOnlyList<ImageToTake> _images;
    private readonly string? _folder; // of a run that goes on
    private readonly bool _dryRun;
    private readonly string? _evidence;

    private SoakRun(ParseResult parse, SoakRequest request)
    {
        _around = new JobSurroundings(parse);
        (_dryRun, _evidence) = (request.DryRun, request.Evidence);
        _benches = Chosen(_around.Config, request.Benches);
        Time = SharedTime(request.RealTime, FirstDay, out _shared);
        RefuseNamelessBoards(_benches, request.Duts);
        var images = SoakImages.Read(request.Images);
        _images = [.. images.Select(image => image.Taken)];
        _start = Started(request, images);
        RefuseEndless(_start);
    }

    private SoakRun(
        JobSurroundings around, string folder, IReadOnlyList<RunEvent> events, List<BenchEntry> benches)
    {
        (_around, _folder, _benches) = (around, folder, benches);
        _start = (RunEvent.Started)events[0];
        _images = SoakImages.FromVault(new Vault(_around.Paths.Vault), _start.Images);
        Time = SharedTime(_start.RealTime, RunClock.LastOf(folder, events), out _shared);
    }

    private TimeProvider Time { get; }

    /// <summary>Runs a new soak.</summary>
    /// <returns>The exit code of the process.</returns>
    public static int Execute(ParseResult parse, SoakRequest request, CancellationToken cancel) =>
        JobSurroundings.Enter(() =>
        {
            if (!request.StopOnHangup)
                StopSignals.OutliveTerminal(parse);
            return new SoakRun(parse, request).Run(parse, cancel);
        });

    /// <summary>Goes on with a soak.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="folder">Folder of the run.</param>
    /// <param name="cancel">As for <see cref="Execute"/>.</param>
    public static int GoOn(ParseResult parse, string folder, CancellationToken cancel) => JobSurroundings.Enter(() =>
    {
        StopSignals.OutliveTerminal(parse);
        var around = new JobSurroundings(parse);
        var start = (RunEvent.Started)ReadLog(folder, out _)[0];
        List<BenchEntry> benches = StillThere(around.Config, start);
        using HeldBenches held = HeldBenches.TakeRun(folder, around.Paths.State, benches, $"soak {start.Run}");
        IReadOnlyList<RunEvent> events = ReadLog(folder, out long soundBytes); // nobody else goes on with it now
        RunCourse course = RunCourse.Of(events);
        if (course.IsEnded)
            throw new UsageException($"run {course.Start.Run} has ended: there is nothing to go on with");
        if (start.Software == FlashBenchCommand.Version)
            RunProof.Check(folder, events, cancel);
        return new SoakRun(around, folder, events, benches).GoOn(parse, (events, soundBytes), held, cancel);
    });

    private int Run(ParseResult parse, CancellationToken cancel)
    {
        var settings = DisplaySettings.From(parse);
        List<(RunBench, int?, DateTimeOffset?)> plan =
        [
            .. _start.Benches.Zip(_benches).Select(pair =>
            {
                (int? jobs, DateTimeOffset? end) = SoakPlan.Of(_around, pair.Second, _start);
                return (pair.First, jobs, end);
            }),
        ];
        if (!settings.Json)
            SoakText.WritePlan(settings, _start, plan, Time.LocalTimeZone);
        else if (_dryRun)
            SoakJson.WritePlan(settings, _start, plan); // else the events say it
        if (_dryRun)
            return ExitCodes.Ok;
        string evidence = Path.GetFullPath(_evidence ?? _around.Paths.Evidence);
        string work = $"soak {JobFolders.NextName(evidence, _start.Run)}";
        using HeldBenches held = HeldBenches.Take(_around.Paths.State, _benches, work);
        string folder = JobFolders.Create(evidence, _start.Run);
        held.TakeRun(folder, work);
        RunEvent.Started start = _start with { Run = Path.GetFileName(folder) };
        var vault = new Vault(_around.Paths.Vault);
        foreach (ImageToTake image in _images)
            vault.Store(image.File.Span); // a run that goes on does not need the files
        using RunLog log = RunLog.Create(folder);
        log.Append(start);
        return Perform(settings, (log, [start], held), folder, cancel);
    }

    private int GoOn(
        ParseResult parse, (IReadOnlyList<RunEvent> Events, long SoundBytes) before, HeldBenches held,
        CancellationToken cancel)
    {
        using RunLog log = RunLog.Reopen(_folder!, before.SoundBytes);
        DateTimeOffset now = Time.GetUtcNow();
        RunEvent[] more =
        [
            new RunEvent.WentOn(RunCourse.Of(before.Events).Resumes + 1, now), .. AnotherProgram(now), .. Gone(now),
        ];
        foreach (RunEvent happened in more)
            log.Append(happened);
        return Perform(DisplaySettings.From(parse), (log, [.. before.Events, .. more], held), _folder!, cancel);
    }

    // Another program may judge otherwise; what remains to be done is the boards' own images.
    private IEnumerable<RunEvent> AnotherProgram(DateTimeOffset now) =>
        _start.Software == FlashBenchCommand.Version ? [] :
        [
            new RunEvent.Stopping(
                $"the run was begun by {_start.Software}, and this is {FlashBenchCommand.Version}", now),
        ];

    private IEnumerable<RunEvent> Gone(DateTimeOffset now) => _start.Benches
        .Where(bench => !_benches.Exists(there => there.Id == bench.Id))
        .Select(bench => new RunEvent.Left(
            bench.Id, WhyGone(bench, _around.Config.Benches.FirstOrDefault(there => there.Id == bench.Id)),
            NeedsHands: true, now));

    private static string WhyGone(RunBench begun, BenchEntry? now)
    {
        if (now is null)
            return "it is not in the configuration any more";
        return now.DutProfile != begun.Profile
            ? $"its profile is {now.DutProfile} now, and was {begun.Profile} when the run began"
            : $"it is {(begun.Simulated ? "real" : "simulated")} now, and was not when the run began";
    }

    private static List<BenchEntry> StillThere(BenchConfig config, RunEvent.Started start)
    {
        List<BenchEntry> there =
        [
            .. config.Benches.Where(bench => Array.Exists(
                start.Benches, begun => begun.Id == bench.Id && begun.Profile == bench.DutProfile
                    && begun.Simulated == bench.IsSimulated)),
        ];
        return there.Count > 0 ? there : throw new UsageException(
            $"no bench of run {start.Run} is in the configuration as it was when the run began");
    }

    // The log is read whole at the end.
    private static void RefuseEndless(RunEvent.Started start)
    {
        long jobs = start.Cycles is int cycles
            ? start.Benches.Sum(bench => (long)cycles * Math.Max(1, bench.Images.Length)) : 0;
        if (jobs > JobsMax)
            throw new UsageException($"{jobs} jobs are more than one run takes, {JobsMax}");
    }

    private int Perform(
        DisplaySettings settings, (RunLog Log, IReadOnlyList<RunEvent> Events, HeldBenches Held) run, string folder,
        CancellationToken cancel) =>
        _around.Run(_benches[0], () => false, (_, diagnostics) =>
        {
            _around.Share(Time);
            if (_benches.Exists(bench => bench.Relays?.HasOperator == true))
                settings = settings with { Terminal = false }; // a live view would wipe the instructions away
            CommandFailure? broken;
            using (var live = new LiveRun(settings, folder, run.Events, Time, goesOn: _folder is not null))
            {
                run.Log.Appended = live.Events.Publish;
                using var floor = new SoakFloor(_around, run.Log, RunCourse.Of(run.Events))
                {
                    Folder = folder,
                    Time = Time,
                    Shared = _shared,
                    Images = _images,
                    Live = live,
                    Diagnostics = diagnostics,
                };
                BenchThreads.Run(floor, _benches, cancel);
                End(floor, cancel);
                broken = floor.Broken;
                run.Held.Dispose(); // whoever does not read the output keeps no bench
            }

            return Conclude(settings, folder, broken, cancel.IsCancellationRequested);
        });

    private void End(SoakFloor floor, CancellationToken cancel)
    {
        bool waits = floor.Ask(course => course.Benches.Any(bench => bench.Open is not null));
        if (floor.Broken is null && !waits && !cancel.IsCancellationRequested)
            floor.Happen(new RunEvent.Ended(Time.GetUtcNow()));
    }

    private int Conclude(DisplaySettings settings, string folder, CommandFailure? broken, bool stopped)
    {
        RunSummary summary = RunSummary.Of(ReadLog(folder, out _));
        int code = !summary.Course.IsEnded && HalfWritten.Tell(settings, _benches, _around.Paths)
            ? ExitCodes.Dirty : broken?.ExitCode ?? SoakExit.CodeOf(summary, stopped);
        WriteReport(settings, summary, folder);
        if (settings.Json)
            SoakJson.WriteSummary(settings, summary, folder, code);
        else
            SoakText.WriteSummary(settings, summary, folder);
        if (broken is not null)
            throw new CommandFailure(code, broken.Message);
        if (!summary.Course.IsEnded)
        {
            string why = stopped || code == ExitCodes.Resumable
                ? "stopped" : "a job is open on a bench that needs hands";
            settings.Error.WriteLine(
                $"flashbench: {why}; `flashbench resume {summary.Course.Start.Run}` goes on from here.");
        }

        return code;
    }

    // It can be made again from the log: a disk without room for it changes no verdict.
    private static void WriteReport(DisplaySettings settings, RunSummary summary, string folder)
    {
        string path = Path.Combine(folder, RunReport.FileName);
        using var text = new StringWriter();
        RunReport.Write(text, summary);
        try
        {
            DurableFile.WriteText(path, text.ToString());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            settings.Error.WriteLine($"flashbench: {path} could not be written: {e.Message.TrimEnd('.')}.");
        }
    }

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

    private RunEvent.Started Started(
        SoakRequest request, IReadOnlyList<(RunImage Listed, ImageToTake Taken)> images)
    {
        DateTimeOffset now = Time.GetUtcNow();
        string run = _shared is null ? HostWorld.JobIdAt(Time).Replace("FBJ", "SOAK", StringComparison.Ordinal)
            : $"SOAK-{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Words(request)))[..4])}";
        return new RunEvent.Started(
            run, FlashBenchCommand.Version, now,
            [
                .. _benches.Zip(SoakImages.Fitting(_benches, images)).Select(pair => new RunBench(
                    pair.First.Id, pair.First.DutProfile, request.Duts.GetValueOrDefault(pair.First.Id), pair.Second)
                {
                    Simulated = pair.First.IsSimulated,
                }),
            ],
            [.. images.Select(image => image.Listed)], request.Cycles)
        {
            Repeats = _around.Config.Policy.InfraRetries,
            UntilUtc = request.Until is { } until ? Deadline.Next(until, now, Time.LocalTimeZone) : null,
            StopOnFail = request.StopOnFail,
            Leave = request.Leave,
            Keep = request.Keep,
            RealTime = request.RealTime,
            Require = request.Require?.ToString(),
            Operator = request.Operator,
            Check = request.Check,
            FailuresMax = request.Cycles is null ? _around.Config.Policy.ImageFailures : null,
        };
    }

    /// <summary>A record of a real board names it; said before anything begins.</summary>
    /// <exception cref="UsageException">A real board has no name, or a name has no bench.</exception>
    internal static void RefuseNamelessBoards(List<BenchEntry> benches, IReadOnlyDictionary<string, string> duts)
    {
        if (duts.Keys.FirstOrDefault(id => !benches.Exists(bench => bench.Id == id)) is { } stranger)
            throw new UsageException($"--dut names bench {stranger}, which is none of this run");
        if (benches.Find(bench => !bench.IsSimulated && !duts.ContainsKey(bench.Id)) is { } real)
            throw new UsageException($"bench {real.Id} is real: name its board with --dut {real.Id}=SERIAL");
    }

    // On virtual time the same request has the same name every time.
    private string Words(SoakRequest request) =>
        $"{string.Join(',', _benches.Select(bench => $"{bench.Id}/{bench.Virtual?.Seed}"))} "
        + $"{string.Join(',', request.Images)} {request.Cycles} {request.Until}";

    private TimeProvider SharedTime(bool realTime, DateTimeOffset from, out VirtualTime? shared)
    {
        bool isVirtual = !realTime && _benches.TrueForAll(bench => bench.Virtual is not null);
        shared = isVirtual ? new VirtualTime(from) : null;
        return (TimeProvider?)shared ?? TimeProvider.System;
    }

    private static List<BenchEntry> Chosen(BenchConfig config, IReadOnlyList<string>? ids) => ids is null
        ? [.. config.Benches]
        : [.. ids.Distinct(StringComparer.Ordinal).Select(id => ConfigSource.Bench(config, id))];
}
