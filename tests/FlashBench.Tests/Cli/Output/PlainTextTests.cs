using FlashBench.Cli.Output;

namespace FlashBench.Tests.Cli.Output;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("coreboot-4.22 bootblock starting", "coreboot-4.22 bootblock starting")]
    [InlineData("Prüfstand 1 \u00B5V \U0001F50B", "Prüfstand 1 \u00B5V \U0001F50B")]
    [InlineData("\u001B[2J\u001B[31mPASS\r\n", "\\x1B[2J\\x1B[31mPASS\\x0D\\x0A")]
    [InlineData("\u009B31m\u007F\0", "\\x9B31m\\x7F\\x00")]
    [InlineData("gpj\u202Eexe", "gpj\\u{202E}exe")]
    [InlineData("a\u2028b\u200Bc\uFEFF", "a\\u{2028}b\\u{200B}c\\u{FEFF}")]
    [InlineData("", "")]
    public void Only_printable_characters_come_through(string foreign, string shown) =>
        Assert.Equal(shown, PlainText.Of(foreign));

    [Fact]
    public void Half_a_surrogate_pair_is_replaced() => Assert.Equal("a\uFFFDb", PlainText.Of("a\uD83Db"));

    [Fact]
    public void Long_text_is_cut_and_says_so() => Assert.Equal("abc...", PlainText.Of("abcdef", lengthMax: 3));

    [Fact]
    public void No_random_text_brings_a_control_character_through()
    {
        var random = new Random(7);
        for (int i = 0; i < 2_000; i++)
        {
            string foreign = new([.. Enumerable.Range(0, random.Next(30)).Select(_ => (char)random.Next(0x10000))]);
            Assert.DoesNotContain(PlainText.Of(foreign), char.IsControl);
        }
    }
}
