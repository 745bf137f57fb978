using System.Collections.Concurrent;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Status;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation.Images;
using FlashBench.Simulation.State;

namespace FlashBench.EndToEnd.Tests;

/// <summary>The process is killed around every kind of journal record; what is left must be whole and true.</summary>
public sealed class KillTests
{
    private const int KilledBySigkill = 128 + 9, Parallel = 2, PageBytes = 256;

    private static readonly string[] Moments = ["BeforeWrite", "AfterWrite", "BeforeSync", "AfterSync"];

    // Every record type of a certify job, with the occurrence at which to strike: together they hit all nine phases.
    private static readonly (string Type, int Occurrence)[] Points =
    [
        ("job.start", 1), ("phase.begin", 1), ("power.sense", 1), ("chip", 1), ("phase.end", 1), ("phase.begin", 2),
        ("backup.pass", 2), ("backup", 1), ("audit", 1), ("phase.end", 3), ("boot.begin", 1), ("power.command", 2),
        ("console.chunk", 9), ("power.samples", 20), ("boot.end", 1), ("phase.end", 4), ("plan", 1), ("phase.begin", 6),
        ("dirty", 1), ("block.intent", 1), ("block.intent", 7), ("block.done", 7), ("flash-check", 1), ("clean", 1),
        ("phase.begin", 7), ("boot.begin", 3), ("phase.end", 7), ("read-back", 3), ("flash-check", 2),
        ("phase.begin", 9),
        ("verdict", 1),
    ];

    private static readonly string[] Phases =
        ["identify", "backup", "audit", "baseline", "plan", "write", "watch", "re-read", "certify"];

    private static readonly byte[] Stock = ImageGenerator.Create("me8", 8u << 20);

    [Fact]
    public async Task A_kill_around_any_journal_record_leaves_a_sound_journal_a_true_status_and_what_a_chip_would_hold()
    {
        byte[] planned = await PlannedImageAsync();
        var list = new ConcurrentBag<string>();
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Parallel,
            CancellationToken = TestContext.Current.CancellationToken,
        };
        var cases = from point in Points from moment in Moments select (point.Type, point.Occurrence, moment);

        await System.Threading.Tasks.Parallel.ForEachAsync(
            cases, options, async (c, _) => list.Add(await KillAsync(c.Type, c.Occurrence, c.moment, planned)));

        string[] lines = [.. list.Order(StringComparer.Ordinal)];
        await File.WriteAllLinesAsync(ResultList(), lines, options.CancellationToken);
        Assert.Equal(Points.Length * Moments.Length, lines.Length);
        string[] phases = [.. lines.Select(line => line.Split(" | ")[2]).Distinct()];
        Assert.Equal([], Phases.Except(phases));
        Assert.Equal([], JournalTypes().Except(Points.Select(point => point.Type)));
    }

    private static async Task<string> KillAsync(string type, int occurrence, string moment, byte[] planned)
    {
        using var program = new FlashBenchProcess();
        string point = $"{moment}:{type}:{occurrence}";

        ProcessEnd end = await program.With("FLASHBENCH_KILL_AT", point).RunAsync("certify", "--quiet");

        Assert.True(end.ExitCode == KilledBySigkill, $"{point}: exit {end.ExitCode} {end.Error}");
        string directory = Assert.Single(
            Directory.GetDirectories(Path.Combine(program.DataFolder, "flashbench", "evidence")));
        byte[] journal = await File.ReadAllBytesAsync(Path.Combine(directory, JournalWriter.FileName));
        IReadOnlyList<JournalRecord> records = JournalReader.ReadStrict(journal);
        bool written = moment != "BeforeWrite";
        Assert.Equal(occurrence, records.Count(record => NameOf(record) == type) + (written ? 0 : 1));
        string status = await StatusAsync(program, directory, (records, moment));
        CheckChip(program, records, planned, point);
        return $"{type} {occurrence} | {moment} | {status} | {records.Count} records";
    }

    // The status must tell the same phase as the journal's last phase.begin: asked of the program after the last moment
    // of each record, of its reader after the others.
    private static async Task<string> StatusAsync(
        FlashBenchProcess program, string directory, (IReadOnlyList<JournalRecord> Records, string Moment) left)
    {
        string phase = left.Records.Select(record => record.Data).OfType<JournalData.PhaseBegin>().LastOrDefault()?.Name
            ?? "";
        bool decided = left.Records is [.., { Data: JournalData.Decision }];
        JobStatus status = JobStatusReader.Read(directory);
        Assert.Equal(phase, status.Phase);
        Assert.Equal(decided, status.Stage == JobStage.Finished);
        Assert.False(status.HasCertificate);
        if (left.Moment == Moments[^1])
        {
            ProcessEnd end = await program.With("FLASHBENCH_KILL_AT", "").RunAsync("status", directory);
            Assert.Equal(0, end.ExitCode);
            Assert.Contains(decided ? "certificate missing" : phase, end.Output, StringComparison.Ordinal);
        }

        return phase.Length > 0 ? phase : "before the first phase";
    }

    // Outside begun blocks the chip is stock; inside, every page is old, erased or new; after `clean` it is as planned.
    private static void CheckChip(
        FlashBenchProcess program, IReadOnlyList<JournalRecord> records, byte[] planned, string point)
    {
        string file = Path.Combine(program.StateFolder, "flashbench", "benches", "me8.flash");
        using BenchStateFile state = BenchStateFile.Open(file, SpiNorChips.ByName("W25Q64")!);
        byte[] cells = state.Cells.ToArray();
        var data = records.Select(record => record.Data).ToList();
        if (data.Exists(record => record is JournalData.Clean))
        {
            Assert.Equal(planned, cells);
            return;
        }

        var begun = data.OfType<JournalData.BlockIntent>().ToList();
        for (int page = 0; page < cells.Length; page += PageBytes)
        {
            ReadOnlySpan<byte> actual = cells.AsSpan(page, PageBytes), old = Stock.AsSpan(page, PageBytes);
            bool inside = begun.Exists(block => page >= block.Start && page < block.End);
            bool legal = actual.SequenceEqual(old) || (inside
                && (actual.SequenceEqual(planned.AsSpan(page, PageBytes)) || !actual.ContainsAnyExcept((byte)0xFF)));
            Assert.True(legal, $"{point}: page 0x{page:X6} is neither old nor erased nor new");
        }
    }

    private static async Task<byte[]> PlannedImageAsync()
    {
        using var program = new FlashBenchProcess();
        ProcessEnd end = await program.RunAsync("certify", "--quiet");
        Assert.Equal(0, end.ExitCode);
        string file = Path.Combine(program.StateFolder, "flashbench", "benches", "me8.flash");
        using BenchStateFile state = BenchStateFile.Open(file, SpiNorChips.ByName("W25Q64")!);
        return state.Cells.ToArray();
    }

    // Types that an undisturbed job writes here; the others need a fault, more relays, a person, a lab, an image.
    private static IEnumerable<string> JournalTypes() =>
        JournalJson.Names.Except(
        [
            "commissioning", "laboratory", "restore.of", "job.resume", "job.halt", "chip.again", "deviation",
            "console.gap", "console.probe", "line.command", "operator", "boot.restart", "image", "image.audit",
        ]);

    private static string NameOf(JournalRecord record) => JournalJson.NameOf(record.Data);

    private static string ResultList()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "kill-points");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, "kill-points.txt");
    }
}
