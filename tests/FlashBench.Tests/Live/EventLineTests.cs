using System.Text;
using FlashBench.Bench.Live;

namespace FlashBench.Tests.Live;

public sealed class EventLineTests
{
    [Fact]
    public void Every_kind_of_event_is_read_back_the_same()
    {
        foreach (LiveEvent happened in LiveScript.Whole())
        {
            string json = happened.ToJson();

            Assert.StartsWith("{\"event\":\"", json, StringComparison.Ordinal);
            Assert.Equal(json, EventLine.Parse(Encoding.UTF8.GetBytes(json))?.ToJson());
        }
    }

    [Fact]
    public void A_line_cut_off_anywhere_is_none()
    {
        foreach (LiveEvent happened in LiveScript.Whole())
        {
            byte[] line = Encoding.UTF8.GetBytes(happened.ToJson());
            for (int length = 0; length < line.Length; length++)
                Assert.Null(EventLine.Parse(line.AsSpan(0, length)));
        }
    }

    [Theory]
    [InlineData("""{"event":"progress","seq":1,"at":"2026-01-01T00:00:00Z","""
        + """ "row":"a","phase":"w","done":-1,"total":1,"unit":"s","elapsedSeconds":0}""")]
    [InlineData("""{"event":"progress","seq":1,"at":"2026-01-01T00:00:00Z","""
        + """ "row":"a","phase":"w","done":1,"total":9000000000000,"unit":"s","elapsedSeconds":0}""")]
    [InlineData("""{"event":"progress","seq":1,"at":"2026-01-01T00:00:00Z","""
        + """ "row":"a","phase":"w","done":1,"total":1,"unit":"s","elapsedSeconds":1e300}""")]
    [InlineData("""{"event":"progress","seq":1,"at":"2026-01-01T00:00:00Z","""
        + """ "row":"a","phase":null,"done":1,"total":1,"unit":"s","elapsedSeconds":1}""")]
    [InlineData("""{"event":"progress","seq":1,"at":"2026-01-01T00:00:00Z","""
        + """ "row":"a","phase":"w","done":1,"total":1,"unit":"s"}""")]
    [InlineData("""{"event":"job.begin","seq":1,"at":"2026-01-01T00:00:00Z","number":-4,"what":""}""")]
    [InlineData("""{"event":"note","seq":-1,"at":"2026-01-01T00:00:00Z","text":""}""")]
    [InlineData("""{"event":"note","seq":1,"at":"0001-01-01T00:00:00Z","text":""}""")]
    [InlineData("""{"event":"run","seq":1,"at":"2026-01-01T00:00:00Z","line":{"type":"no.such"}}""")]
    [InlineData("""{"event":"run","seq":1,"at":"2026-01-01T00:00:00Z","line":{"type":"run.start","run":"x","""
        + """ "software":"x","utc":"2026-01-01T00:00:00Z","benches":[null],"images":[],"cycles":1}}""")]
    [InlineData("""{"event":"run","seq":1,"at":"2026-01-01T00:00:00Z","line":{"type":"run.start","run":"x","""
        + """ "software":"x","utc":"2026-01-01T00:00:00Z","benches":[{"id":"a","profile":"p","images":[7]}],"""
        + """ "images":[],"cycles":1}}""")]
    [InlineData("""{"event":"no.such","seq":1,"at":"2026-01-01T00:00:00Z"}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public void What_cannot_be_true_is_none(string line) => Assert.Null(EventLine.Parse(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Damaged_bytes_never_break_the_reader_or_the_board()
    {
        var random = new Random(7);
        byte[][] lines = [.. LiveScript.Whole().Select(happened => Encoding.UTF8.GetBytes(happened.ToJson()))];
        var board = new LiveBoard();
        for (int i = 0; i < 20_000; i++)
        {
            byte[] line = [.. lines[random.Next(lines.Length)]];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                line[random.Next(line.Length)] = (byte)random.Next(256);
            if (EventLine.Parse(line) is { } happened)
                board.Take(happened);
        }

        Assert.InRange(board.Rows.Count, 1, LiveBoard.RowsMax);
        Assert.NotEmpty(FlashBench.Cli.Live.LiveFrame.Of(board, (80, 24), 0, TimeZoneInfo.Utc).Lines);
    }
}
