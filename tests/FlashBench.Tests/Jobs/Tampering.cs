using System.Text;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Jobs;

/// <summary>One way of altering a finished job directory, without the station's key.</summary>
/// <param name="Name">What is done.</param>
/// <param name="File">The file that it is done to.</param>
/// <param name="Alter">Makes the altered bytes of the sound ones, with the same file of another job at hand.</param>
internal sealed record Tampering(string Name, string File, Func<byte[], byte[], Random, byte[]> Alter)
{
    /// <summary>All ways that alter one file.</summary>
    public static IReadOnlyList<Tampering> All { get; } =
    [
        new("last journal line torn", JournalWriter.FileName, (sound, _, random) =>
            sound[..random.Next(LineStarts(sound)[^1] + 1, sound.Length)]),
        new("journal cut between records", JournalWriter.FileName, (sound, _, random) =>
            sound[..Pick(LineStarts(sound), random)]),
        new("journal cut anywhere", JournalWriter.FileName, (sound, _, random) => sound[..random.Next(sound.Length)]),
        new("two journal records swapped", JournalWriter.FileName, Swapped),
        new("journal record removed", JournalWriter.FileName, (sound, _, random) =>
            WithLines(sound, lines => lines.RemoveAt(random.Next(lines.Count)))),
        new("journal record doubled", JournalWriter.FileName, (sound, _, random) =>
            WithLines(sound, lines => lines.Insert(random.Next(lines.Count), Pick(lines, random)))),
        new("journal record changed and chain made anew", JournalWriter.FileName, Rechained),
        new("bytes of the journal changed", JournalWriter.FileName, Changed),
        new("a digit of the journal changed", JournalWriter.FileName, OtherDigit),
        new("journal record of another job", JournalWriter.FileName, (sound, other, random) =>
            WithLines(sound, lines => lines[random.Next(lines.Count)] = Pick(Lines(other), random))),
        new("journal of another job", JournalWriter.FileName, (_, other, _) => other),
        new("console bytes changed", ConsoleLog.RawName, Changed),
        new("console cut or lengthened", ConsoleLog.RawName, Resized),
        new("console of another job", ConsoleLog.RawName, (_, other, _) => other),
        new("time index changed", ConsoleLog.IndexName, Changed),
        new("a digit of the time index changed", ConsoleLog.IndexName, OtherDigit),
        new("time index cut or lengthened", ConsoleLog.IndexName, Resized),
        new("report changed", EvidenceFolder.ReportName, Changed),
        new("report of another job", EvidenceFolder.ReportName, (_, other, _) => other),
        new("JUnit file changed", EvidenceFolder.JUnitName, Changed),
        new("certificate changed", DsseEnvelope.FileName, Changed),
        new("certificate of another job", DsseEnvelope.FileName, (_, other, _) => other),
        new("a word of the signed statement changed", DsseEnvelope.FileName, OtherStatement),
        new("test result changed", TestResultStatement.FileName, Changed),
        new("test result of another job", TestResultStatement.FileName, (_, other, _) => other),
        new("public key changed", StationPublicKey.FileName, Changed),
        new("public key of another station", StationPublicKey.FileName, (_, other, _) => other),
    ];

    /// <summary>The lines of a journal, each with its end.</summary>
    public static List<byte[]> Lines(byte[] journal)
    {
        List<int> starts = LineStarts(journal);
        return [.. starts.Select((start, i) => journal[start..(i + 1 < starts.Count ? starts[i + 1] : ^0)])];
    }

    /// <summary>A line with the right hash in front of a changed content: what somebody does who knows the format.
    /// </summary>
    private static byte[] Rechained(byte[] sound, byte[] other, Random random)
    {
        List<byte[]> lines = Lines(sound);
        int at = random.Next(lines.Count - 1);
        lines[at] = OtherDigit(lines[at], other, random);
        for (int i = at + 1; i < lines.Count; i++)
        {
            string text = Encoding.UTF8.GetString(lines[i]);
            int prev = text.IndexOf("\"prev\":\"", StringComparison.Ordinal) + 8;
            lines[i] = Encoding.UTF8.GetBytes(
                text[..prev] + JournalLine.Hash(lines[i - 1]) + text[(prev + JournalLine.NoHash.Length)..]);
        }

        return [.. lines.SelectMany(line => line)];
    }

    private static byte[] Swapped(byte[] sound, byte[] other, Random random) => WithLines(sound, lines =>
    {
        int a = random.Next(lines.Count), b = (a + random.Next(1, lines.Count)) % lines.Count;
        (lines[a], lines[b]) = (lines[b], lines[a]);
    });

    private static byte[] Changed(byte[] sound, byte[] other, Random random)
    {
        byte[] altered = [.. sound];
        for (int edits = random.Next(1, 5); edits > 0; edits--)
            altered[random.Next(altered.Length)] = (byte)random.Next(256);
        return altered;
    }

    private static byte[] Resized(byte[] sound, byte[] other, Random random) => random.Next(2) == 0
        ? sound[..random.Next(sound.Length)]
        : [.. sound, .. sound.AsSpan(random.Next(sound.Length))];

    private static byte[] OtherDigit(byte[] sound, byte[] other, Random random)
    {
        byte[] altered = [.. sound];
        int at = random.Next(altered.Length);
        while (!char.IsAsciiDigit((char)altered[at]))
            at = (at + 1) % altered.Length;
        altered[at] = (byte)('0' + ((altered[at] - '0' + random.Next(1, 10)) % 10));
        return altered;
    }

    // The envelope keeps its signature.
    private static byte[] OtherStatement(byte[] sound, byte[] other, Random random)
    {
        DsseEnvelope envelope = Dsse.Parse(sound);
        return Dsse.Write(envelope with { Payload = OtherDigit(envelope.Payload.ToArray(), other, random) });
    }

    private static byte[] WithLines(byte[] sound, Action<List<byte[]>> edit)
    {
        List<byte[]> lines = Lines(sound);
        edit(lines);
        return [.. lines.SelectMany(line => line)];
    }

    private static List<int> LineStarts(byte[] journal)
    {
        var starts = new List<int> { 0 };
        for (int at = 0; at < journal.Length - 1; at++)
        {
            if (journal[at] == '\n')
                starts.Add(at + 1);
        }

        return starts;
    }

    private static T Pick<T>(List<T> list, Random random) => list[random.Next(list.Count)];
}
