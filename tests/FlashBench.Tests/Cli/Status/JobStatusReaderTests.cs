using System.Text;
using FlashBench.Cli.Status;

namespace FlashBench.Tests.Cli.Status;

public sealed class JobStatusReaderTests
{
    private static readonly string[] Whole =
    [
        """{"seq":0,"type":"job.start","data":{"job":"j1","bench":"me8","dut":"SN7","simulated":true}}""",
        """{"seq":1,"type":"phase.begin","data":{"number":1,"count":9,"name":"identify"}}""",
        """{"seq":2,"type":"phase.end","data":{"name":"identify","verdict":"Pass","reason":"W25Q64"}}""",
        """{"seq":3,"type":"phase.begin","data":{"number":6,"count":9,"name":"write"}}""",
        """{"seq":4,"type":"dirty","data":{}}""",
        """{"seq":5,"type":"block.done","data":{"start":0}}""",
        """{"seq":6,"type":"clean","data":{}}""",
        """{"seq":7,"type":"phase.end","data":{"name":"write","verdict":"Pass","reason":""}}""",
        """{"seq":8,"type":"verdict","data":{"verdict":"Fail","level":"L1","reason":"power lost at 30:00"}}""",
    ];

    [Fact]
    public async Task A_finished_job_shows_its_verdict()
    {
        JobStatus status = await ReadAsync(Text(Whole.Length));

        Assert.Equal(("j1", "me8", "SN7", true), (status.Job, status.Bench, status.Dut, status.Simulated));
        Assert.Equal(JobStage.Finished, status.Stage);
        Assert.Equal(("Fail", "L1", "power lost at 30:00"), (status.Verdict, status.Level, status.Reason));
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
    public async Task A_crashed_job_stands_at_its_last_complete_record(
        int records, JobStage stage, string phase, bool open)
    {
        JobStatus status = await ReadAsync(Text(records));

        Assert.Equal((stage, phase, open), (status.Stage, status.Phase, status.PhaseOpen));
        Assert.Equal(records, status.Records);
    }

    [Fact]
    public async Task Every_truncation_is_read_to_its_last_complete_line()
    {
        byte[] whole = Encoding.UTF8.GetBytes(Text(Whole.Length));
        for (int length = 0; length <= whole.Length; length++)
        {
            byte[] part = whole[..length];

            JobStatus status = await ReadAsync(part);

            Assert.Equal(part.Count(b => b == '\n'), status.Records);
            Assert.Equal(length > 0 && part[^1] != '\n', status.Torn);
            Assert.Null(status.DamagedLine);
        }
    }

    [Fact]
    public async Task A_half_written_chip_stays_dirty_whatever_the_verdict()
    {
        string[] lines = [.. Whole[..5], Whole[8].Replace("\"seq\":8", "\"seq\":5", StringComparison.Ordinal)];

        Assert.Equal(JobStage.Dirty, (await ReadAsync(string.Join('\n', lines) + "\n")).Stage);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"seq":1,"type":"dirty"}""")]
    [InlineData("""{"seq":2,"type":"dirty","data":{}}""")]
    [InlineData("""{"seq":1,"type":"phase.begin","data":{"number":1.5,"count":9,"name":"x"}}""")]
    [InlineData("""{"seq":1,"type":"phase.begin","data":7}""")]
    public async Task Nothing_behind_a_damaged_line_is_believed(string line)
    {
        JobStatus status = await ReadAsync($"{Whole[0]}\n{line}\n{Whole[8]}\n");

        Assert.Equal((1, 2, JobStage.Unfinished), (status.Records, status.DamagedLine, status.Stage));
    }

    [Fact]
    public async Task A_line_without_end_is_damage_not_a_full_memory()
    {
        byte[] endless = new byte[JobStatusReader.LineBytesMax + 100_000];
        endless.AsSpan().Fill((byte)' ');

        Assert.Equal(1, (await ReadAsync(endless)).DamagedLine);
    }

    [Fact]
    public async Task Random_bytes_never_break_the_reader()
    {
        var random = new Random(5);
        byte[] whole = Encoding.UTF8.GetBytes(Text(Whole.Length));
        int noticed = 0;
        for (int i = 0; i < 3_000; i++)
        {
            byte[] bytes = [.. whole];
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            JobStatus status = await ReadAsync(bytes);
            noticed += status.Torn || status.DamagedLine is not null ? 1 : 0;
        }

        Assert.InRange(noticed, 1_000, 2_999); // a change inside a text is only seen by `certificate verify`
    }

    private static string Text(int records) => string.Concat(Whole[..records].Select(line => line + "\n"));

    private static Task<JobStatus> ReadAsync(string text) => ReadAsync(Encoding.UTF8.GetBytes(text));

    private static async Task<JobStatus> ReadAsync(byte[] bytes)
    {
        using var journal = new MemoryStream(bytes);
        return await JobStatusReader.ReadAsync(journal, TestContext.Current.CancellationToken);
    }
}
