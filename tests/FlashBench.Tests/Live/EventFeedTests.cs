using System.Diagnostics;
using System.Text;
using FlashBench.Bench.Live;
using FlashBench.Bench.Runs;
using FlashBench.Simulation;
using FlashBench.Tests.Runs;

namespace FlashBench.Tests.Live;

/// <summary>Publishing never waits, never grows, keeps the order, and loses only what may be lost.</summary>
public sealed class EventFeedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly VirtualTime _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_disk_that_hangs_costs_progress_and_nothing_else()
    {
        using var disk = new HangingStream();
        var feed = new EventFeed(disk, _time, TimeProvider.System);
        const int Published = 100_000, Every = 1000;
        var clock = Stopwatch.StartNew();

        for (int i = 0; i < Published; i++)
        {
            feed.Publish(i % Every == 0
                ? new LiveEvent.PhaseBegun(i / Every, Published, "watch") { Row = "a" }
                : new LiveEvent.Note($"{i}") { Row = "a" });
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed} for {Published} events");
        disk.GoOn();
        feed.Dispose();
        LiveEvent[] written = [.. disk.Written().Select(line => EventLine.Parse(line)!)];
        Assert.Equal(
            Enumerable.Range(0, Published / Every),
            written.OfType<LiveEvent.PhaseBegun>().Select(phase => phase.Number));
        Assert.Equal(Enumerable.Range(1, written.Length).Select(i => (long)i), written.Select(one => one.Seq));
        long missed = written.OfType<LiveEvent.Missed>().Sum(one => one.Count);
        Assert.InRange(missed, Published - 3 * EventFeed.QueueMax, Published - EventFeed.QueueMax);
        Assert.Equal(Published, written.Length - written.OfType<LiveEvent.Missed>().Count() + missed);
    }

    [Fact]
    public void A_disk_that_is_full_ends_the_file_and_not_the_board()
    {
        var feed = new EventFeed(new FullStream(), _time, TimeProvider.System);

        foreach (LiveEvent happened in LiveScript.Whole())
            feed.Publish(happened);
        feed.Dispose();

        Assert.Equal("No space left on device", feed.Fault);
        Assert.True(feed.Ask(board => board.IsEnded));
    }

    [Fact]
    public void Readers_that_come_at_any_time_get_every_event_once_and_in_order()
    {
        const int Rows = 8, Each = 2000;
        var seen = new List<long>[3];
        using (EventFeed feed = EventFeed.Open(_folder.Path, [], _time, TimeProvider.System))
        {
            Thread[] benches =
            [
                .. Enumerable.Range(0, Rows).Select(row => new Thread(() =>
                {
                    for (int i = 1; i <= Each; i++)
                        feed.Publish(new LiveEvent.PhaseBegun(i, Each, "p") { Row = $"b{row}" });
                })),
            ];
            Array.ForEach(benches, bench => bench.Start());
            using var early = new EventTail(_folder.Path);
            seen[0] = [];
            while (Array.Exists(benches, bench => bench.IsAlive))
                early.Read((happened, _) => seen[0].Add(happened.Seq));
            feed.Dispose();
            early.Read((happened, _) => seen[0].Add(happened.Seq));
        }

        using var late = new EventTail(_folder.Path);
        var byRow = new Dictionary<string, int>();
        seen[1] = [];
        late.Read((happened, _) =>
        {
            seen[1].Add(happened.Seq);
            byRow[happened.Row!] = Assert.IsType<LiveEvent.PhaseBegun>(happened).Number
                - byRow.GetValueOrDefault(happened.Row!) == 1 ? byRow.GetValueOrDefault(happened.Row!) + 1 : -1;
        });

        Assert.Equal(Enumerable.Range(1, Rows * Each).Select(i => (long)i), seen[0]);
        Assert.Equal(seen[0], seen[1]);
        Assert.All(byRow.Values, last => Assert.Equal(Each, last)); // the order of each row is that of its thread
    }

    [Fact]
    public void A_feed_that_goes_on_adds_what_a_killed_process_had_not_written_yet()
    {
        RunEvent[] durable = [.. RunScript.Whole()];
        using (EventFeed.Open(_folder.Path, durable[..2], _time, TimeProvider.System))
        {
        }

        File.AppendAllText(Path.Combine(_folder.Path, EventFeed.FileName), "{\"event\":\"no");

        EventFeed again = EventFeed.Open(_folder.Path, durable, _time, TimeProvider.System);
        again.Dispose();

        Assert.Equal(
            durable.Select(RunScript.Text),
            Read().Cast<LiveEvent.RunLine>().Select(one => RunScript.Text(one.Line)));
        Assert.True(again.Ask(board => board.IsEnded));
        Assert.Equal(2, again.Ask(board => board.Rows.Count));
    }

    [Theory]
    [InlineData("junk\n")]
    [InlineData("")]
    public void A_file_that_is_damaged_is_made_again_from_the_runs_log(string content)
    {
        File.WriteAllText(Path.Combine(_folder.Path, EventFeed.FileName), content);
        RunEvent[] durable = [.. RunScript.Whole()];

        EventFeed.Open(_folder.Path, durable, _time, TimeProvider.System).Dispose();

        Assert.Equal(durable.Length, Read().Count);
    }

    [Fact]
    public void Progress_of_a_row_is_in_the_file_once_a_second_and_on_the_board_at_once()
    {
        var file = new MemoryStream();
        var feed = new EventFeed(file, _time, _time); // real time stands still
        feed.Publish(new LiveEvent.PhaseBegun(7, 9, "watch") { Row = "a" });
        for (int second = 1; second <= 500; second++)
            feed.Publish(LiveScript.Watched("a", second));
        feed.Dispose();

        string[] lines = Encoding.UTF8.GetString(file.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Equal(500, feed.Ask(board => board.Rows[0].Progress!.Done));
    }

    private List<LiveEvent> Read()
    {
        using var tail = new EventTail(_folder.Path);
        List<LiveEvent> read = [];
        tail.Read((happened, _) => read.Add(happened));
        Assert.Equal(0, tail.Lost);
        return read;
    }

    private sealed class HangingStream : MemoryStream
    {
        private readonly ManualResetEventSlim _mayGoOn = new();

        public void GoOn() => _mayGoOn.Set();

        public IEnumerable<byte[]> Written() => Encoding.UTF8.GetString(ToArray())
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes);

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _mayGoOn.Wait(TimeSpan.FromMinutes(1));
            base.Write(buffer);
        }
    }

    private sealed class FullStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("No space left on device");
    }
}
