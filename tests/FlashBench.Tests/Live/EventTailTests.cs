using System.Text;
using FlashBench.Bench.Live;

namespace FlashBench.Tests.Live;

/// <summary>A reader of a growing file gets every event once and in order.</summary>
public sealed class EventTailTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Whatever_the_pieces_in_which_a_file_grows_every_event_comes_once()
    {
        byte[] whole = File();
        for (int cut = 0; cut < whole.Length; cut++)
        {
            System.IO.File.WriteAllBytes(Path, whole[..cut]);
            using var tail = new EventTail(_folder.Path);
            var read = new List<long>();
            tail.Read((happened, _) => read.Add(happened.Seq));
            Assert.Equal(whole[..cut].Count(b => b == '\n'), read.Count);
            using (FileStream file = new(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
                file.Write(whole.AsSpan(cut));

            tail.Read((happened, _) => read.Add(happened.Seq));

            Assert.Equal(Enumerable.Range(1, read.Count).Select(i => (long)i), read);
            Assert.Equal(whole.Count(b => b == '\n'), read.Count);
            Assert.Equal(0, tail.Lost);
        }
    }

    [Fact]
    public void A_file_that_is_not_there_yet_is_waited_for()
    {
        using var tail = new EventTail(_folder.Path);
        Assert.False(tail.Read((_, _) => { }));

        System.IO.File.WriteAllBytes(Path, File());

        int count = 0;
        Assert.True(tail.Read((_, _) => count++));
        Assert.Equal(LiveScript.Whole().Count, count);
    }

    [Fact]
    public void What_is_missing_or_unreadable_is_counted_and_what_comes_twice_is_not_told()
    {
        string[] lines = Encoding.UTF8.GetString(File()).Split('\n');
        string[] damaged = [lines[0], lines[0], "junk", lines[5], .. lines[6..]];
        System.IO.File.WriteAllText(Path, string.Join('\n', damaged));
        using var tail = new EventTail(_folder.Path);
        var read = new List<long>();

        tail.Read((happened, _) => read.Add(happened.Seq));

        Assert.Equal([1, .. Enumerable.Range(6, lines.Length - 6).Select(i => (long)i)], read);
        Assert.Equal(4, tail.Lost);
    }

    [Fact]
    public void Half_a_line_that_is_cut_off_and_written_anew_is_read_as_it_is_now()
    {
        byte[] whole = File();
        int sound = Array.IndexOf(whole, (byte)'\n') + 1;
        System.IO.File.WriteAllBytes(Path, whole[..(sound + 25)]); // what a killed process leaves
        using var tail = new EventTail(_folder.Path);
        var read = new List<long>();
        tail.Read((happened, _) => read.Add(happened.Seq));
        string other = (LiveScript.Whole()[3] with { Seq = 2 }).ToJson() + "\n";

        using (FileStream file = new(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(sound);
            file.Seek(0, SeekOrigin.End);
            file.Write(Encoding.UTF8.GetBytes(other));
        }

        tail.Read((happened, _) => read.Add(happened.Seq));
        Assert.Equal([1, 2], read);
        Assert.Equal(0, tail.Lost);
    }

    [Fact]
    public void A_pipe_in_the_place_of_the_file_is_not_waited_for()
    {
        using var made = System.Diagnostics.Process.Start("mkfifo", Path);
        made.WaitForExit();
        using var tail = new EventTail(_folder.Path);

        Assert.False(tail.Read((_, _) => { }));
    }

    [Fact]
    public void A_line_without_end_takes_no_more_memory_than_the_longest_line()
    {
        using (FileStream file = System.IO.File.Create(Path))
        {
            file.Write(new byte[3 * EventLine.BytesMax]);
            file.Write("\n"u8);
            file.Write(Encoding.UTF8.GetBytes((LiveScript.Whole()[3] with { Seq = 2 }).ToJson() + "\n"));
        }

        using var tail = new EventTail(_folder.Path);
        var read = new List<long>();

        tail.Read((happened, _) => read.Add(happened.Seq));

        Assert.Equal([2], read);
        Assert.Equal(1, tail.Lost);
    }

    private string Path => System.IO.Path.Combine(_folder.Path, EventFeed.FileName);

    private static byte[] File() => Encoding.UTF8.GetBytes(string.Concat(
        LiveScript.Whole().Select((happened, i) => (happened with { Seq = i + 1 }).ToJson() + "\n")));
}
