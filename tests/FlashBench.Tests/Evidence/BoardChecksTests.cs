using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Watch;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Evidence;

/// <summary>What the agent's facts do to a job that passed.</summary>
public sealed class BoardChecksTests(DecisionTests.PassedJob job) : IClassFixture<DecisionTests.PassedJob>
{
    [Fact]
    public void A_passed_job_reports_its_parts()
    {
        Judgement judgement = Decision.Decide(job.Facts);

        Assert.Equal(Verdict.Pass, judgement.Verdict);
        Assert.Equal((Verdict.Pass, false), Brief(judgement, "R2"));
        Assert.Equal((Verdict.Pass, false), Brief(judgement, "C3"));
        Check amt = judgement.Checks.Single(check => check.Id == "E2");
        Assert.Contains("FlashBench virtual CPU @ 1.00GHz (has SMX and VMX)", amt.Measured, StringComparison.Ordinal);
        Assert.Contains("chipset: 8086:a145", amt.Measured, StringComparison.Ordinal);
        Assert.Contains("00:1f.6/8086:15b7/0200 (Intel)", amt.Measured, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu=other", "R2", Verdict.Inconclusive, Verdict.Inconclusive)]
    [InlineData("pch=8086:0001", "R2", Verdict.Inconclusive, Verdict.Inconclusive)]
    [InlineData("nic=00:1f.6/8086:15b8/0200", "R2", Verdict.Inconclusive, Verdict.Inconclusive)]
    [InlineData("nic=00:1f.6/8086:15b7/0200,03:00.0/8086:0085/0280", "R2", Verdict.Inconclusive, Verdict.Inconclusive)]
    [InlineData("nic=none", "R2", Verdict.Pass, Verdict.Pass)] // controllers of the chipset may go with the ME
    [InlineData("cpu=-", "R2", Verdict.Inconclusive, Verdict.Pass)]
    [InlineData("nic=-", "R2", Verdict.Pass, Verdict.Pass)]
    [InlineData("meifw=8.1.72.3002", "C3", Verdict.Fail, Verdict.Fail)]
    [InlineData("meifw=-", "C3", Verdict.Inconclusive, Verdict.Pass)]
    [InlineData("me=none", "C3", Verdict.Inconclusive, Verdict.Pass)]
    public void One_other_fact_on_the_last_boot_ends_as_it_must(
        string fact, string id, Verdict check, Verdict verdict)
    {
        Judgement judgement = Decision.Decide(WithLastBoot(boot => Replaced(boot.Facts, fact)));

        Assert.True(verdict == judgement.Verdict, judgement.Reason);
        Assert.Equal(check, Brief(judgement, id).Outcome);
    }

    [Fact]
    public void Two_processors_in_one_boot_are_no_board_to_certify()
    {
        Judgement judgement = Decision.Decide(WithLastBoot(boot =>
        {
            BoardFacts torn = Replaced(boot.Facts, "kernel=x");
            torn.Add(new Dictionary<string, string> { ["cpu"] = "other" });
            return torn;
        }));

        Assert.Equal(Verdict.Inconclusive, judgement.Verdict);
        Assert.StartsWith("R2 ", judgement.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_board_without_facts_passes_and_says_that_they_are_unknown()
    {
        JobFacts silent = job.Facts with
        {
            Boots = [.. job.Facts.Boots.Select(boot => boot with { Facts = new BoardFacts() })],
        };

        Judgement judgement = Decision.Decide(silent);

        Assert.Equal(Verdict.Pass, judgement.Verdict);
        Assert.All((string[])["C3", "R2"], id => Assert.Equal((Verdict.Inconclusive, false), Brief(judgement, id)));
        Assert.Contains("processor: unknown", judgement.Checks.Single(check => check.Id == "E2").Measured,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Intel(R)%20Celeron(R)%20CPU%20847%20@%201.10GHz", "corporate, 5.0 MB", Verdict.Pass)]
    [InlineData("Intel(R)%20Core(TM)%20i5-3320M%20CPU%20@%202.60GHz", "consumer, 1.5 MB", Verdict.Pass)]
    [InlineData("Intel(R)%20Core(TM)%20i5-3320M%20CPU%20@%202.60GHz", "corporate, 5.0 MB", Verdict.Inconclusive)]
    [InlineData("Intel(R)%20Core(TM)%20i5-3320M%20CPU%20@%202.60GHz", "unknown", Verdict.Inconclusive)]
    public void AMT_is_ruled_out_by_an_absent_ingredient_and_by_nothing_else(
        string processor, string sku, Verdict expected)
    {
        JobFacts facts = job.Facts with
        {
            Audit = job.Facts.Audit! with { Sku = sku },
            Boots = [.. job.Facts.Boots.Select(boot => boot with { Facts = Replaced(boot.Facts, $"cpu={processor}") })],
        };

        Assert.Equal(expected, Brief(Decision.Decide(facts), "E2").Outcome);
    }

    private JobFacts WithLastBoot(Func<BootObservation, BoardFacts> facts) => job.Facts with
    {
        Boots = [.. job.Facts.Boots.SkipLast(1), job.Facts.Boots[^1] with { Facts = facts(job.Facts.Boots[^1]) }],
    };

    private static BoardFacts Replaced(BoardFacts facts, string field)
    {
        IReadOnlyDictionary<string, string> told = BoardFactText.Read([field])!;
        var replaced = new BoardFacts();
        replaced.Add(told);
        replaced.Add(facts.All.Where(fact => !told.ContainsKey(fact.Key)).ToDictionary(
            fact => fact.Key, fact => fact.Value!));
        return replaced;
    }

    private static (Verdict Outcome, bool Mandatory) Brief(Judgement judgement, string id)
    {
        Check check = judgement.Checks.Single(one => one.Id == id);
        return (check.Outcome, check.Mandatory);
    }
}
