using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Power;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;
using FlashBench.Simulation;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Power;

/// <summary>Jobs on benches with more or fewer parts than the embedded one: SPI relay, button, operator, no sensor.
/// </summary>
public sealed class WiredPartsTests
{
    [Fact]
    public void The_spi_relay_is_closed_exactly_while_the_programmer_may_drive_the_bus()
    {
        var spi = new ToldLine("spi");
        using var bench = new JobBench
        {
            DryRun = true,
            Equip = (parts, _) => parts with { Controls = new BoardControls { Spi = spi } },
        };

        bench.Run();

        Assert.False(spi.Level);
        var steps = bench.Records.Select(record => record.Data).ToList();
        bool connected = false;
        foreach (JournalData step in steps)
        {
            if (step is JournalData.LineCommand { Line: "spi" } line)
                connected = line.Active;
            if (step is JournalData.Chip or JournalData.BackupPass)
                Assert.True(connected);
            if (step is JournalData.PowerCommand { On: true })
                Assert.False(connected);
        }

        Assert.Contains(steps, step => step is JournalData.LineCommand { Line: "spi", Active: true });
    }

    [Fact]
    public void An_spi_relay_that_does_not_open_keeps_the_board_off()
    {
        var spi = new ToldLine("spi") { RefusesToOpen = true };
        using var bench = new JobBench
        {
            DryRun = true,
            Equip = (parts, _) => parts with { Controls = new BoardControls { Spi = spi } },
        };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((50, Verdict.Error), (code, result.Judgement.Verdict));
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.PowerCommand { On: true });
    }

    [Fact]
    public void A_button_that_starts_the_board_is_pressed_after_every_switching_on_and_let_go_again()
    {
        var button = new ToldLine("button");
        using var bench = new JobBench
        {
            DryRun = true,
            Equip = (parts, time) => parts with
            {
                Controls = new BoardControls
                {
                    Button = new PushButton(button, TimeSpan.FromMilliseconds(300), time),
                    ButtonStartsBoard = true,
                },
            },
        };

        (int code, _) = bench.Run();

        Assert.Equal(0, code);
        Assert.Equal([false, true, false], button.Told); // let go first: nobody knew what it was
        Assert.Contains(bench.Records, record => record.Data is JournalData.LineCommand { Line: "button" });
    }

    [Fact]
    public void An_operator_switches_the_supply_and_the_record_says_so()
    {
        using JobBench bench = WithOperator(sensor: true);

        (int code, _) = bench.Run();

        Assert.Equal(0, code);
        Assert.Contains(bench.Records, record => record.Data is JournalData.OperatorConfirm { State: "off" });
        Assert.Contains(bench.Records, record => record.Data is JournalData.OperatorConfirm { State: "on" });
    }

    [Fact]
    public void Without_a_sensor_an_operator_gets_a_board_to_level_1_and_no_further()
    {
        using JobBench bench = WithOperator(sensor: false);

        (int code, JobResult result) = bench.Run();

        Assert.Equal((20, Verdict.Inconclusive), (code, result.Judgement.Verdict));
        Assert.Equal(EvidenceLevel.L1, result.Judgement.Level);
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.BootBegin);
        Assert.Contains(bench.Deviations, text => text.Contains("level L1 is the most", StringComparison.Ordinal));
        Assert.Contains(bench.Deviations, text => text.Contains("not measured", StringComparison.Ordinal));
        Assert.Equal(Verdict.Inconclusive, bench.Verify().Judgement.Verdict);
    }

    [Fact]
    public void Without_a_sensor_level_1_can_be_asked_for()
    {
        using JobBench bench = WithOperator(sensor: false, EvidenceLevel.L1);

        (int code, JobResult result) = bench.Run();

        Assert.Equal((0, Verdict.Pass), (code, result.Judgement.Verdict));
        Assert.Equal(EvidenceLevel.L1, bench.Verify().Judgement.Level);
    }

    [Fact]
    public void A_relay_that_nothing_measures_never_lets_the_programmer_at_the_chip()
    {
        using var bench = new JobBench { Equip = (parts, _) => parts with { Sensor = null } };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((50, Verdict.Error), (code, result.Judgement.Verdict));
        Assert.Contains("no power sensor", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.Chip);
    }

    [Theory]
    [InlineData(null, "has no calibration date")]
    [InlineData("2020-02-29", "ended on 2020-02-29")]
    public void A_sensor_without_a_valid_calibration_is_remarked(string? until, string remark)
    {
        DateOnly? day = until is null ? null : DateOnly.Parse(until, System.Globalization.CultureInfo.InvariantCulture);
        using var bench = new JobBench
        {
            DryRun = true,
            Equip = (parts, _) => parts with { Calibration = new SensorCalibration(day) },
        };

        bench.Run();

        Assert.Contains(bench.Deviations, text => text.Contains(remark, StringComparison.Ordinal));
    }

    [Fact]
    public void A_sensor_whose_calibration_holds_needs_no_remark()
    {
        using var bench = new JobBench
        {
            DryRun = true,
            Equip = (parts, _) => parts with { Calibration = new SensorCalibration(DateOnly.MaxValue) },
        };

        bench.Run();

        Assert.Empty(bench.Deviations);
    }

    [Theory]
    [InlineData(EvidenceLevel.L3)]
    [InlineData(EvidenceLevel.L2)]
    [InlineData(EvidenceLevel.L1)]
    public void A_shortened_watch_never_passes_whatever_level_is_asked_for(EvidenceLevel asked)
    {
        using var bench = new JobBench { Require = asked, ShortenedWatch = TimeSpan.FromSeconds(120) };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((20, Verdict.Inconclusive), (code, result.Judgement.Verdict));
        Assert.Contains("watch shortened", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.Equal(EvidenceLevel.L1, result.Judgement.Level);
        VerifiedRecord verified = bench.Verify();
        Assert.Equal(Verdict.Inconclusive, verified.Judgement.Verdict);
        Assert.True(verified.Facts.Start.Watch.Shortened);
        string page = File.ReadAllText(Path.Combine(bench.Directory, EvidenceFolder.ReportName));
        Assert.Contains("Watch shortened by the operator to 120 s", page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_killed_process_left_closed_is_opened_before_the_supply()
    {
        var steps = new List<string>();
        var spi = new ToldLine("spi") { Steps = steps };
        var button = new ToldLine("button") { Steps = steps };
        var relay = new ToldLine("relay") { Steps = steps };
        var time = new VirtualTime();
        time.Run(
            async cancel =>
            {
                await spi.DriveAsync(true, cancel);
                await button.DriveAsync(true, cancel);
                steps.Clear();
                var parts = new BenchParts(
                    _ => throw new NotSupportedException(), new RelayPower(relay), null, new AbsentConsole())
                {
                    Controls = new BoardControls
                    {
                        Spi = spi,
                        Button = new PushButton(button, TimeSpan.FromSeconds(1), time),
                    },
                };
                await using var power = new PowerStrategy(
                    parts, DutProfiles.Load("virtual-me8").Power, _ => { },
                    new BenchClock(time, new VirtualBootClock(time, TimeSpan.Zero), "boot"));
                await power.SwitchOnAsync("test", cancel);
                return 0;
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(["spi False", "button False", "relay True"], steps);
    }

    private static JobBench WithOperator(bool sensor, EvidenceLevel require = EvidenceLevel.L3) => new()
    {
        Require = require,
        Equip = (parts, _) => parts with
        {
            Relay = new RelayPower(new Person(parts.Relay)),
            Sensor = sensor ? parts.Sensor : null,
        },
    };

    private sealed class Person(RelayPower plug) : IOutputLine
    {
        public PartIdentity Identity { get; } = new(PartIdentity.Operator, "a person at the plug", Simulated: true);

        public ValueTask<bool?> ReadAsync(CancellationToken cancel) => new((bool?)null);

        public ValueTask DriveAsync(bool active, CancellationToken cancel) =>
            active ? plug.OnAsync(cancel) : plug.OffAsync(cancel);
    }

    private sealed class ToldLine(string kind) : IOutputLine
    {
        public PartIdentity Identity { get; } = new(kind, "a line that remembers", Simulated: true);

        public List<bool> Told { get; } = [];

        public bool? Level => Told.Count == 0 ? null : Told[^1];

        public bool RefusesToOpen { get; init; }

        public List<string> Steps { get; init; } = [];

        public ValueTask<bool?> ReadAsync(CancellationToken cancel) => new(Level);

        public ValueTask DriveAsync(bool active, CancellationToken cancel)
        {
            if (RefusesToOpen && !active)
                throw new PowerException("the relay board does not answer");
            Told.Add(active);
            Steps.Add($"{kind} {active}");
            return ValueTask.CompletedTask;
        }
    }
}
