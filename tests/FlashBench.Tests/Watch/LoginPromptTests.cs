using System.Globalization;
using System.Text;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Tests.Journal;

namespace FlashBench.Tests.Watch;

/// <summary>Boards without agent and heartbeat: a login prompt that answers, and ones that do not.</summary>
public sealed class LoginPromptTests
{
    private const long Us = 1_000_000;
    private const string Prompt = "\r\nDebian GNU/Linux 12 dut ttyS0\r\n\r\ndut login: ";

    [Fact]
    public void A_prompt_that_answers_until_past_the_mark_is_life_but_no_answer_to_the_nonce()
    {
        (BootObservation seen, int probes) = Play(onReturn: _ => Prompt);

        Assert.Equal(BootClass.Unanswered, seen.Class);
        Assert.StartsWith("the login prompt went on", seen.Explanation, StringComparison.Ordinal);
        Assert.InRange(probes, 190, 330);
        Assert.Equal(probes, seen.Signs.Count);
        Assert.Empty(seen.Samples);
        Assert.True(seen.LongestGapUs < 10 * Us);
        Assert.Equal(seen.OsUpUs, seen.CountedFromUs); // nothing older can be ruled out to be of an earlier start
    }

    [Fact]
    public void A_prompt_that_comes_whole_with_the_line_end_that_it_answers_counts_too()
    {
        Assert.Equal(BootClass.Unanswered, Play(onReturn: _ => "\ndut login: ").Seen.Class);
    }

    [Fact]
    public void An_echo_is_no_answer()
    {
        (BootObservation seen, int probes) = Play(onReturn: _ => "\r\n");

        Assert.Equal((BootClass.Silent, true), (seen.Class, probes > 0));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(2.5)]
    public void A_prompt_that_repeats_itself_is_neither_probed_nor_life(double every)
    {
        (BootObservation seen, int probes) = Play(onReturn: _ => null, at => at % every == 0 ? Prompt : null);

        Assert.Equal((BootClass.Silent, 0), (seen.Class, probes));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5.5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(7.5)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(15)]
    public void A_prompt_that_repeats_itself_slowly_is_not_alive_for_long(double every)
    {
        BootObservation seen = Play(onReturn: _ => null, at => at % every == 0 ? Prompt : null).Seen;

        Assert.True(seen.Class is BootClass.Silent or BootClass.SignsOfLifeLost, seen.Explanation);
    }

    [Fact]
    public void A_prompt_that_no_longer_answers_is_a_loss_of_life()
    {
        BootObservation seen = Play(onReturn: at => at < 900 ? Prompt : null).Seen;

        Assert.Equal(BootClass.SignsOfLifeLost, seen.Class);
        Assert.InRange(seen.LastSignUs!.Value, 885 * Us, 900 * Us);
    }

    [Fact]
    public void A_prompt_long_after_the_probe_answers_nothing()
    {
        (BootObservation seen, int probes) = Play(onReturn: _ => Prompt, delay: 1.1);

        Assert.Equal((BootClass.Silent, true), (seen.Class, probes > 100));
    }

    [Fact]
    public void Return_is_not_pressed_where_the_profile_does_not_allow_it()
    {
        Assert.Equal(0, Play(onReturn: _ => Prompt, allowed: false).Probes);
    }

    [Fact]
    public void Lines_of_the_kernel_fill_a_pause_of_the_heartbeat_if_they_fit_the_clock()
    {
        Assert.Equal(BootClass.Alive, WithPause(at => at - 20).Class);
        Assert.Equal(BootClass.SignsOfLifeLost, WithPause(_ => 580).Class); // the last line again and again
        Assert.Equal(BootClass.SignsOfLifeLost, WithPause(at => at + 30).Class);
        Assert.Equal(BootClass.SignsOfLifeLost, WithPause(at => 1200 - at).Class);
    }

    [Fact]
    public void Lines_of_the_kernel_alone_are_no_operating_system()
    {
        var script = new BootScript { Heartbeats = _ => false, Samples = _ => false };
        for (double at = 21; at < 1920; at += 5)
            script.Extra.Add((at, Kernel(at - 20)));

        Assert.Equal(BootClass.Silent, script.Run().Class);
    }

    [Fact]
    public void The_record_of_a_probe_gives_the_same_answer_when_it_is_folded()
    {
        JournalData[] data =
        [
            new JournalData.BootBegin(1, BootKind.Watch, BootScript.Nonce),
            new JournalData.PowerCommand(true, "test"),
            new JournalData.PowerSamples(1, 1 * Us, [0, 3290, 800, 500_000, 3291, 801]),
            new JournalData.ConsoleProbe(1),
            new JournalData.BootEnd(1, "test"),
        ];
        long[] atUs = [0, 0, 2 * Us, 30 * Us, 60 * Us];
        var records = data.Select((one, i) =>
            new JournalRecord(i, new JournalTime(atUs[i], atUs[i], "boot", default), one, "")).ToList();
        ConsoleArrival[] console = [Arrival(20 * Us), Arrival(30 * Us + 100), Arrival(45 * Us)];

        BootObservation seen = Assert.Single(BootFold.Fold(SampleJournal.Start, records, console).Judged);

        Assert.Equal([30 * Us + 100], seen.Signs);
    }

    private static ConsoleArrival Arrival(long atUs) => new(atUs, Encoding.ASCII.GetBytes(Prompt));

    private static BootObservation WithPause(Func<double, double> uptime)
    {
        var script = new BootScript
        {
            Heartbeats = at => at is < 600 or > 660,
            Samples = at => at is < 600 or > 660,
        };
        for (double at = 602; at < 660; at += 6)
            script.Extra.Add((at, Kernel(uptime(at))));
        return script.Run();
    }

    private static string Kernel(double uptime) =>
        string.Create(CultureInfo.InvariantCulture, $"[{uptime,12:0.000000}] usb 1-1: new high-speed USB device");

    // A getty that has shown its prompt at 30 s.
    private static (BootObservation Seen, int Probes) Play(
        Func<double, string?> onReturn, Func<double, string?>? byItself = null, bool allowed = true,
        double delay = 0.002)
    {
        var answers = new Queue<(double At, string Text)>();
        BootSettings settings = new BootScript().Settings;
        var watch = new BootWatch(settings, 1, (BootKind.Watch, BootScript.Nonce), 0);
        var plan = new ProbePlan(watch, settings, BootScript.Nonce, probesLogin: allowed);
        int probes = 0;
        double at = 0;
        for (; at < 2100 && watch.StopReason((long)(at * Us)) is null; at += 0.5)
        {
            long now = (long)(at * Us);
            watch.OnPower(now, at < 1 ? 0 : 3290 + probes % 5, 800 + (int)(2 * at) % 7);
            while (answers.TryPeek(out (double At, string Text) next) && next.At <= at)
                watch.OnConsole((long)(answers.Dequeue().At * Us), Encoding.ASCII.GetBytes(next.Text));
            string? said = at == 30 ? Prompt : at > 30 ? byItself?.Invoke(at) : null;
            if (said is not null)
                watch.OnConsole(now, Encoding.ASCII.GetBytes(said));
            if (plan.Next(now) != ProbePlan.Return)
                continue;
            probes++;
            watch.OnProbe(now);
            if (onReturn(at) is { } answer)
                answers.Enqueue((at + delay, answer));
        }

        return (watch.Observe((long)(at * Us)), probes);
    }
}
