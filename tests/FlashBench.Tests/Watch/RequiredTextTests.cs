using System.Text.RegularExpressions;
using FlashBench.Bench.Config;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Watch;

/// <summary>A banner that is not looked for is a restart that nobody sees.</summary>
public sealed class RequiredTextTests
{
    // Parts of patterns, each with texts that match it.
    private static readonly (string Pattern, string[] Texts)[] Parts =
    [
        ("coreboot", ["coreboot"]), ("-", ["-"]), ("a?", ["", "a"]), ("xyz*", ["xy", "xyzz"]), ("ab+c", ["abbc"]),
        ("ab{0,2}", ["a", "abb"]), ("ab{2}?", ["abb"]), ("(opt)?", ["", "opt"]), ("(in group)", ["in group"]),
        ("(\\[[A-Z ]+\\] +)?", ["", "[NOTE ]  "]), (".*", ["", "any thing"]), (".", ["q"]), ("\\S+", ["4.22-dirty"]),
        ("\\.", ["."]), ("\\[", ["["]), ("[0-9]", ["7"]), ("[^x]", ["y"]), ("[]x]", ["]", "x"]), ("[^]x]", ["y"]),
        ("\\x41\\x42", ["AB"]), ("\\u0041B", ["AB"]), ("\\p{Lu}", ["A"]), ("\\t", ["\t"]), ("\\cA", ["\u0001"]),
        ("(?i)late", ["LATE", "late"]), ("(one|two)", ["one", "two"]), ("\\ba", ["a"]), ("\\\\d", ["\\d"]),
        ("[\\]a]", ["]"]), ("[a-z-[b]]", ["c"]), ("x{,2}", ["x{,2}"]), ("{y}", ["{y}"]), ("\\d{4}", ["2024"]),
    ];

    [Theory]
    [InlineData("^(\\[[A-Z ]+\\] +)?coreboot-\\S+ .*bootblock starting", "bootblock starting")]
    [InlineData("^(\\[ *[0-9]+\\.[0-9]+\\] )?Linux version [0-9]", "Linux version ")]
    [InlineData("^U-Boot [0-9]{4}\\.[0-9]{2}", "U-Boot ")]
    [InlineData("boots?", "boot")]
    [InlineData("boo*t", "bo")]
    [InlineData("one|two", "")]
    [InlineData("(?i)one", "")]
    [InlineData("\\x41bcd", "")]
    [InlineData("[a-z]+", "")]
    public void The_longest_plain_text_of_a_pattern_is_found(string pattern, string expected) =>
        Assert.Equal(expected, RequiredText.In(pattern));

    [Fact]
    public void Every_line_that_a_pattern_matches_contains_it()
    {
        var random = new Random(1);
        int matches = 0, found = 0;
        for (int i = 0; i < 3_000; i++)
        {
            var chosen = Enumerable.Range(0, random.Next(1, 6)).Select(_ => Parts[random.Next(Parts.Length)]).ToList();
            string pattern = string.Concat(chosen.Select(part => part.Pattern));
            string text = string.Concat(chosen.Select(part => part.Texts[random.Next(part.Texts.Length)]));
            string required = RequiredText.In(pattern);
            if (IsUsable(pattern) && WatchLimits.Banner(pattern).IsMatch(text))
            {
                Assert.True(text.Contains(required, StringComparison.Ordinal), $"{pattern} : {text} : {required}");
                matches++;
                found += required.Length > 0 ? 1 : 0;
            }
        }

        Assert.True(matches > 1_500 && found > 600, $"{matches} matches, {found} with a text");
    }

    private static bool IsUsable(string pattern)
    {
        try
        {
            return WatchLimits.Banner(pattern) is not null;
        }
        catch (Exception e) when (e is RegexParseException or NotSupportedException)
        {
            return false;
        }
    }
}
