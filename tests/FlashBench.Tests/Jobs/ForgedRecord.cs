using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Report;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Jobs;

/// <summary>A finished job whose journal somebody with the station's own key rewrites: chain, console hashes, decision,
/// report, JUnit and statement are made anew by the product's own code, so that only the content can give it
/// away.</summary>
internal sealed class ForgedRecord : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly JobBench _bench;

    /// <summary>Copies the finished job of <paramref name="bench"/>, which stays as it is.</summary>
    public ForgedRecord(JobBench bench)
    {
        _bench = bench;
        Directory.CreateDirectory(PathOf(ConsoleLog.Folder));
        foreach (string file in Directory.GetFiles(bench.Directory, "*", SearchOption.AllDirectories))
            File.Copy(file, PathOf(Path.GetRelativePath(bench.Directory, file)));
        Raw = File.ReadAllBytes(PathOf(ConsoleLog.RawName));
        Index = File.ReadAllBytes(PathOf(ConsoleLog.IndexName));
        Lines = [.. File.ReadLines(PathOf(JournalWriter.FileName)).Select(line => JsonNode.Parse(line)!.AsObject())];
    }

    /// <summary>The journal's records in order; add, remove and edit at will.</summary>
    public List<JsonObject> Lines { get; }

    /// <summary>The console's bytes; hashes in the journal follow, lengths do not.</summary>
    public byte[] Raw { get; set; }

    /// <summary>The console's time index; likewise.</summary>
    public byte[] Index { get; set; }

    /// <summary>Last change of a line's text, given its type; for what no JSON object can hold.</summary>
    public Func<string, string, string> EditText { get; set; } = (_, text) => text;

    /// <summary>True to leave the last record as it is, instead of deciding anew.</summary>
    public bool KeepDecision { get; set; }

    /// <summary>The job's directory.</summary>
    public string Folder => _folder.Path;

    /// <summary>The `data` of every record of a type ("boot.begin").</summary>
    public IEnumerable<JsonObject> Data(string type) =>
        Lines.Where(line => (string?)line["type"] == type).Select(line => line["data"]!.AsObject());

    /// <summary>Seals what was edited and verifies it.</summary>
    /// <exception cref="EvidenceException">The forgery was noticed.</exception>
    public VerifiedRecord Verify()
    {
        Seal();
        return new EvidenceVerifier(Folder, TrustedStations.Load(_bench.KeysFolder)).Verify();
    }

    /// <summary>Verifies and demands that the forgery is refused, or at least passes nothing.</summary>
    /// <returns>The complaint, or the reason given for a lesser verdict.</returns>
    public string MustNotPass()
    {
        try
        {
            VerifiedRecord record = Verify();
            Assert.NotEqual(Verdict.Pass, record.Judgement.Verdict);
            return record.Judgement.Reason;
        }
        catch (EvidenceException e)
        {
            return e.Message;
        }
    }

    /// <summary>Makes everything that follows from <see cref="Lines"/>, <see cref="Raw"/> and <see cref="Index"/> anew
    /// and signs it with the station's key.</summary>
    public void Seal()
    {
        File.WriteAllBytes(PathOf(ConsoleLog.RawName), Raw);
        File.WriteAllBytes(PathOf(ConsoleLog.IndexName), Index);
        foreach (JsonObject chunk in Data("console.chunk"))
        {
            SetHash(chunk, "sha256", Slice(Raw, chunk["offset"], chunk["length"]));
            SetHash(chunk, "indexSha256", Slice(Index, chunk["indexOffset"], chunk["indexLength"]));
        }

        byte[] journal = Chain(), statement, result;
        try
        {
            journal = KeepDecision ? journal : DecidedAnew(journal);
            (statement, result) = Statements(journal);
        }
        catch (Exception e) when (e is EvidenceException or ArithmeticException or ArgumentException
            or InvalidOperationException or FormatException or NotSupportedException)
        {
            // Nothing can be computed from it: at least every hash that the verifier looks for first.
            byte[][] files = [journal, Index, Read(EvidenceFolder.ReportName), Read(EvidenceFolder.JUnitName)];
            statement = result = Encoding.UTF8.GetBytes(
                string.Join(' ', files.Select(file => EvidenceDigests.Of(file).Sha256)));
        }

        File.WriteAllBytes(PathOf(JournalWriter.FileName), journal);
        File.WriteAllBytes(PathOf(TestResultStatement.FileName), Dsse.Sign(result, _bench.Key));
        File.WriteAllBytes(PathOf(DsseEnvelope.FileName), Dsse.Sign(statement, _bench.Key));
    }

    public void Dispose() => _folder.Dispose();

    private byte[] Chain()
    {
        var journal = new List<byte>();
        string head = JournalLine.NoHash;
        for (int i = 0; i < Lines.Count; i++)
        {
            (Lines[i]["seq"], Lines[i]["prev"]) = (i, head);
            string text = EditText((string)Lines[i]["type"]!, Lines[i].ToJsonString());
            byte[] line = Encoding.UTF8.GetBytes(text + "\n");
            journal.AddRange(line);
            head = JournalLine.Hash(line);
        }

        return [.. journal];
    }

    private byte[] DecidedAnew(byte[] journal)
    {
        if (JournalReader.ReadStrict(journal) is not [.., var before, { Data: JournalData.Decision } last] records)
            return journal;
        Judgement judgement = Decision.Decide(Fold(records));
        return
        [
            .. journal[..(journal.AsSpan(0, journal.Length - 1).LastIndexOf((byte)'\n') + 1)],
            .. JournalLine.Write(last.Seq, before.Hash, last.Time, DecisionRecord.Of(judgement)),
        ];
    }

    // Writes report and JUnit, too.
    private (byte[] Certificate, byte[] Result) Statements(byte[] journal)
    {
        IReadOnlyList<JournalRecord> records = JournalReader.ReadStrict(journal);
        JobFacts facts = Fold(records);
        Judgement judgement = Decision.Decide(facts);
        var digest = new RecordDigest(
            EvidenceDigests.Of(journal), records.Count, records[^1].Hash, EvidenceDigests.Of(Raw),
            EvidenceDigests.Of(Index));
        byte[] report = Encoding.UTF8.GetBytes(HtmlReport.Render(facts, judgement, digest));
        byte[] junit = Encoding.UTF8.GetBytes(JUnitReport.Render(facts, judgement));
        var evidence = new EvidenceDigest(digest, EvidenceDigests.Of(report), EvidenceDigests.Of(junit));
        byte[] statement = CertificateStatement.Build(facts, judgement, evidence);
        File.WriteAllBytes(PathOf(EvidenceFolder.ReportName), report);
        File.WriteAllBytes(PathOf(EvidenceFolder.JUnitName), junit);
        return (statement, TestResultStatement.Build(facts, judgement, evidence, statement));
    }

    private JobFacts Fold(IReadOnlyList<JournalRecord> records)
    {
        var chunks = records.Select(record => record.Data).OfType<JournalData.ConsoleChunk>().ToList();
        using var console = new ConsoleRecording(chunks, new MemoryStream(Raw), new MemoryStream(Index));
        return JobFold.Fold(records, console.Arrivals());
    }

    private static void SetHash(JsonObject chunk, string member, byte[]? bytes)
    {
        if (bytes is not null)
            chunk[member] = EvidenceDigests.Of(bytes).Sha256;
    }

    // Null for a place outside the file. Through text: a number that a test has set keeps the type it was set with.
    private static byte[]? Slice(byte[] bytes, JsonNode? offset, JsonNode? length) =>
        int.TryParse(offset!.ToJsonString(), CultureInfo.InvariantCulture, out int start)
        && int.TryParse(length!.ToJsonString(), CultureInfo.InvariantCulture, out int count)
        && start >= 0 && count >= 0 && start <= bytes.Length - count
            ? bytes[start..(start + count)]
            : null;

    private byte[] Read(string name) => File.ReadAllBytes(PathOf(name));

    private string PathOf(string name) => Path.Combine(Folder, name);
}
