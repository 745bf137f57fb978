using FlashBench.Bench;
using FlashBench.Bench.Journal;
using FlashBench.Hardware;
using FlashBench.Simulation;

namespace FlashBench.Tests.Journal;

/// <summary>Journals as the writer makes them, of records that a test names.</summary>
internal static class SampleJournal
{
    public static JournalData.JobStart Start { get; } = new(
        "FBJ-1", "me8", "SN7", "ada", "purism", null, "L3", "host", "flashbench test", Simulated: true,
        new JournalData.ProfileRef("virtual-me8", "board", "00", "L3"),
        new JournalData.WatchNumbers(1860, 2, 20, 120, 1860, 180, "^coreboot"),
        new JournalData.PowerNumbers(3000, 300, 5, 0.5), [new PartIdentity("relay", "a relay", true)]);

    public static JournalData.PhaseBegin Begin(int number, string name) => new(number, 9, name);

    public static JournalData.PhaseEnd End(string name, string reason = "") =>
        new(name, Verdict.Pass, reason, ErrorClass.None);

    public static JournalData.Decision Decided(Verdict verdict, string level, string reason) =>
        new(verdict, level, reason, ErrorClass.None, []);

    /// <summary>The journal's bytes.</summary>
    public static byte[] Of(params IEnumerable<JournalData> records)
    {
        using var folder = new TemporaryFolder();
        var time = new VirtualTime();
        var clock = new BenchClock(time, new VirtualBootClock(time, TimeSpan.FromHours(1)), "boot");
        using (var writer = new JournalWriter(folder.Path, clock))
        {
            foreach (JournalData record in records)
                writer.Append(record);
        }

        return File.ReadAllBytes(folder.At(JournalWriter.FileName));
    }
}
