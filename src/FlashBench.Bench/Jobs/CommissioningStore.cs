using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Hardware.Native;

namespace FlashBench.Bench.Jobs;

/// <summary>What a look for a commissioning record found.</summary>
/// <param name="Valid">The record that counts; null for none.</param>
/// <param name="Fault">Why the record that is there does not count; null if it does, or if none is there.</param>
/// <param name="AgeDays">Its age in whole days; 0 for none.</param>
public sealed record FoundCommissioning(JournalData.Commissioning? Valid, string? Fault, int AgeDays)
{
    /// <summary>There is no record.</summary>
    public static FoundCommissioning None { get; } = new(null, null, 0);
}

/// <summary>The commissioning records of a host's benches: one signed file for a bench and a type of board.</summary>
/// <param name="folder">The state folder.</param>
public sealed class CommissioningStore(string folder)
{
    private const int FileBytesMax = 256 << 10;

    /// <summary>Where the record of a bench with a type of board lies.</summary>
    public string PathOf(string bench, string profile) =>
        Path.Combine(folder, "commissioning", bench, profile + ".dsse.json");

    /// <summary>True if there is a record, sound or not.</summary>
    public bool Has(string bench, string profile) => FileKinds.Of(PathOf(bench, profile)) != FileKind.None;

    /// <summary>Signs and keeps a record; on return it is on disk.</summary>
    /// <exception cref="JournalWriteException">It could not be written.</exception>
    public void Save(JournalData.Commissioned record, StationKey key)
    {
        string path = PathOf(record.Bench, record.Profile);
        try
        {
            DurableFile.CreateDirectory(Path.GetDirectoryName(path)!);
            DurableFile.Write(path, Dsse.Sign(CommissioningStatement.Build(record), key));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"{path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Takes a record away: a bench that failed its controls is not commissioned any more.</summary>
    /// <exception cref="JournalWriteException">It cannot be taken away.</exception>
    public void Remove(string bench, string profile)
    {
        string path = PathOf(bench, profile);
        try
        {
            DurableFile.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"{path} cannot be deleted: {e.Message}", e);
        }
    }

    /// <summary>The jobs that the records of this host name, with the record's bench: without their journals nobody
    /// could check what a certificate cites. A record that cannot be read names none.</summary>
    /// <exception cref="IOException">The records cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public IReadOnlyList<(string Bench, string Job)> CitedJobs()
    {
        string records = Path.Combine(folder, "commissioning");
        return !Directory.Exists(records) ? [] :
        [
            .. Directory.EnumerateFiles(records, "*.dsse.json", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal).SelectMany(JobsOf),
        ];
    }

    /// <summary>True if the bench's record, however old, says that boards of this type stay on without their ME: a new
    /// record must not forget that (me-firmware 7, NC1).</summary>
    /// <param name="scope">What it must have been made for.</param>
    /// <param name="stations">Whose signatures count.</param>
    public bool SaysUptimeIsVoid(CommissioningScope scope, TrustedStations stations)
    {
        try
        {
            byte[] file = File.ReadAllBytes(PathOf(scope.Bench, scope.Profile));
            DsseEnvelope envelope = Dsse.Parse(file);
            if (!stations.TryFind(envelope.KeyId, out TrustedStation? station))
                return false;
            envelope.Verify(station.Key);
            JournalData.Commissioned record = CommissioningStatement.Read(envelope.Payload, scope.Profile);
            return record.ProfileSha256 == scope.ProfileSha256 && record.Simulated == scope.Simulated
                && CommissioningChecks.FaultOf(record) is null && CommissioningChecks.WatchdogTripped(record) == false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or EvidenceException)
        {
            return false; // no record that says anything
        }
    }

    /// <summary>Looks for the record of a bench with a type of board.</summary>
    /// <param name="scope">What it must have been made for.</param>
    /// <param name="stations">Whose signatures count.</param>
    /// <param name="now">The present.</param>
    public FoundCommissioning Find(CommissioningScope scope, TrustedStations stations, DateTimeOffset now)
    {
        string path = PathOf(scope.Bench, scope.Profile), name = Path.GetFileName(path);
        FileKind kind = FileKinds.Of(path);
        if (kind == FileKind.None)
            return FoundCommissioning.None;
        try
        {
            if (kind != FileKind.Regular || new FileInfo(path).Length > FileBytesMax)
                return new FoundCommissioning(null, "its file is none of this program", 0);
            DsseEnvelope envelope = Dsse.Parse(File.ReadAllBytes(path));
            if (!stations.TryFind(envelope.KeyId, out TrustedStation? station))
                return new FoundCommissioning(null, $"it is signed by {envelope.KeyId}, which is not trusted here", 0);
            envelope.Verify(station.Key);
            JournalData.Commissioned record = CommissioningStatement.Read(envelope.Payload, name);
            int age = CommissioningChecks.AgeDays(record, now);
            return CommissioningChecks.FaultOf(record, scope, now) is { } fault
                ? new FoundCommissioning(null, fault, age)
                : new FoundCommissioning(
                    new JournalData.Commissioning(CommissioningStatement.HashOf(record), envelope.KeyId, record),
                    null, age);
        }
        catch (EvidenceException e)
        {
            return new FoundCommissioning(null, $"it is damaged: {e.Message}", 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FoundCommissioning(null, $"it cannot be read: {e.Message.TrimEnd('.')}", 0);
        }
    }

    private static IEnumerable<(string Bench, string Job)> JobsOf(string path)
    {
        try
        {
            if (FileKinds.Of(path) != FileKind.Regular || new FileInfo(path).Length > FileBytesMax)
                return [];
            JournalData.Commissioned record =
                CommissioningStatement.Read(Dsse.Parse(File.ReadAllBytes(path)).Payload, Path.GetFileName(path));
            return record.Runs.Select(run => (record.Bench, run.Job));
        }
        catch (Exception e) when (e is EvidenceException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
