using System.Globalization;
using System.Text;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Hardware;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Evidence;

/// <summary>A finished job once more, on a board whose console says far too much: journal, console and signed record
/// are written by the product's own writers.</summary>
internal static class FloodedJob
{
    private const int PieceBytes = 4000;

    private static readonly string[] Lines =
    [
        "usb 1-{0}: new high-speed USB device number {1} using xhci_hcd", "random: crng init done after {1} rounds",
        "[ 0.{1}] ACPI: bus type PCI registered, {0} devices", "systemd[{1}]: Started Session {0} of user root.",
        "EXT4-fs (sda{0}): mounted filesystem with ordered data mode. Quota mode: none. inode {1}", "{1}",
        "audit: type=1400 audit(16{1}.{0}:1): apparmor=\"STATUS\" operation=\"profile_load\" name=\"/usr/bin/man_{0}\"",
    ];

    /// <summary>Writes the job.</summary>
    /// <param name="bench">A bench whose job has ended.</param>
    /// <param name="directory">Empty folder for the job directory.</param>
    /// <param name="bytes">How much the board says more.</param>
    public static void Write(JobBench bench, string directory, long bytes)
    {
        var clock = new ReplayedClock();
        var records = new List<JournalRecord>();
        using var journal = new JournalWriter(directory, new BenchClock(clock, clock, "boot"))
        {
            Appended = records.Add
        };
        using var log = new ConsoleLog(directory, journal);
        using ConsoleRecording console = ConsoleRecording.Open(bench.Directory, bench.Records);
        using IEnumerator<ConsoleArrival> arrivals = console.Arrivals().GetEnumerator();
        var random = new Random(1);
        long each = bytes / Math.Max(1, Pauses(bench)) + 1;
        bool more = arrivals.MoveNext();
        foreach (JournalRecord record in bench.Records.SkipLast(1))
        {
            for (; more && arrivals.Current.AtUs <= record.Time.MonoUs; more = arrivals.MoveNext())
            {
                clock.Us = arrivals.Current.AtUs;
                log.Append(clock.Us, arrivals.Current.Data.Span);
                if (arrivals.Current.Data.Span.EndsWith("\n"u8))
                    Flood(log, clock.Us, each, random);
            }

            (clock.Us, clock.Utc) = (record.Time.MonoUs, record.Time.Utc);
            if (record.Data is JournalData.ConsoleChunk)
                log.Close();
            else
                journal.Append(record.Data);
        }

        JobFacts facts;
        using (ConsoleRecording written = ConsoleRecording.Open(directory, records))
            facts = JobFold.Fold(records, written.Arrivals());
        Judgement judgement = Decision.Decide(facts);
        journal.Append(DecisionRecord.Of(judgement));
        EvidenceWriter.Write(
            new JobFolders(directory, bench.Vault, bench.State, bench.Key), records, facts, judgement);
    }

    private static int Pauses(JobBench bench)
    {
        using ConsoleRecording console = ConsoleRecording.Open(bench.Directory, bench.Records);
        return console.Arrivals().Count(arrival => arrival.Data.Span.EndsWith("\n"u8));
    }

    private static void Flood(ConsoleLog log, long atUs, long bytes, Random random)
    {
        var piece = new StringBuilder();
        while (bytes > 0)
        {
            piece.Clear();
            long room = Math.Min(PieceBytes, bytes);
            while (piece.Length < room)
            {
                piece.AppendFormat(
                    CultureInfo.InvariantCulture, Lines[random.Next(Lines.Length)], random.Next(10),
                    random.Next(100_000, 1_000_000));
                piece.Append("\r\n");
            }

            log.Append(atUs, Encoding.ASCII.GetBytes(piece.ToString()));
            bytes -= piece.Length;
        }
    }

    private sealed class ReplayedClock : TimeProvider, IBootClock
    {
        public long Us { get; set; }

        public DateTimeOffset Utc { get; set; }

        public override long TimestampFrequency => 1_000_000;

        public TimeSpan SinceBoot => TimeSpan.FromDays(1) + TimeSpan.FromMicroseconds(Us);

        public override long GetTimestamp() => Us;

        public override DateTimeOffset GetUtcNow() => Utc;
    }
}
