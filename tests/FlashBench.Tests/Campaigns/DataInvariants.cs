using System.Text;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Campaigns;

/// <summary>Rules I7 and I8: what was simulated says so; original data stays in the vault and on its own board.
/// </summary>
internal static class DataInvariants
{
    private const int SampleBytes = 24, Samples = 4;

    // Locally administered, and the last byte is the board's.
    private static readonly byte[] MacPrefix = [0x02, 0x46, 0x42, 0x00, 0x00];

    /// <summary>Rule I7.</summary>
    public static IEnumerable<string> SimulationFaults(ProcessEnd end)
    {
        if (end.Journal is [JournalData.JobStart { Simulated: false }, ..])
            yield return "the journal does not say that the bench was simulated";
        if (end.Result is { Simulated: false })
            yield return "the result does not say that the bench was simulated";
        string report = Path.Combine(end.Directory, EvidenceFolder.ReportName);
        if (end.Result is not null && File.Exists(report)
            && !File.ReadAllText(report).Contains("simulated", StringComparison.OrdinalIgnoreCase))
        {
            yield return "the report does not say that the bench was simulated";
        }
    }

    /// <summary>Rule I8, the chip: no address of another board, and its own GbE region unless it is half-written.
    /// </summary>
    public static IEnumerable<string> BoardFaults(ProcessEnd end)
    {
        ReadOnlyMemory<byte> cells = end.After;
        for (int at = 0; cells.Span[at..].IndexOf(MacPrefix) is >= 0 and var next; at += next + 1)
        {
            int place = at + next + MacPrefix.Length;
            byte last = place < cells.Length ? cells.Span[place] : (byte)0;
            if (last != OwnMac(end) && !BackupInvariant.IsFaulty(place, end.Case))
                return [$"the chip holds the MAC address of board {last}"];
        }

        return [];
    }

    /// <summary>Rule I8, the records: samples of the image are in no file of the job, raw, in hex or in base64.
    /// </summary>
    public static IEnumerable<string> LeakFaults(ProcessEnd end)
    {
        if (end.Directory.Length == 0)
            return [];
        var random = new Random(end.Case.Seed);
        List<byte[]> needles = [];
        while (needles.Count < 4 * Samples)
        {
            byte[] sample = end.Before.AsSpan(random.Next(end.Before.Length - SampleBytes), SampleBytes).ToArray();
            if (sample.Distinct().Count() < SampleBytes / 2)
                continue;
            needles.Add(sample);
            needles.Add(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(sample)));
            needles.Add(Encoding.ASCII.GetBytes(Convert.ToHexString(sample)));
            needles.Add(Encoding.ASCII.GetBytes(Convert.ToBase64String(sample)));
        }

        return from file in Directory.EnumerateFiles(end.Directory, "*", SearchOption.AllDirectories)
               let content = File.ReadAllBytes(file)
               where needles.Exists(needle => content.AsSpan().IndexOf(needle) >= 0)
               select $"{Path.GetFileName(file)} holds bytes of the chip";
    }

    private static byte OwnMac(ProcessEnd end) => end.Case.SizeBytes > 1 << 20
        ? byte.Parse(end.Case.Kind.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture)
        : end.Case.Board;
}
