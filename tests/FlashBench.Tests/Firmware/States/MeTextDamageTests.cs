using System.Text;
using FlashBench.Firmware.Registers;
using FlashBench.Firmware.States;

namespace FlashBench.Tests.Firmware.States;

/// <summary>Damage of a text about a running or armed ME never makes it good.</summary>
public class MeTextDamageTests
{
    private const int Seed = 20260103, Count = 10_000;

    [Fact]
    public void Ten_thousand_corruptions_of_running_and_armed_texts_never_say_disabled_or_neutralized()
    {
        string[] names = [.. MeTexts.RunningOrArmed];
        Assert.True(names.Length >= 12);
        var random = new Random(Seed);
        for (int i = 0; i < Count; i++)
        {
            string name = names[i % names.Length];
            string damaged = Damage(MeTexts.Read(name), random);
            bool isTold = random.Next(2) == 0;

            MeTextReport report = MeText.Decode(damaged, isTold ? MeTexts.Context(name) : new(null, null, true));

            Assert.False(MeTexts.IsGood(report), $"corruption {i} of {name}: {report.Overall.Sentence}\n{damaged}");
        }
    }

    [Fact]
    public void Every_single_changed_character_of_running_and_armed_texts_never_says_disabled_or_neutralized()
    {
        foreach (string name in MeTexts.RunningOrArmed)
        {
            string text = MeTexts.Read(name);
            for (int at = 0; at < text.Length; at++)
            {
                foreach (char other in "012345678F\n")
                {
                    string damaged = text[..at] + other + text[(at + 1)..];
                    Assert.False(MeTexts.IsGood(MeText.Decode(damaged, MeTexts.Context(name))), $"{name} at {at}");
                }
            }
        }
    }

    [Fact]
    public void Every_truncation_says_nothing_better_than_the_text()
    {
        foreach (string name in MeTexts.Names)
        {
            string text = MeTexts.Read(name);
            for (int length = 0; length < text.Length; length++)
            {
                MeTextReport report = MeText.Decode(text[..length], MeTexts.Context(name));
                bool isHonest = !MeTexts.IsGood(report) || report.Overall.Kind == MeTexts.Promised(name);
                Assert.True(isHonest, $"{name} {length}");
            }
        }
    }

    [Fact]
    public void Corruptions_of_every_other_text_are_survived()
    {
        var random = new Random(Seed + 1);
        string[] names = [.. MeTexts.Names.Except(MeTexts.RunningOrArmed)];
        for (int i = 0; i < Count; i++)
        {
            string name = names[i % names.Length];
            Assert.NotEmpty(MeText.Decode(Damage(MeTexts.Read(name), random), MeTexts.Context(name)).Overall.Sentence);
        }
    }

    [Fact] // the campaign can fail: without the demand for the whole row and a witness, one digit is enough
    public void The_decision_table_alone_would_be_fooled_by_two_digits() => Assert.Equal(MeStateKind.DisabledByBit,
        MeStateTable.Decide(new MeRegisters(0x1E020055), null, true).Kind);

    private static string Damage(string text, Random random)
    {
        var bytes = new StringBuilder(text);
        for (int n = random.Next(1, 9); n > 0; n--)
        {
            if (random.Next(4) == 0)
                DamageLines(bytes, random);
            else if (bytes.Length > 0)
                DamageByte(bytes, random);
        }

        return bytes.ToString();
    }

    private static void DamageByte(StringBuilder bytes, Random random)
    {
        int at = random.Next(bytes.Length);
        switch (random.Next(4))
        {
            case 0:
                bytes.Remove(at, 1);
                break;
            case 1:
                bytes.Insert(at, (char)random.Next(256));
                break;
            case 2:
                bytes[at] = (char)(bytes[at] ^ 1 << random.Next(8));
                break;
            default: // the most dangerous kind: another digit
                bytes[at] = "0123456789ABCDEF"[random.Next(16)];
                break;
        }
    }

    private static void DamageLines(StringBuilder bytes, Random random)
    {
        List<string> lines = [.. bytes.ToString().Split('\n')];
        int first = random.Next(lines.Count), second = random.Next(lines.Count);
        switch (random.Next(4))
        {
            case 0:
                lines[first] = lines[first][..random.Next(lines[first].Length + 1)];
                break;
            case 1:
                lines.RemoveAt(first);
                break;
            case 2:
                lines.Insert(second, lines[first]);
                break;
            default:
                (lines[first], lines[second]) = (lines[second], lines[first]);
                break;
        }

        bytes.Clear().AppendJoin('\n', lines);
    }
}
