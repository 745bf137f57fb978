using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Status;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation.Images;
using FlashBench.Simulation.State;

namespace FlashBench.EndToEnd.Tests;

/// <summary>A virtual bench of 1 MiB in folders of its own, whose jobs can be killed at a point: small enough for
/// hundreds of them.</summary>
internal sealed class SmallBench : IDisposable
{
    public const string Id = "me8";

    private const int KilledBySigkill = 128 + 9;

    private readonly FlashBenchProcess _program = new() { Limit = TimeSpan.FromMinutes(5) };

    /// <summary>Makes the bench.</summary>
    public SmallBench()
    {
        Seat(chipSeed: 8);
        File.WriteAllBytes(Path.Combine(_program.WorkingFolder, "small.bin"), Image);
    }

    /// <summary>What the chip holds at first.</summary>
    public static byte[] Image { get; } = ImageGenerator.CreateSmall("me8", 1 << 20, board: 3);

    /// <summary>What the bench remembers.</summary>
    public BenchState State => new(Path.Combine(_program.StateFolder, "flashbench"));

    /// <summary>Where a command works.</summary>
    public string WorkingFolder => _program.WorkingFolder;

    /// <summary>Where the results store is.</summary>
    public string ResultsFolder => Path.Combine(_program.StateFolder, "flashbench", "results");

    /// <summary>Where backups are.</summary>
    public string VaultFolder => Path.Combine(_program.DataFolder, "flashbench", "vault");

    /// <summary>The directory of the latest job; null if none left a journal.</summary>
    public string? Directory =>
        JobDirectories.Find(Path.Combine(_program.DataFolder, "flashbench", "evidence")) is [var latest, ..]
            ? latest
            : null;

    /// <summary>The sound records of the latest job; none if it left no journal.</summary>
    public IReadOnlyList<JournalRecord> Records => Directory is not { } directory ? [] : JournalReader.ReadPrefix(
        File.ReadAllBytes(Path.Combine(directory, JournalWriter.FileName)), out _, out _);

    /// <summary>What the chip holds now.</summary>
    public byte[] Flash
    {
        get
        {
            string file = Path.Combine(_program.StateFolder, "flashbench", "benches", Id + ".flash");
            using BenchStateFile state = BenchStateFile.Open(file, SpiNorChips.ByName("W25Q80")!);
            return state.Cells.ToArray();
        }
    }

    /// <summary>Puts a chip with another unique id there, which holds the same.</summary>
    public void Seat(int chipSeed) => File.WriteAllText(
        Path.Combine(_program.WorkingFolder, "bench-config.json"), $$"""
        { "version": 1, "benches": [ { "id": "{{Id}}", "default": true, "dutProfile": "virtual-me8",
          "virtual": { "image": "me8", "chip": "W25Q80", "seed": {{chipSeed}} } } ] }
        """);

    /// <summary>Runs any command.</summary>
    public Task<ProcessEnd> RunAsync(params string[] args) => _program.With("FLASHBENCH_KILL_AT", "").RunAsync(args);

    /// <summary>Runs `certify` on a fresh chip.</summary>
    public Task<ProcessEnd> CertifyAsync(params string[] more) => RunAsync(Certify(more));

    /// <summary>Starts `certify` on a fresh chip.</summary>
    public RunningProcess StartCertify(params string[] more) => _program.Start(Certify(more));

    /// <summary>Runs `certify` on a fresh chip until it is killed.</summary>
    /// <returns>Null if it was killed there, else how it ended.</returns>
    public Task<string?> KillCertifyAsync(string point, params string[] more) => KillAsync(point, Certify(more));

    /// <summary>Runs a command until it is killed.</summary>
    /// <returns>Null if it was killed there, else how it ended.</returns>
    public async Task<string?> KillAsync(string point, params string[] args)
    {
        ProcessEnd end = await _program.With("FLASHBENCH_KILL_AT", point).RunAsync(args);
        return end.ExitCode == KilledBySigkill ? null : $"{args[0]} to {point}: exit {end.ExitCode} {end.Error}";
    }

    /// <summary>Recomputes the record of the latest job.</summary>
    public VerifiedRecord Verify() => new EvidenceVerifier(
        Directory!, TrustedStations.Load(Path.Combine(_program.DataFolder, "flashbench", "keys"))).Verify();

    public void Dispose() => _program.Dispose();

    private static string[] Certify(string[] more) => ["certify", "--quiet", "--virtual-flash", "small.bin", .. more];
}
