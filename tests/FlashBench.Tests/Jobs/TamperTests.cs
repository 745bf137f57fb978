using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Cli.Certify;

namespace FlashBench.Tests.Jobs;

/// <summary>Every way in which a finished job directory can be altered is found, and the message names it.</summary>
public sealed class TamperTests(TamperTests.FinishedJob job) : IClassFixture<TamperTests.FinishedJob>
{
    private const int SeededPositions = 1000;

    private static readonly byte[] LineEnds = [(byte)'\n', (byte)'\r'];

    [Fact]
    public void An_untouched_record_is_authentic_and_trusted_by_its_own_station()
    {
        VerifiedRecord record = job.Bench.Verify();

        Assert.True(record.Trusted);
        Assert.Equal(20, CertificateWords.Judge(record, allowSimulated: false).Code);
        Assert.Equal(0, CertificateWords.Judge(record, allowSimulated: true).Code);
    }

    [Theory]
    [InlineData(DsseEnvelope.FileName)]
    [InlineData(TestResultStatement.FileName)]
    [InlineData(ConsoleLog.IndexName)]
    [InlineData(StationPublicKey.FileName)]
    [InlineData(EvidenceFolder.JUnitName)]
    public void Every_flipped_byte_is_found(string name)
    {
        byte[] sound = File.ReadAllBytes(job.PathOf(name));
        var random = new Random(1);

        Assert.All(Enumerable.Range(0, sound.Length), at => Refused(name, sound, at, (byte)(1 << random.Next(8))));
    }

    [Theory]
    [InlineData(JournalWriter.FileName)]
    [InlineData(ConsoleLog.RawName)]
    [InlineData(EvidenceFolder.ReportName)]
    public void A_thousand_seeded_flips_and_every_kind_of_line_end_are_found(string name)
    {
        byte[] sound = File.ReadAllBytes(job.PathOf(name));
        var random = new Random(2);
        var ends = Enumerable.Range(0, sound.Length).Where(at => LineEnds.Contains(sound[at])).ToList();
        var positions = Enumerable.Range(0, SeededPositions).Select(_ => random.Next(sound.Length))
            .Concat(ends.Take(50)).Concat(ends.TakeLast(2)).Append(0).Append(sound.Length - 1).ToList();

        Assert.All(positions, at => Refused(name, sound, at, (byte)(1 << random.Next(8))));
    }

    [Theory]
    [InlineData(DsseEnvelope.FileName)]
    [InlineData(TestResultStatement.FileName)]
    [InlineData(JournalWriter.FileName)]
    [InlineData(ConsoleLog.RawName)]
    [InlineData(ConsoleLog.IndexName)]
    [InlineData(EvidenceFolder.ReportName)]
    [InlineData(EvidenceFolder.JUnitName)]
    [InlineData(StationPublicKey.FileName)]
    public void A_file_that_is_cut_lengthened_emptied_or_missing_is_found(string name)
    {
        byte[] sound = File.ReadAllBytes(job.PathOf(name));
        byte[][] altered = [sound[..^1], sound[..(sound.Length / 2)], [], [.. sound, (byte)'\n'], [.. sound, 0]];

        foreach (byte[] bytes in altered)
            RefusedAs(name, bytes, sound);
        File.Delete(job.PathOf(name));
        Assert.Throws<EvidenceException>(() => job.Bench.Verify());
        File.WriteAllBytes(job.PathOf(name), sound);
    }

    [Fact]
    public void A_record_that_was_rewritten_and_signed_with_another_key_is_authentic_to_an_unknown_key_only()
    {
        using var folder = new TemporaryFolder();
        using StationKey stranger = StationKey.LoadOrCreate(folder.Path);
        string copy = job.Copy(folder);
        foreach (string name in (string[])[DsseEnvelope.FileName, TestResultStatement.FileName])
        {
            DsseEnvelope envelope = Dsse.Parse(File.ReadAllBytes(Path.Combine(copy, name)));
            File.WriteAllBytes(Path.Combine(copy, name), Dsse.Sign(envelope.Payload.Span, stranger));
        }

        File.WriteAllText(Path.Combine(copy, StationPublicKey.FileName), stranger.PublicPem);

        VerifiedRecord record = new EvidenceVerifier(copy, TrustedStations.Load(job.Bench.KeysFolder)).Verify();

        Assert.False(record.Trusted);
        Assert.Equal(20, CertificateWords.Judge(record, allowSimulated: true).Code);
    }

    [Fact]
    public void A_statement_that_says_more_than_its_journal_is_refused_even_if_it_is_signed_by_the_station()
    {
        using var folder = new TemporaryFolder();
        string copy = job.Copy(folder);
        DsseEnvelope envelope = Dsse.Parse(File.ReadAllBytes(Path.Combine(copy, DsseEnvelope.FileName)));
        string statement = System.Text.Encoding.UTF8.GetString(envelope.Payload.Span)
            .Replace("\"level\":\"L3\"", "\"level\":\"L9\"", StringComparison.Ordinal);
        File.WriteAllBytes(
            Path.Combine(copy, DsseEnvelope.FileName),
            Dsse.Sign(System.Text.Encoding.UTF8.GetBytes(statement), job.Bench.Key));

        var fault = Assert.Throws<EvidenceException>(
            () => new EvidenceVerifier(copy, TrustedStations.Load(job.Bench.KeysFolder)).Verify());

        Assert.Contains("does not follow from journal and console", fault.Message, StringComparison.Ordinal);
    }

    private void Refused(string name, byte[] sound, int at, byte xor)
    {
        using var file = new FileStream(
            job.PathOf(name), FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
        try
        {
            RandomAccess.Write(file.SafeFileHandle, [(byte)(sound[at] ^ xor)], at);
            Assert.NotEmpty(Assert.Throws<EvidenceException>(() => job.Bench.Verify()).Message);
        }
        finally
        {
            RandomAccess.Write(file.SafeFileHandle, [sound[at]], at);
        }
    }

    private void RefusedAs(string name, byte[] altered, byte[] sound)
    {
        try
        {
            File.WriteAllBytes(job.PathOf(name), altered);
            var fault = Assert.Throws<EvidenceException>(() => job.Bench.Verify());
            Assert.NotEmpty(fault.Message);
        }
        finally
        {
            File.WriteAllBytes(job.PathOf(name), sound);
        }
    }

    /// <summary>One PASS that all tests of the class alter, one at a time.</summary>
    public sealed class FinishedJob : IDisposable
    {
        public FinishedJob() => Assert.Equal(0, Bench.Run().ExitCode);

        internal JobBench Bench { get; } = new();

        public void Dispose() => Bench.Dispose();

        internal string PathOf(string name) => Path.Combine(Bench.Directory, name);

        internal string Copy(TemporaryFolder folder)
        {
            string copy = folder.At("copy");
            Directory.CreateDirectory(Path.Combine(copy, ConsoleLog.Folder));
            foreach (string file in Directory.GetFiles(Bench.Directory, "*", SearchOption.AllDirectories))
                File.Copy(file, Path.Combine(copy, Path.GetRelativePath(Bench.Directory, file)));
            return copy;
        }
    }
}
