using System.Text;
using FlashBench.Bench.Watch;

namespace FlashBench.Tests.Watch;

/// <summary>Agents that say what is not so, and consoles that repeat themselves.</summary>
public sealed class LyingAgentTests
{
    private const long Us = 1_000_000;

    [Fact]
    public void An_agent_that_answers_another_nonce_is_not_heard()
    {
        BootObservation seen = Told(at => BootScript.SampleLine(Number(at), at - 20, nonce: "deadbeef"));

        Assert.Empty(seen.Samples);
        Assert.Equal(BootClass.Unanswered, seen.Class);
    }

    [Fact]
    public void An_agent_whose_uptime_goes_back_is_not_heard()
    {
        BootObservation seen = Told(at => BootScript.SampleLine(Number(at), at < 900 ? at - 20 : 1780 - at));

        Assert.All(seen.Samples, sample => Assert.True(sample.AtUs < 930 * Us));
        Assert.Equal(BootClass.Unanswered, seen.Class);
    }

    [Fact]
    public void An_agent_whose_clock_runs_ahead_is_heard_only_while_it_agrees()
    {
        BootObservation seen = Told(at => BootScript.SampleLine(Number(at), 1.05 * (at - 20)));

        Assert.All(seen.Samples, sample => Assert.True(sample.AtUs < 90 * Us));
        Assert.Equal(BootClass.Unanswered, seen.Class);
    }

    [Fact]
    public void An_agent_that_repeats_its_counter_is_heard_once()
    {
        BootObservation seen = Told(at => BootScript.SampleLine(3, at - 20));

        Assert.Single(seen.Samples);
        Assert.Equal(BootClass.Unanswered, seen.Class);
    }

    [Fact]
    public void A_line_that_comes_again_is_heard_once()
    {
        BootObservation seen = Told(_ => BootScript.SampleLine(1, 11));

        Assert.True(seen.Samples.Count <= 1);
        Assert.Equal(BootClass.Unanswered, seen.Class);
    }

    [Fact]
    public void An_agent_that_claims_to_be_up_for_longer_than_the_board_has_power_is_not_heard()
    {
        Assert.Empty(Told(at => BootScript.SampleLine(Number(at), at + 600)).Samples);
    }

    [Fact]
    public void A_heartbeat_that_the_console_repeats_is_no_sign_of_life()
    {
        var script = new BootScript { Heartbeats = at => at < 1800, Samples = at => at < 1800 };
        for (double at = 1800; at < 1920; at += 1)
            script.Extra.Add((at, BootScript.HeartbeatLine(354, 1775)));

        BootObservation seen = script.Run();

        Assert.Equal(BootClass.Hang, seen.Class);
        Assert.InRange(seen.LastSignUs!.Value, 1790 * Us, 1800 * Us);
    }

    [Fact]
    public void A_whole_boot_that_is_played_again_says_nothing_of_this_one()
    {
        var script = new BootScript { Heartbeats = _ => false, Samples = _ => false };
        for (double at = 31; at < 1920; at += 30)
            script.Extra.Add((at, BootScript.SampleLine(Number(at), at - 20, nonce: "0badf00d")));
        script.Extra.Add((40, FactsLine("0badf00d", 1, 20, "cpu=another")));

        BootObservation seen = script.Run();

        Assert.Empty(seen.Samples);
        Assert.Empty(seen.Facts.All);
        Assert.Equal(BootClass.Silent, seen.Class);
    }

    [Fact]
    public void Facts_of_this_boot_count_and_those_against_nonce_counter_or_clock_do_not()
    {
        var script = new BootScript();
        script.Extra.Add((40, FactsLine(BootScript.Nonce, 2, 20, "cpu=one")));
        script.Extra.Add((41, FactsLine(BootScript.Nonce, 2, 21, "pch=8086:0001")));
        script.Extra.Add((42, FactsLine(BootScript.Nonce, 3, 300, "pch=8086:0002")));
        script.Extra.Add((43, FactsLine(BootScript.Nonce, 4, 10, "pch=8086:0003")));
        script.Extra.Add((44, FactsLine("00000000", 5, 24, "pch=8086:0004")));
        script.Extra.Add((45, FactsLine(BootScript.Nonce, 6, 25, "nic=none")));

        BootObservation seen = script.Run();

        Assert.Equal([new BoardFact("cpu", "one"), new BoardFact("nic", "none")], seen.Facts.All);
        Assert.Equal(BootClass.Alive, seen.Class);
    }

