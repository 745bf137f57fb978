using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;

namespace FlashBench.Tests.Runs;

/// <summary>The log of a run survives what happens to files.</summary>
public sealed class RunLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_appended_is_read_back_the_same()
    {
        RunEvent[] events = [.. RunScript.Whole()];
        Write(events);

        IReadOnlyList<RunEvent> read = RunLog.Read(_folder.Path, out long sound);

        Assert.Equal(new FileInfo(LogPath).Length, sound);
        Assert.Equal(events.Select(RunScript.Text), read.Select(RunScript.Text));
    }

    [Fact]
    public void A_log_cut_off_anywhere_loses_its_torn_line_and_nothing_else()
    {
        RunEvent[] events = [.. RunScript.Whole()];
        Write(events);
        byte[] whole = File.ReadAllBytes(LogPath);
        int first = Array.IndexOf(whole, (byte)'\n') + 1;
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(LogPath, whole[..length]);
            if (length < first)
            {
                Assert.Throws<EvidenceException>(() => RunLog.Read(_folder.Path, out _));
                continue;
            }

            IReadOnlyList<RunEvent> read = RunLog.Read(_folder.Path, out long sound);
            Assert.Equal(whole[..length].Count(b => b == '\n'), read.Count);
            using (RunLog log = RunLog.Reopen(_folder.Path, sound))
                log.Append(events[read.Count]);
            Assert.Equal(read.Count + 1, RunLog.Read(_folder.Path, out _).Count);
        }
    }

    [Fact]
    public void Damage_before_the_end_names_its_line_and_offset()
    {
        Write([.. RunScript.Whole()]);
        byte[] whole = File.ReadAllBytes(LogPath);
        int second = Array.IndexOf(whole, (byte)'\n') + 1;
        whole[second] = (byte)'x';
        File.WriteAllBytes(LogPath, whole);

        EvidenceException refused = Assert.Throws<EvidenceException>(() => RunLog.Read(_folder.Path, out _));

        Assert.Contains(
            $"at byte {second}: line 2 is no event of a run", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("a/b")]
    [InlineData(".hidden")]
    [InlineData("")]
    [InlineData("x\u0000y")]
    public void A_job_that_would_lie_elsewhere_is_no_event(string job)
    {
        Write([RunScript.Start(), new RunEvent.Assigned("a", 1, 1, null, 1, job)]);

        Assert.Throws<EvidenceException>(() => RunLog.Read(_folder.Path, out _));
    }

    [Theory]
    [InlineData("\"run\":\"SOAK-1\"", "\"run\":\"../../x\"", "the run has no name for a folder")]
    [InlineData("\"id\":\"b\"", "\"id\":\"a\"", "a bench stands there twice")]
    [InlineData("\"id\":\"b\"", "\"id\":\"b/..\"", "a bench has no name")]
    [InlineData("\"images\":[]", "\"images\":[7]", "a bench gets an image that the run does not have")]
    [InlineData("\"require\":null", "\"require\":\"L9\"", "the required level is unknown")]
    [InlineData("\"benches\":[", "\"benches\":[null,", "a bench or an image is missing")]
    [InlineData("\"boots\":[", "\"boots\":[null,", "a boot is missing")]
    public void A_line_that_no_run_writes_is_refused_with_what_is_wrong(string written, string hostile, string why)
    {
        Write([.. RunScript.Whole()]);
        string text = File.ReadAllText(LogPath);
        Assert.Contains(written, text, StringComparison.Ordinal);
        int at = text.IndexOf(written, StringComparison.Ordinal);
        File.WriteAllText(LogPath, text[..at] + hostile + text[(at + written.Length)..]);

        EvidenceException refused = Assert.Throws<EvidenceException>(() => RunLog.Read(_folder.Path, out _));

        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4 << 20, false)]
    [InlineData((4 << 20) - 1000, true)]
    public void What_the_log_takes_is_what_it_reads(int length, bool takes)
    {
        RunEvent[] events = [RunScript.Start(), new RunEvent.Stopping(new string('x', length), default)];

        Assert.Equal(takes, RunLog.Takes(events[1]));
        Write(events);
        if (takes)
            Assert.Equal(2, RunLog.Read(_folder.Path, out _).Count);
        else
            Assert.Throws<EvidenceException>(() => RunLog.Read(_folder.Path, out _));
    }

    [Fact]
    public void A_failed_append_is_cut_off_and_every_further_one_is_refused()
    {
        using (RunLog log = RunLog.Create(_folder.Path))
        {
            log.Append(RunScript.Start());
            DiskFaults.Arm(new DiskFaults { FullFromWrite = 1, TornBytes = 7 });
            Assert.Throws<JournalWriteException>(() => log.Append(new RunEvent.Stopping("x", default)));
            DiskFaults.Arm(null);
            Assert.Throws<JournalWriteException>(() => log.Append(new RunEvent.Stopping("x", default)));
        }

        Assert.Single(RunLog.Read(_folder.Path, out long sound));
        Assert.Equal(new FileInfo(LogPath).Length, sound);
    }

    private string LogPath => _folder.At(RunLog.FileName);

    private void Write(RunEvent[] events)
    {
        using RunLog log = RunLog.Create(_folder.Path);
        foreach (RunEvent happened in events)
            log.Append(happened);
    }
}
