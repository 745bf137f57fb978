using System.Globalization;
using System.Text;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Jobs;

/// <summary>Seeded tampering with a finished job: nobody without the station's key gets an altered record past the
/// verifier, and recovery loses nothing but a torn tail.</summary>
/// <remarks>FLASHBENCH_TAMPER_EACH sets how often each way is tried, FLASHBENCH_TAMPER_SEED the seed,
/// FLASHBENCH_TAMPER_TABLE names a file for the table of docs/reliability.md (scripts/tamper-figures).</remarks>
public sealed class TamperCampaignTests : IDisposable
{
    private const int EachByDefault = 8;

    private readonly JobBench _bench = new(), _other = new() { Dut = "board-2", Kind = "me10" };
    private readonly TrustedStations _stations;

    public TamperCampaignTests()
    {
        Assert.Equal(0, _bench.Run().ExitCode);
        Assert.Equal(0, _other.Run().ExitCode);
        _stations = TrustedStations.Load(_bench.KeysFolder);
    }

    private static int Each => Number("FLASHBENCH_TAMPER_EACH", EachByDefault);

    private static int Seed => Number("FLASHBENCH_TAMPER_SEED", 1);

    public void Dispose()
    {
        _bench.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Every_tampering_is_refused_and_recovery_drops_the_torn_tail_only()
    {
        var table = new StringBuilder();
        (int tried, int accepted, int misread) = (0, 0, 0);
        foreach (Tampering way in Tampering.All)
        {
            (int lost, int recovered) = Try(way);
            table.Append(CultureInfo.InvariantCulture,
                $"| {way.Name} | {Each} | {Each - lost} | {lost} | {Recovery(way, recovered)} |\n");
            (tried, accepted, misread) = (tried + Each, accepted + lost, misread + Each - recovered);
        }

        int resigned = SignedByAStranger();
        table.Append(CultureInfo.InvariantCulture,
            $"| signed anew with another station's key | {Each} | {Each - resigned} | {resigned} | |\n"
            + $"| **all** | {tried + Each} | {tried + Each - accepted - resigned} | {accepted + resigned} | |\n");
        if (Environment.GetEnvironmentVariable("FLASHBENCH_TAMPER_TABLE") is { Length: > 0 } file)
            await File.WriteAllTextAsync(file, table.ToString(), TestContext.Current.CancellationToken);
        Assert.Equal((0, 0, 0), (accepted, resigned, misread));
    }

    private static string Recovery(Tampering way, int recovered) =>
        way.File == JournalWriter.FileName ? $"{recovered} of {Each}" : "";

    // Each way has its own seed, so that one that is added leaves the others as they are.
    private (int Accepted, int Recovered) Try(Tampering way)
    {
        string path = Path.Combine(_bench.Directory, way.File);
        byte[] sound = File.ReadAllBytes(path), other = File.ReadAllBytes(Path.Combine(_other.Directory, way.File));
        var random = new Random(HashCode(way.Name) + Seed);
        (int accepted, int recovered) = (0, 0);
        for (int i = 0; i < Each; i++)
        {
            byte[] altered = sound;
            while (altered.AsSpan().SequenceEqual(sound))
                altered = way.Alter(sound, other, random);
            accepted += Accepts(path, sound, altered) ? 1 : 0;
            recovered += way.File != JournalWriter.FileName || RecoversTheStart(sound, altered) ? 1 : 0;
        }

        return (accepted, recovered);
    }

    private bool Accepts(string path, byte[] sound, byte[] altered)
    {
        File.WriteAllBytes(path, altered);
        try
        {
            return new EvidenceVerifier(_bench.Directory, _stations).Verify().Trusted;
        }
        catch (EvidenceException)
        {
            return false;
        }
        finally
        {
            File.WriteAllBytes(path, sound);
        }
    }

    // What is recovered is at least every record before the first altered byte, and its lines are whole.
    private static bool RecoversTheStart(byte[] sound, byte[] altered)
    {
        int same = sound.AsSpan().CommonPrefixLength(altered);
        long whole = sound.AsSpan(0, same).Count((byte)'\n');
        IReadOnlyList<JournalRecord> records = JournalReader.ReadPrefix(altered, out long end, out _);
        bool torn = altered.Length < sound.Length && same == altered.Length;
        return records.Count >= whole && (!torn || records.Count == whole)
            && altered.AsSpan(0, (int)end).Count((byte)'\n') == records.Count;
    }

    private int SignedByAStranger()
    {
        using var folder = new TemporaryFolder();
        using StationKey stranger = StationKey.LoadOrCreate(folder.Path);
        string[] files = [DsseEnvelope.FileName, TestResultStatement.FileName];
        byte[][] sound = [.. files.Select(file => File.ReadAllBytes(Path.Combine(_bench.Directory, file)))];
        int accepted = 0;
        for (int i = 0; i < Each; i++)
        {
            for (int f = 0; f < files.Length; f++)
            {
                File.WriteAllBytes(
                    Path.Combine(_bench.Directory, files[f]), Dsse.Sign(Dsse.Parse(sound[f]).Payload.Span, stranger));
            }

            accepted += Accepts(
                Path.Combine(_bench.Directory, StationPublicKey.FileName),
                Encoding.ASCII.GetBytes(_bench.Key.PublicPem), Encoding.ASCII.GetBytes(stranger.PublicPem)) ? 1 : 0;
        }

        for (int f = 0; f < files.Length; f++)
            File.WriteAllBytes(Path.Combine(_bench.Directory, files[f]), sound[f]);
        return accepted;
    }

    private static int HashCode(string text) => text.Aggregate(17, (hash, c) => unchecked((hash * 31) + c) & 0xFFFFFF);

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
