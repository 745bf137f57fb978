using System.CommandLine;
using System.Text;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Live;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Live;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;
using FlashBench.Cli.Regress;
using FlashBench.Cli.Soak;

namespace FlashBench.Cli.Status;

/// <summary>Looks on at a run or a job that another process plays, by the files that it writes.</summary>
internal sealed class Follow
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250), DerivePace = TimeSpan.FromSeconds(1);

    private const int TriesForEvents = 4, TriesForPage = 20;

    private readonly DisplaySettings _settings;
    private readonly BenchPaths _paths;
    private readonly CancellationToken _cancel;
    private LiveBoard _board = new();

    private Follow(ParseResult parse, CancellationToken cancel)
    {
        _settings = DisplaySettings.From(parse);
        _paths = ConfigSource.Paths(ConfigSource.Load(parse));
        _cancel = cancel;
    }

    /// <summary>Follows to the end, or until Ctrl-C.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="evidence">Evidence folder.</param>
    /// <param name="name">Id or directory of a run or a job; null for the only one that runs.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>0 if it ended, 75 if nobody plays it any more and it can go on.</returns>
    public static int Execute(ParseResult parse, string evidence, string? name, CancellationToken cancel)
    {
        var follow = new Follow(parse, cancel);
        string folder = name is null ? follow.OnlyOne(evidence)
            : RunFolders.Named(evidence, name) ?? JobDirectories.Named(evidence, name);
        folder = Path.GetFullPath(folder);
        return RunFolders.IsRun(folder) ? follow.FollowRun(folder) : follow.FollowJob(folder);
    }

    private string OnlyOne(string evidence)
    {
        List<string> running =
        [
            .. RunFolders.Latest(evidence, int.MaxValue)
                .Where(run => BenchLock.OwnerOfRun(run) is not null && RunStatus.Read(run).State == "running"),
            .. new BenchState(_paths.State).OpenJobs()
                .Where(open => RunFolders.Of(open.Directory) is null
                    && BenchLock.OwnerOf(_paths.State, open.Bench) is not null)
                .Select(open => open.Directory),
        ];
        return running.Count switch
        {
            1 => running[0],
            0 => throw new UsageException("no run and no job of this host is running now"),
            _ => throw new UsageException("several are running, name one: "
                + string.Join(", ", running.Select(folder => PlainText.Of(Path.GetFileName(folder))))),
        };
    }

    private int FollowRun(string folder)
    {
        Log(folder); // is it a run?
        var screen = RunDisplay.IsLive(_settings) ? new LiveScreen(_settings, TimeZoneInfo.Local) : null;
        using var tail = new EventTail(folder);
        using var printer = new LivePrinter(_settings, folder);
        bool hasEvents = HasEvents(folder);
        int derived = 0;
        bool isPlayed = true;
        for (long derivedAt = 0; ;)
        {
            if (hasEvents)
            {
                tail.Read((happened, _) => _board.Take(happened));
                if (screen is null)
                    printer.Print();
            }
            else if (_settings.Time.GetElapsedTime(derivedAt) >= DerivePace || !isPlayed)
            {
                derivedAt = _settings.Time.GetTimestamp();
                derived = Derive(folder, derived, screen is null ? printer : null);
            }

            screen?.Draw(ask => ask(_board));
            if (_board.IsEnded || !isPlayed)
                return EndRun(folder);
            isPlayed = BenchLock.OwnerOfRun(folder) is not null; // what it wrote last is read once more
            Wait();
        }
    }

    // A run that has just begun has none for a moment.
    private bool HasEvents(string folder)
    {
        string path = Path.Combine(folder, EventFeed.FileName);
        for (int i = 0; i < TriesForEvents && !File.Exists(path) && BenchLock.OwnerOfRun(folder) is not null; i++)
            Wait();
        return File.Exists(path);
    }

    // The file of events can be lost; the log of the run cannot.
    private int Derive(string folder, int known, LivePrinter? printer)
    {
        foreach (RunEvent line in Log(folder).Skip(known))
        {
            var happened = new LiveEvent.RunLine(line)
            {
                Seq = ++known,
                At = _settings.Time.GetUtcNow(),
            };
            _board.Take(happened);
            printer?.Take(happened, Encoding.UTF8.GetBytes(happened.ToJson()));
        }

        _settings.Output.Flush();
        return known;
    }

    private int EndRun(string folder)
    {
        RunStatus run = RunStatus.Read(folder);
        if (run.Summary is not { } summary)
            throw new CommandFailure(ExitCodes.BadInput, $"{folder}: {run.Damage}");
        string page = Path.Combine(folder, run.Regress is null ? RunReport.FileName : RegressPage.FileName);
        for (int i = 0; i < TriesForPage && summary.Course.IsEnded && !File.Exists(page); i++)
            Wait(); // it is written behind the last line of the log
        if (!_settings.Json)
            run.WriteEnd(_settings);
        else if (run.Regress is { } table)
            RegressJson.WriteSeen(_settings, table, summary.Course, folder);
        else
            SoakJson.WriteSummary(_settings, summary, folder, SoakExit.CodeOf(summary, stopped: false));
        return summary.Course.IsEnded ? ExitCodes.Ok : Interrupted(folder);
    }

    private int FollowJob(string directory)
    {
        var screen = RunDisplay.IsLive(_settings) ? new LiveScreen(_settings, TimeZoneInfo.Local) : null;
        long length = -1;
        int shown = 0;
        IReadOnlyList<JournalRecord> records = [];
        string path = Path.Combine(directory, JournalWriter.FileName);
        while (true)
        {
            bool isPlayed = records is not [{ Data: JournalData.JobStart start }, ..]
                || BenchLock.OwnerOf(_paths.State, start.Bench) is not null;
            if (new FileInfo(path).Length is var now && now != length)
            {
                length = now;
                records = Journal(directory);
            }

            _board = new LiveBoard();
            List<LiveEvent> events = [.. JournalEvents.Of(records, _settings.Time.GetUtcNow())];
            events.ForEach(_board.Take);
            if (screen is null)
                shown = Print(events, shown);
            else
                screen.Draw(ask => ask(_board));
            if (_board.IsEnded)
                return ExitCodes.Ok;
            if (!isPlayed)
                return Interrupted(directory);
            Wait();
        }
    }

    // The progress that is made up between two records is for live views only.
    private int Print(List<LiveEvent> events, int shown)
    {
        foreach (LiveEvent happened in events.Where(happened => happened is not LiveEvent.Progress).Skip(shown))
        {
            shown++;
            if (_settings.Json)
                _settings.Output.Write((happened with { Seq = shown }).ToJson() + "\n");
            else if (!_settings.Quiet && JobLines.Of(happened) is { } words)
                _settings.Output.WriteLine(words);
        }

        _settings.Output.Flush();
        return shown;
    }

    private int Interrupted(string folder)
    {
        string name = PlainText.Of(Path.GetFileName(folder));
        _settings.Error.WriteLine(
            $"flashbench: {name} is played by nobody; `flashbench resume {name}` goes on with it.");
        return ExitCodes.Resumable;
    }

    private void Wait()
    {
        _cancel.WaitHandle.WaitOne(Pace);
        _cancel.ThrowIfCancellationRequested();
    }

    private static IReadOnlyList<RunEvent> Log(string folder)
    {
        try
        {
            return RunLog.Read(folder, out _);
        }
        catch (EvidenceException e)
        {
            throw new CommandFailure(ExitCodes.BadInput, $"{folder}: {e.Message}");
        }
    }

    private static IReadOnlyList<JournalRecord> Journal(string directory)
    {
        try
        {
            return JournalReader.ReadPrefix(
                EvidenceFolder.ReadFile(directory, JournalWriter.FileName), out _, out _);
        }
        catch (EvidenceException e)
        {
            throw new CommandFailure(ExitCodes.BadInput, $"{directory}: {e.Message}");
        }
    }
}
