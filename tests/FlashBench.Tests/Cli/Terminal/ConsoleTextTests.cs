using System.Text;
using FlashBench.Cli.Terminal;

namespace FlashBench.Tests.Cli.Terminal;

public sealed class ConsoleTextTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [InlineData("plain\ntext", "plain\ntext")]
    [InlineData("a\r\nb\r\r\nc\n", "a\nb\nc\n")]
    [InlineData("10 %\r20 %\rdone\n", "10 %\n20 %\ndone\n")]
    [InlineData("tab\there", "tab\there")]
    [InlineData("Zürich 日本 🙂", "Zürich 日本 🙂")]
    [InlineData("\u001b[31mred\u001b[0m", "\\x1B[31mred\\x1B[0m")]
    [InlineData("\u001b]0;title\u0007", "\\x1B]0;title\\x07")]
    [InlineData("\u009b2J", "\\x9B2J")] // C1, as UTF-8
    [InlineData("abc\b\b\bxyz", "abc\\x08\\x08\\x08xyz")]
    [InlineData("\0\0", "\\x00\\x00")]
    [InlineData("\u202egnp.exe", "\\u{202E}gnp.exe")]
    [InlineData("\u200b\ufeff\ue000\u2028", "\\u{200B}\\u{FEFF}\\u{E000}\\u{2028}")]
    [InlineData("end\r", "end\n")]
    public void Text_is_shown_and_what_acts_on_a_terminal_stands_as_an_escape(string said, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(said);

        for (int cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(expected, Decode(bytes, [cut, bytes.Length - cut]));
        Assert.Equal(expected, Decode(bytes, Enumerable.Repeat(1, bytes.Length)));
    }

    [Theory]
    [InlineData("80", "\\x80")]
    [InlineData("9B 33 31 6D", "\\x9B31m")] // C1, as a byte
    [InlineData("C3", "\\xC3")]
    [InlineData("C3 41", "\\xC3A")]
    [InlineData("E6 97 0A", "\\xE6\\x97\n")]
    [InlineData("F0 9F 99", "\\xF0\\x9F\\x99")]
    [InlineData("C0 80 FF", "\\xC0\\x80\\xFF")]
    [InlineData("ED A0 80", "\\xED\\xA0\\x80")] // half a surrogate pair
    [InlineData("F4 90 80 80", "\\xF4\\x90\\x80\\x80")] // beyond Unicode
    [InlineData("0D C3", "\n\\xC3")]
    public void What_is_not_UTF8_stands_as_bytes(string said, string expected)
    {
        byte[] bytes = Convert.FromHexString(said.Replace(" ", "", StringComparison.Ordinal));

        for (int cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(expected, Decode(bytes, [cut, bytes.Length - cut]));
        Assert.Equal(expected, Decode(bytes, Enumerable.Repeat(1, bytes.Length)));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Nothing_that_acts_on_a_terminal_gets_through_however_it_arrives(int seed)
    {
        var random = new Random(seed);
        byte[] bytes = Garbage(random, 20_000);

        string whole = Decode(bytes, [bytes.Length]);
        string pieces = Decode(bytes, Pieces(random, bytes.Length));

        Assert.Equal(whole, pieces);
        Assert.DoesNotContain(whole, c => c is not ('\n' or '\t') && (char.IsControl(c) || c is '\u2028' or '\u202E'));
        Assert.All(whole.Split('\n'), line => Assert.InRange(line.Length, 0, ConsoleText.LineLengthMax + 8));
    }

    [Fact]
    public void A_line_without_end_is_broken()
    {
        byte[] said = Encoding.ASCII.GetBytes(new string('x', 3 * ConsoleText.LineLengthMax + 5));

        string shown = Decode(said, [100, said.Length - 100]);

        string line = new('x', ConsoleText.LineLengthMax);
        Assert.Equal($"{line}\n{line}\n{line}\nxxxxx", shown);
    }

    private static byte[] Garbage(Random random, int count)
    {
        string[] bombs =
            ["\u001b[2J", "\u001b]52;c;AAAA\u0007", "\u009d0;x\u009c", "\r", "\n", "\u202e", "日", "🙂", "\0"];
        var bytes = new List<byte>();
        while (bytes.Count < count)
        {
            if (random.Next(2) == 0)
                bytes.AddRange(Encoding.UTF8.GetBytes(bombs[random.Next(bombs.Length)]));
            else
                bytes.Add((byte)random.Next(256));
        }

        return [.. bytes];
    }

    private static IEnumerable<int> Pieces(Random random, int count)
    {
        while (count > 0)
        {
            int piece = random.Next(1, Math.Min(count, 12) + 1);
            count -= piece;
            yield return piece;
        }
    }

    private static string Decode(byte[] bytes, IEnumerable<int> pieces)
    {
        var text = new ConsoleText();
        var shown = new StringBuilder();
        int at = 0;
        foreach (int piece in pieces)
        {
            text.Feed(bytes.AsSpan(at, piece), shown);
            at += piece;
        }

        text.End(shown);
        return shown.ToString();
    }
}