    [Fact]
    public void Two_lines_that_contradict_each_other_leave_the_fact_unknown()
    {
        var script = new BootScript();
        foreach ((int number, string value) in ((int, string)[])[(1, "one"), (2, "two"), (3, "one")])
            script.Extra.Add((40 + number, FactsLine(BootScript.Nonce, number, 20 + number, $"cpu={value}")));

        BootObservation seen = script.Run();

        Assert.Equal([new BoardFact("cpu", null)], seen.Facts.All);
        Assert.Null(seen.Facts.Find("cpu"));
        Assert.Equal(["cpu"], seen.Facts.Contradictions);
    }

    [Fact]
    public void Facts_without_end_are_bounded()
    {
        var script = new BootScript();
        for (int i = 1; i <= 500; i++)
            script.Extra.Add((40 + i, FactsLine(BootScript.Nonce, i, 20 + i, $"key{i}=x")));

        Assert.Equal(32, script.Run().Facts.All.Count);
    }

    [Fact]
    public void Samples_without_end_are_bounded_and_make_the_boot_one_that_nobody_can_judge()
    {
        var script = new BootScript();
        for (int i = 0; i < 9000; i++)
            script.Extra.Add((100 + i * 0.01, BootScript.SampleLine(10 + i, 80 + i * 0.01)));

        BootObservation seen = script.Run();

        Assert.Equal(8192, seen.Samples.Count);
        Assert.True(seen.SignCounts.Agent > 9000);
        Assert.Equal(BootClass.Gap, seen.Class);
        Assert.Contains("8192 samples", seen.Explanation, StringComparison.Ordinal);
        Assert.Equal(seen.Explanation, script.Last!.StopReason(200 * Us));
    }

    [Fact]
    public void A_power_loss_stays_one_after_samples_without_end()
    {
        var script = new BootScript { Power = at => at < 1800.5 ? (3290, 800) : (0, 20) };
        for (int i = 0; i < 9000; i++)
            script.Extra.Add((100 + i * 0.01, BootScript.SampleLine(10 + i, 80 + i * 0.01)));

        Assert.Equal(BootClass.WatchdogConsistent, script.Run().Class);
    }

    [Fact]
    public void Signs_of_life_without_end_are_counted_all_and_listed_up_to_a_bound()
    {
        var signs = new SignTrace();
        for (long i = 0; i < 20_000; i++)
            signs.Add(i * 1000);
        signs.Add(30 * Us);
        for (long i = 0; i < 100_000; i++)
            signs.Add((31 + i) * Us);

        Assert.Equal((120_001, 0L, 100_030 * Us), (signs.Count, signs.FirstUs, signs.LastUs));
        Assert.Equal(30 * Us - 19_999_000, signs.LongestSilenceUs(100_030 * Us));
        Assert.Equal(11 * Us, signs.LongestSilenceUs(100_041 * Us));
        Assert.Equal(SignTrace.ListedMax, signs.Listed.Count);
        Assert.Equal(9_999_000 + Us, signs.Listed[SignTrace.AllUntil]);
    }

    private static BootObservation Told(Func<double, string> line)
    {
        var script = new BootScript { Samples = _ => false };
        for (double at = 31; at < 1920; at += 30)
            script.Extra.Add((at, line(at)));
        return script.Run();
    }

    private static long Number(double at) => (long)((at - 31) / 30) + 1;

    private static string FactsLine(string nonce, long number, double uptime, string facts)
    {
        string text = FormattableString.Invariant($"FB2 {nonce} {number} {uptime:0.00} {facts}");
        return $"{text} {FlashBench.Bench.Crc32.Of(Encoding.ASCII.GetBytes(text)):x8}";
    }
}
