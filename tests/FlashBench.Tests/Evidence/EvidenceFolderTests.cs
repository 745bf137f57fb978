using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Evidence;

public sealed class EvidenceFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_and_a_link_to_one_are_read()
    {
        File.CreateSymbolicLink(_folder.At(EvidenceFolder.JUnitName), _folder.Write("other", "text"));

        Assert.Equal("text"u8, EvidenceFolder.ReadFile(_folder.Path, "other"));
        Assert.Equal("text"u8, EvidenceFolder.ReadFile(_folder.Path, EvidenceFolder.JUnitName));
    }

    [Fact(Timeout = 30_000)]
    public Task A_pipe_a_device_a_folder_and_nothing_are_refused_without_waiting()
    {
        NamedPipe.Create(_folder.At("pipe"));
        File.CreateSymbolicLink(_folder.At("endless"), "/dev/zero");
        Directory.CreateDirectory(_folder.At("folder"));
        File.CreateSymbolicLink(_folder.At("circle"), _folder.At("circle"));

        return Task.Run(
            () => Assert.All(
                ["pipe", "endless", "folder", "circle", "nothing"],
                name => Assert.Throws<EvidenceException>(() => EvidenceFolder.ReadFile(_folder.Path, name))),
            TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(StationPublicKey.FileName, 64 << 10)]
    [InlineData(DsseEnvelope.FileName, 64 << 20)]
    [InlineData(EvidenceFolder.ReportName, 64 << 20)]
    [InlineData(EvidenceFolder.JUnitName, 64 << 20)]
    [InlineData(JournalWriter.FileName, 512 << 20)]
    [InlineData(ConsoleLog.RawName, 1L << 30)]
    public void A_file_that_is_larger_than_any_job_makes_it_is_refused_before_it_is_read(string name, long bytesMax)
    {
        Directory.CreateDirectory(_folder.At(ConsoleLog.Folder));
        using (FileStream file = File.Create(_folder.At(name)))
            file.SetLength(bytesMax + 1); // a hole: no disk is filled

        var fault = Assert.Throws<EvidenceException>(() => EvidenceFolder.ReadFile(_folder.Path, name));

        Assert.Equal((name, bytesMax), (fault.File, fault.Offset));
    }
}
