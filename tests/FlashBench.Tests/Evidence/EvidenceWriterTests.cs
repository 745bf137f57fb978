using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Evidence;

public sealed class EvidenceWriterTests
{
    [Theory]
    [InlineData(DsseEnvelope.FileName)]
    [InlineData(TestResultStatement.FileName)]
    [InlineData(StationPublicKey.FileName)]
    [InlineData(EvidenceFolder.JUnitName)]
    public void No_report_stays_behind_when_the_certificate_cannot_be_written(string blocked)
    {
        using var bench = new JobBench { DryRun = true };
        Assert.Equal(0, bench.Run().ExitCode);
        Delete(bench);
        Directory.CreateDirectory(Path.Combine(bench.Directory, blocked, "in the way"));
        JobFacts facts = JobFold.Fold(bench.Records, []);
        var folders = new JobFolders(bench.Directory, bench.Vault, bench.State, bench.Key);

        Assert.Throws<JournalWriteException>(
            () => EvidenceWriter.Write(folders, bench.Records, facts, Decision.Decide(facts)));

        Assert.False(File.Exists(Path.Combine(bench.Directory, EvidenceFolder.ReportName)));
        Assert.False(File.Exists(Path.Combine(bench.Directory, EvidenceFolder.JUnitName)));
        Assert.False(File.Exists(Path.Combine(bench.Directory, DsseEnvelope.FileName)));
    }

    private static void Delete(JobBench bench)
    {
        string[] derived =
        [
            EvidenceFolder.ReportName, EvidenceFolder.JUnitName, StationPublicKey.FileName,
            TestResultStatement.FileName, DsseEnvelope.FileName,
        ];
        foreach (string name in derived)
            File.Delete(Path.Combine(bench.Directory, name));
    }
}
