using System.Globalization;
using System.Text;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Watch;

/// <summary>The probe over a damaged console: damage never becomes a claim, and 1 % of it does not stop a watch.
/// </summary>
/// <remarks>FLASHBENCH_PROBE_BOOTS sets how many boots each cell has, FLASHBENCH_PROBE_TABLE names a file for the table
/// of docs/reliability.md (scripts/probe-damage).</remarks>
public sealed class ProbeDamageTests
{
    private const int BootsByDefault = 6;

    private static readonly double[] Rates = [0.0001, 0.001, 0.01, 0.1];

    private static int Boots => int.Parse(
        Environment.GetEnvironmentVariable("FLASHBENCH_PROBE_BOOTS") ?? $"{BootsByDefault}",
        CultureInfo.InvariantCulture);

    [Fact]
    public async Task No_damage_ever_becomes_a_sample_or_a_fact()
    {
        var table = new StringBuilder();
        int claims = 0;
        foreach (DamageKind kind in Enum.GetValues<DamageKind>())
        {
            foreach (double rate in Rates)
            {
                DamagedBoot[] boots = [.. Enumerable.Range(0, Boots).Select(seed => Play(kind, rate, seed))];
                claims += boots.Sum(boot => boot.FalseClaims);
                table.Append(Row(Name(kind), rate, boots)).Append('\n');
            }
        }

        table.Append(Row("byte lost, not asked again", 0.01,
            [.. Enumerable.Range(0, Boots).Select(seed => Play(DamageKind.Loss, 0.01, seed, asksAgain: false))]));
        if (Environment.GetEnvironmentVariable("FLASHBENCH_PROBE_TABLE") is { Length: > 0 } file)
            await File.WriteAllTextAsync(file, table.ToString(), TestContext.Current.CancellationToken);
        Assert.Equal(0, claims);
    }

    [Theory]
    [InlineData(DamageKind.Loss)]
    [InlineData(DamageKind.Insertion)]
    [InlineData(DamageKind.Duplication)]
    [InlineData(DamageKind.BitFlip)]
    public void With_one_percent_of_damage_a_watch_gets_everything_that_it_needs(DamageKind kind)
    {
        for (int seed = 100; seed < 100 + BootsByDefault; seed++)
        {
            DamagedBoot boot = Play(kind, 0.01, seed);
            Assert.Equal((BootClass.Alive, true, true),
                (boot.Seen.Class, boot.HasThreeSamples, boot.Seen.Facts.IsComplete));
        }
    }

    [Fact]
    public void Without_damage_the_agent_is_asked_once()
    {
        DamagedBoot boot = Play(DamageKind.Loss, 0, 1);

        Assert.Equal(BootClass.Alive, boot.Seen.Class);
        Assert.Equal((0, 0), (boot.Seen.DamagedSamples, boot.Seen.DamagedFacts));
        Assert.InRange(boot.SamplesSent, 63, 66); // one every 30 s, the answer to the first question, one past the mark
        Assert.True(boot.Seen.Facts.IsComplete);
    }

    [Fact]
    public void Two_lines_spliced_anywhere_are_no_line()
    {
        string[] lines =
        [
            BootScript.SampleLine(7, 187.25), BootScript.SampleLine(8, 217.25),
            BootScript.SampleLine(9, 247.25, words: "1e000255 66002306 00000000 00000000 00000000 -------- ".Trim()),
            BootScript.SampleLine(9, 247.25, nonce: "ffffffff"),
        ];
        foreach (string first in lines)
        {
            foreach (string second in lines)
            {
                for (int head = 0; head <= first.Length; head++)
                {
                    for (int tail = 0; tail <= second.Length; tail++)
                    {
                        string line = first[..head] + second[tail..];
                        if (!lines.Contains(line))
                            Assert.Null(AgentLine.Parse(Encoding.ASCII.GetBytes(line)));
                    }
                }
            }
        }
    }

    private static DamagedBoot Play(DamageKind kind, double rate, int seed, bool asksAgain = true) =>
        new DamagedBoot(new LineDamage(kind, rate, seed), new LineDamage(kind, rate, ~seed), seed)
        {
            AsksAgain = asksAgain,
        }.Run();

    private static string Row(string damage, double rate, DamagedBoot[] boots)
    {
        int sent = boots.Sum(boot => boot.SamplesSent), counted = boots.Sum(boot => boot.Seen.Samples.Count);
        return string.Create(CultureInfo.InvariantCulture,
            $"| {damage} | {100 * rate:0.##} % | {boots.Length} | {sent} | {100.0 * counted / sent:0.0} % | "
            + $"{boots.Count(boot => boot.HasThreeSamples)} | {boots.Count(boot => boot.Seen.Facts.IsComplete)} | "
            + $"{boots.Count(boot => boot.Seen.Class == BootClass.Alive)} | {boots.Sum(boot => boot.FalseClaims)} |");
    }

    private static string Name(DamageKind kind) => kind switch
    {
        DamageKind.Loss => "byte lost",
        DamageKind.Insertion => "byte inserted",
        DamageKind.Duplication => "byte doubled",
        DamageKind.BitFlip => "bit flipped",
        DamageKind.Burst => "up to 40 bytes lost",
        _ => "mixed",
    };
}
