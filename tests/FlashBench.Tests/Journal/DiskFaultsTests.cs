using FlashBench.Bench.Journal;
using FlashBench.Simulation;

namespace FlashBench.Tests.Journal;

/// <summary>A disk that fails fails everything that a job keeps, at the write or sync that was asked for.</summary>
public sealed class DiskFaultsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        DiskFaults.Arm(null);
        _folder.Dispose();
    }

    [Fact]
    public void A_full_disk_takes_a_part_of_one_write_and_nothing_after_it()
    {
        string path = _folder.At("file");
        DiskFaults.Arm(new DiskFaults { FullFromWrite = 2, TornBytes = 3 });

        var first = Assert.Throws<IOException>(() => DurableFile.Write(path, [1, 2, 3, 4]));
        Assert.Throws<IOException>(() => DurableFile.CreateDirectory(_folder.At("folder")));

        Assert.Equal("No space left on device", first.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path)); // the staged file is taken away
    }

    [Fact]
    public void A_write_that_fails_once_leaves_the_next_one_alone()
    {
        string path = _folder.At("file");
        DiskFaults.Arm(new DiskFaults { ErrorAtWrite = 1 });

        Assert.Throws<IOException>(() => DurableFile.Write(path, [1]));
        DurableFile.Write(path, [2]);

        Assert.Equal([2], File.ReadAllBytes(path));
    }

    [Fact]
    public void A_sync_that_fails_is_an_error_although_everything_was_written()
    {
        var faults = new DiskFaults { ErrorAtSync = 2 };
        DiskFaults.Arm(faults);

        Assert.Throws<IOException>(() => DurableFile.Write(_folder.At("file"), [1]));

        Assert.Equal((3, 2), (faults.Writes, faults.Syncs));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_torn_write_of_the_journal_leaves_the_records_before_it_and_a_tail_without_line_end(int record)
    {
        var time = new VirtualTime();
        var clock = new BenchClock(time, new VirtualBootClock(time, TimeSpan.Zero), "boot");
        using var journal = new JournalWriter(_folder.Path, clock);
        DiskFaults.Arm(new DiskFaults { ErrorAtWrite = record, TornBytes = 10 });

        for (int i = 1; i < record; i++)
            journal.Append(new JournalData.Deviation("sound"));
        Assert.Throws<JournalWriteException>(() => journal.Append(new JournalData.Deviation("torn")));
        Assert.Throws<JournalWriteException>(() => journal.Append(new JournalData.Deviation("after")));

        byte[] bytes = File.ReadAllBytes(_folder.At(JournalWriter.FileName));
        var records = JournalReader.ReadPrefix(bytes, out long end, out string fault);
        Assert.Equal((record - 1, bytes.Length - 10L, JournalReader.NoLineEnd), (records.Count, end, fault));
    }
}
