using System.Globalization;
using System.Text.RegularExpressions;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Watch;

public sealed partial class KernelLineTests
{
    [Theory]
    [InlineData("[    0.000000] Linux version 6.1", 0)]
    [InlineData("[   12.345678] x", 12_345_678)]
    [InlineData("[1234567.000001] x", 1_234_567_000_001)]
    public void A_time_in_front_of_a_text_is_the_kernels_uptime(string line, long us) =>
        Assert.Equal(TimeSpan.FromMicroseconds(us), KernelLine.Uptime(line));

    [Fact]
    public void Whatever_stands_in_a_line_it_is_read_as_the_pattern_of_such_lines_says()
    {
        const string letters = "[[[[    00123456789..]]] ax\uFFFD";
        var random = new Random(3);
        for (int i = 0; i < 200_000; i++)
        {
            string line = "[" + new string(' ', random.Next(6)) + Digits(random, 9) + "." + Digits(random, 8) + "] x";
            char[] text = line.ToCharArray();
            for (int edits = random.Next(3); edits > 0; edits--)
                text[random.Next(text.Length)] = letters[random.Next(letters.Length)];
            line = new string(text, 0, random.Next(3) == 0 ? random.Next(text.Length + 1) : text.Length);

            Assert.Equal(ByPattern(line), KernelLine.Uptime(line));
        }
    }

    private static string Digits(Random random, int max) =>
        string.Concat(Enumerable.Range(0, random.Next(1, max)).Select(_ => random.Next(10)));

    private static TimeSpan? ByPattern(string line) => Stamp().Match(line) is { Success: true } stamp
        ? TimeSpan.FromMicroseconds(
            1_000_000 * long.Parse(stamp.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            + long.Parse(stamp.Groups[2].ValueSpan, CultureInfo.InvariantCulture))
        : null;

    [GeneratedRegex(@"\A\[ {0,4}([0-9]{1,7})\.([0-9]{6})\] [ -~]", RegexOptions.CultureInvariant)]
    private static partial Regex Stamp();
}
