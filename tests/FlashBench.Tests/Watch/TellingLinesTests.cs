using System.Reflection;
using System.Text;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Watch;

/// <summary>What sorts lines out must let every word through by which a line is understood.</summary>
public sealed class TellingLinesTests
{
    /// <summary>The words as <see cref="ConsoleTexts"/> has them, and those that stand in its code.</summary>
    public static TheoryData<string> Words()
    {
        string[] lists =
        [
            .. typeof(ConsoleTexts).GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
                .Where(field => field.FieldType == typeof(string[]))
                .SelectMany(field => (string[])field.GetValue(null)!),
        ];
        Assert.True(lists.Length >= 10, "the lists of words are no longer where this test looks for them");
        return [.. lists, "INVALID CPU AND PCH COMBINATION"];
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Every_word_that_means_something_gets_through_in_any_case(string word)
    {
        string[] lines = [word, $"[   12.345678] x {word.ToUpperInvariant()} y", word.ToLowerInvariant()];
        foreach (string line in lines)
        {
            Assert.True(new ConsoleTexts().Take(1, line), $"ConsoleTexts does not know '{line}'");
            Assert.True(new TellingLines("^nothing").MayTell(line, beforeSystem: false), line);
        }
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void A_watch_understands_it_in_a_boot_that_ends_with_it(string word)
    {
        var watch = new BootWatch(new BootScript().Settings, 1, (BootKind.Watch, BootScript.Nonce), 0);
        for (int i = 0; i < 100; i++)
            watch.OnPower(i * 500_000, i == 0 ? 0 : 3290, 800 + i % 3);
        watch.OnConsole(
            30_000_000, Encoding.ASCII.GetBytes($"{BootScript.HeartbeatLine(1, 5)}\r\n[    6.000000] {word}\r\n"));
        for (int i = 100; i < 160; i++)
            watch.OnPower(i * 500_000, 0, 20 + i % 3);

        // A processor that is not allowed shows at thirty minutes only; every other word explains this loss.
        BootClass seen = watch.Observe(80_000_000).Class;
        Assert.Equal(word.StartsWith("INVALID", StringComparison.Ordinal), seen == BootClass.UnexplainedPowerLoss);
    }
}
