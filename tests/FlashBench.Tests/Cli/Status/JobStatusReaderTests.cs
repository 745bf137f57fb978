using System.Text;
using FlashBench.Bench;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Status;
using FlashBench.Tests.Journal;

namespace FlashBench.Tests.Cli.Status;

public sealed class JobStatusReaderTests
{
    private static readonly JournalData[] Whole =
    [
        SampleJournal.Start,
        SampleJournal.Begin(1, "identify"),
        SampleJournal.End("identify", "W25Q64"),
        SampleJournal.Begin(6, "write"),
        new JournalData.Dirty("write", 4096, 1, ""),
        new JournalData.BlockDone(0, 4096),
        new JournalData.Clean("00"),
        SampleJournal.End("write"),
        SampleJournal.Decided(Verdict.Fail, "L1", "power lost at 30:00"),
    ];

    [Fact]
    public void A_finished_job_shows_its_verdict()
    {
        JobStatus status = Read(Whole);

        Assert.Equal(("FBJ-1", "me8", "SN7", true), (status.Job, status.Bench, status.Dut, status.Simulated));
        Assert.Equal(JobStage.Finished, status.Stage);
        Assert.Equal((Verdict.Fail, "L1", "power lost at 30:00"), (status.Verdict, status.Level, status.Reason));
        Assert.Equal((9, false, null), (status.Records, status.Torn, status.DamagedLine));
    }

    [Theory]
    [InlineData(0, JobStage.Empty, "", false)]
    [InlineData(1, JobStage.Unfinished, "", false)]
    [InlineData(2, JobStage.Unfinished, "identify", true)]
    [InlineData(3, JobStage.Unfinished, "identify", false)]
    [InlineData(4, JobStage.Unfinished, "write", true)]
    [InlineData(5, JobStage.Dirty, "write", true)]
    [InlineData(6, JobStage.Dirty, "write", true)]
    [InlineData(7, JobStage.Unfinished, "write", true)]
    [InlineData(8, JobStage.Unfinished, "write", false)]
    public void A_crashed_job_stands_at_its_last_complete_record(int records, JobStage stage, string phase, bool open)
    {
        JobStatus status = Read(Whole[..records]);

        Assert.Equal((stage, phase, open), (status.Stage, status.Phase, status.PhaseOpen));
        Assert.Equal(records, status.Records);
    }

    [Fact]
    public void Every_truncation_is_read_to_its_last_complete_line()
    {
        byte[] whole = SampleJournal.Of(Whole);
        for (int length = 0; length <= whole.Length; length++)
        {
            byte[] part = whole[..length];

            JobStatus status = JobStatusReader.Of(part);

            Assert.Equal(part.Count(b => b == '\n'), status.Records);
            Assert.Equal(length > 0 && part[^1] != '\n', status.Torn);
            Assert.Null(status.DamagedLine);
        }
    }

    [Fact]
    public void A_half_written_chip_stays_dirty_whatever_the_verdict() =>
        Assert.Equal(JobStage.Dirty, Read([.. Whole[..5], Whole[8]]).Stage);

    [Theory]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"seq":1,"type":"dirty","data":{}}""")]
    public void Nothing_behind_a_damaged_line_is_believed(string line)
    {
        byte[] start = SampleJournal.Of(Whole[..1]), rest = SampleJournal.Of(Whole)[start.Length..];

        JobStatus status = JobStatusReader.Of((byte[])[.. start, .. Encoding.UTF8.GetBytes(line + "\n"), .. rest]);

        Assert.Equal((1, 2, JobStage.Unfinished), (status.Records, status.DamagedLine, status.Stage));
        Assert.NotEmpty(status.Damage);
    }

    [Fact]
    public void A_verdict_that_was_altered_after_a_record_before_it_is_not_believed()
    {
        string text = Encoding.UTF8.GetString(SampleJournal.Of(Whole));

        JobStatus status = JobStatusReader.Of(
            Encoding.UTF8.GetBytes(text.Replace("W25Q64", "W25Q65", StringComparison.Ordinal)));

        Assert.Equal((JobStage.Unfinished, 4), (status.Stage, status.DamagedLine));
        Assert.Contains("does not follow the record before it", status.Damage, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_without_end_is_damage_once_it_is_longer_than_any_record()
    {
        byte[] endless = new byte[JournalReader.LineBytesMax + 1];
        endless.AsSpan().Fill((byte)' ');

        Assert.Equal(1, JobStatusReader.Of(endless).DamagedLine);
        Assert.True(JobStatusReader.Of(endless.AsMemory(1)).Torn);
    }

    [Fact]
    public void Every_random_change_before_the_last_record_is_noticed()
    {
        var random = new Random(5);
        byte[] whole = SampleJournal.Of(Whole);
        int lastLine = whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n');
        for (int i = 0; i < 2_000; i++)
        {
            byte[] bytes = [.. whole];
            bytes[random.Next(lastLine)] ^= (byte)random.Next(1, 256);

            JobStatus status = JobStatusReader.Of(bytes);

            Assert.True(status.DamagedLine is not null && status.Stage != JobStage.Finished, $"change {i}");
        }
    }

    private static JobStatus Read(JournalData[] records) => JobStatusReader.Of(SampleJournal.Of(records));
}
