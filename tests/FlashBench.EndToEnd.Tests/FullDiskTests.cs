using System.Globalization;
using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation.Images;
using FlashBench.Simulation.State;

namespace FlashBench.EndToEnd.Tests;

/// <summary>A real process on a disk that is really full: a tmpfs of a few MiB, filled up to so many bytes before the
/// job begins. It stops safely with exit 73, and goes on once there is room.</summary>
/// <remarks>Mounting needs root; skipped without. FLASHBENCH_FULL_DISK_RUNS is how many fillings are tried,
/// FLASHBENCH_FULL_DISK_TABLE takes their row; scripts/fault-sweep sets both.</remarks>
public sealed class FullDiskTests : IDisposable
{
    private const int CannotWrite = 73, Dirty = 60, ChipBytes = 1 << 20, KiB = 1 << 10;

    // A job keeps its reserve and two images of 1 MiB, and then journal, console, marks and record.
    private const int FirstFreeKiB = 1100, LastFreeKiB = 4300, DiskKiB = 8192;

    private readonly FlashBenchProcess _program = new() { Limit = TimeSpan.FromMinutes(5) };
    private readonly byte[] _image = ImageGenerator.CreateSmall("me8", ChipBytes, board: 3);
    private readonly SortedDictionary<string, int> _ends = new(StringComparer.Ordinal);

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task A_job_on_a_disk_that_is_really_full_stops_safely_and_goes_on_once_there_is_room()
    {
        int runs = int.TryParse(
            Environment.GetEnvironmentVariable("FLASHBENCH_FULL_DISK_RUNS"), CultureInfo.InvariantCulture, out int n)
            ? n : 4;
        Config(0);
        await using SmallDisk disk = await SmallDisk.MountAsync(_program.DataFolder, DiskKiB);

        for (int run = 0; run < runs; run++)
        {
            int free = FirstFreeKiB + (int)((long)run * (LastFreeKiB - FirstFreeKiB) / Math.Max(1, runs - 1));
            await RunAsync(free);
        }

        Assert.True(_ends.GetValueOrDefault("exit 73, resumed to PASS") > 0, Summary());
        if (Environment.GetEnvironmentVariable("FLASHBENCH_FULL_DISK_TABLE") is { Length: > 0 } table)
            await File.WriteAllTextAsync(table, $"| {runs} | {Summary()} |\n", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_job_does_not_begin_with_less_room_than_the_configuration_asks_for()
    {
        Config(1 << 20); // a TiB: no disk of a test has it

        ProcessEnd end = await CertifyAsync();

        Assert.Equal(CannotWrite, end.ExitCode);
        Assert.Contains("MiB free, and a job begins with 1048576 or more", end.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Evidence));
        Assert.Null(State.OpenJob("me8"));
    }

    private string Evidence => Path.Combine(_program.DataFolder, "flashbench", "evidence");

    private BenchState State => new(Path.Combine(_program.StateFolder, "flashbench"));

    private string Summary() => string.Join(", ", _ends.Select(end => $"{end.Key} {end.Value}"));

    private void Config(int minFreeMiB)
    {
        File.WriteAllText(Path.Combine(_program.WorkingFolder, "bench-config.json"), $$"""
            {
              "version": 1,
              "minFreeMiB": {{minFreeMiB}},
              "benches": [
                {
                  "id": "me8", "default": true, "dutProfile": "virtual-me8",
                  "virtual": { "image": "me8", "chip": "W25Q80", "seed": 8 }
                }
              ]
            }
            """);
        File.WriteAllBytes(Path.Combine(_program.WorkingFolder, "small.bin"), _image);
    }

    private Task<ProcessEnd> CertifyAsync() => _program.RunAsync(
        "certify", "--config", "bench-config.json", "--quiet", "--bench", "me8", "--virtual-flash", "small.bin");

    private async Task RunAsync(int freeKiB)
    {
        foreach (string entry in Directory.GetDirectories(_program.DataFolder))
            Directory.Delete(entry, recursive: true);
        string filler = Path.Combine(_program.DataFolder, "filler");
        using (FileStream file = File.Create(filler))
            file.Write(new byte[(DiskKiB - freeKiB) * KiB]);

        ProcessEnd end = await CertifyAsync();

        File.Delete(filler);
        string words = $"{freeKiB} KiB free: exit {end.ExitCode} {end.Error}";
        Assert.True(end.ExitCode is CannotWrite or Dirty or 0, words);
        bool begun = Directory.Exists(Evidence) && Directory.GetDirectories(Evidence).Length > 0;
        Assert.Equal(end.ExitCode == Dirty, State.DirtyJob("me8") is not null);
        if (begun)
            AssertNothingHalfWritten(end.ExitCode == 0, words);
        string after = end.ExitCode == 0 ? "" : await GoOnAsync(begun, words);
        string key = $"exit {end.ExitCode}{after}";
        _ends[key] = _ends.GetValueOrDefault(key) + 1;
    }

    private async Task<string> GoOnAsync(bool begun, string words)
    {
        ProcessEnd end = begun
            ? await _program.RunAsync("resume", "--config", "bench-config.json", "--quiet") : await CertifyAsync();
        string how = begun ? "resumed" : "begun anew";
        if (begun && end.ExitCode != 0)
        {
            // Nothing but the folder was there: the job is run anew.
            Assert.True(Records().Count == 0, $"{words}; resume: exit {end.ExitCode} {end.Error}");
            (end, how) = (await CertifyAsync(), "begun anew");
        }

        Assert.True(end.ExitCode == 0, $"{words}; {how}: exit {end.ExitCode} {end.Error}");
        AssertNothingHalfWritten(passed: true, words);
        string keys = Path.Combine(_program.DataFolder, "flashbench", "keys");
        string directory = Directory.GetDirectories(Evidence).Order(StringComparer.Ordinal).Last();
        VerifiedRecord record = new EvidenceVerifier(directory, TrustedStations.Load(keys)).Verify();
        Assert.Equal((Verdict.Pass, Bench.Config.EvidenceLevel.L3), (record.Judgement.Verdict, record.Judgement.Level));
        Assert.Null(State.DirtyJob("me8"));
        Assert.False(_image.AsSpan().SequenceEqual(Flash()));
        return $", {how} to PASS";
    }

    private IReadOnlyList<JournalRecord> Records()
    {
        string directory = Directory.GetDirectories(Evidence).Order(StringComparer.Ordinal).First();
        string journal = Path.Combine(directory, JournalWriter.FileName);
        return File.Exists(journal) ? JournalReader.ReadPrefix(File.ReadAllBytes(journal), out _, out _) : [];
    }

    // No staged file anywhere; a record is whole or absent.
    private void AssertNothingHalfWritten(bool passed, string words)
    {
        string[] hidden = Directory.GetFiles(_program.DataFolder, ".*", SearchOption.AllDirectories);
        Assert.True(hidden.All(file => Path.GetFileName(file) == DiskReserve.FileName), words);
        string directory = Directory.GetDirectories(Evidence).Order(StringComparer.Ordinal).Last();
        string[] derived = [DsseEnvelope.FileName, EvidenceFolder.ReportName, EvidenceFolder.JUnitName];
        Assert.All(derived, name => Assert.True(passed == File.Exists(Path.Combine(directory, name)), words));
    }

    private byte[] Flash()
    {
        string file = Path.Combine(_program.StateFolder, "flashbench", "benches", "me8.flash");
        using BenchStateFile state = BenchStateFile.Open(file, SpiNorChips.ByName("W25Q80")!);
        return state.Cells.ToArray();
    }
}
