using System.Buffers;
using System.Text;
using FlashBench.Hardware.Console;

namespace FlashBench.Tests.Hardware.Console;

public sealed class LineMarksTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [InlineData("61 FF FF 62", "61 FF 62")]
    [InlineData("61 FF 00 00 62", "61 | 62")]
    [InlineData("FF 00 00 FF 00 00", "| |")]
    [InlineData("61 FF 00 58 62", "61 58 62")]
    [InlineData("FF 00 FF 62", "FF 62")]
    [InlineData("00 00 00", "00 00 00")]
    [InlineData("FF 41", "FF 41")]
    public void A_mark_means_the_same_wherever_the_bytes_are_cut(string received, string expected)
    {
        byte[] bytes = Bytes(received);

        for (int cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(expected, Decode(bytes, [cut, bytes.Length - cut]).Text);
        Assert.Equal(expected, Decode(bytes, Enumerable.Repeat(1, bytes.Length)).Text);
    }

    [Fact]
    public void Damaged_bytes_are_counted()
    {
        Assert.Equal(2, Decode(Bytes("FF 00 41 42 FF 00 FF FF FF FF 00 00"), [12]).Damaged);
        Assert.Equal(0, Decode(Bytes("FF FF 00 41"), [4]).Damaged);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_bytes_and_breaks_come_back_as_they_were(int seed)
    {
        var random = new Random(seed);
        var sent = new StringBuilder();
        var marked = new List<byte>();
        for (int i = 0; i < 5000; i++)
        {
            byte value = (byte)(random.Next(3) == 0 ? 0xFF * random.Next(2) : random.Next(256));
            bool isBreak = random.Next(10) == 0, damaged = !isBreak && value != 0 && random.Next(10) == 0;
            sent.Append(isBreak ? "| " : $"{value:X2} ");
            if (isBreak)
                marked.AddRange([0xFF, 0, 0]);
            else if (damaged)
                marked.AddRange([0xFF, 0, value]);
            else
                marked.AddRange(value == 0xFF ? [0xFF, 0xFF] : [value]);
        }

        Assert.Equal(sent.ToString().TrimEnd(), Decode([.. marked], Pieces(random, marked.Count)).Text);
    }

    private static IEnumerable<int> Pieces(Random random, int count)
    {
        while (count > 0)
        {
            int piece = random.Next(1, Math.Min(count, 9) + 1);
            count -= piece;
            yield return piece;
        }
    }

    private static (string Text, long Damaged) Decode(byte[] received, IEnumerable<int> pieces)
    {
        var marks = new LineMarks();
        var text = new List<string>();
        var data = new ArrayBufferWriter<byte>();
        int at = 0;
        foreach (int piece in pieces)
        {
            marks.Feed(received.AsSpan(at, piece), data, () =>
            {
                Take();
                text.Add("|");
            });
            at += piece;
        }

        Take();
        return (string.Join(' ', text), marks.Damaged);

        void Take()
        {
            foreach (byte value in data.WrittenSpan)
                text.Add($"{value:X2}");
            data.ResetWrittenCount();
        }
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
