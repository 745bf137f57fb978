using System.Text.RegularExpressions;
using FlashBench.Hardware.Power;
using FlashBench.Simulation.Board;
using FlashBench.Tests.Simulation.Images;

namespace FlashBench.Tests.Simulation.Board;

public sealed class BoardFaultsTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static BoardStage With(
        Action<BoardFaults> faults, TimeSpan span, string kind = "me8", Action<GeneratedImage>? edit = null) =>
        BoardStage.Play(kind, async stage =>
        {
            faults(stage.Bench.Faults);
            stage.Power(true);
            await stage.WaitAsync(span);
        }, edit);

    [Fact]
    public void A_damaged_sample_differs_in_that_byte_alone()
    {
        BoardStage clean = With(_ => { }, 2 * Minute);
        BoardStage hit = With(faults => faults.DamagedSamples.Add(new SampleDamage(1, 2, 30, 0x08)), 2 * Minute);

        Assert.Equal(clean.FB1.Length, hit.FB1.Length);
        for (int i = 0; i < clean.FB1.Length; i++)
        {
            char[] wanted = clean.FB1[i].ToCharArray();
            if (i == 1)
                wanted[30] ^= (char)0x08;
            Assert.Equal(new string(wanted), hit.FB1[i]);
        }
    }

    [Fact]
    public void Damage_of_another_boot_or_past_the_line_does_nothing()
    {
        BoardStage clean = With(_ => { }, 2 * Minute);
        BoardStage hit = With(
            faults =>
            {
                faults.DamagedSamples.Add(new SampleDamage(2, 2, 30, 0xFF));
                faults.DamagedSamples.Add(new SampleDamage(1, 2, 300, 0xFF));
            },
            2 * Minute);

        Assert.Equal(clean.Text, hit.Text);
    }

    [Fact]
    public void Missing_samples_leave_a_gap_in_their_numbers()
    {
        BoardStage stage = With(
            faults => faults.MissingSamples.Add(new BootWindow(0, Minute, 3 * Minute)), 5 * Minute);

        int[] numbers = [.. stage.FB1.Select(line => int.Parse(line.Split(' ')[2], null))];
        Assert.Equal(Enumerable.Range(1, 2).Concat(Enumerable.Range(7, numbers.Length - 2)), numbers);
        Assert.True(numbers[2] - numbers[1] is 4 or 5, string.Join(',', numbers));
        Assert.InRange(stage.Heartbeats.Length, 55, 60);
    }

    [Fact]
    public void Agent_and_heartbeat_stop_but_the_rail_stays()
    {
        TimeSpan stop = TimeSpan.FromSeconds(30 * 60 + 59);
        BoardStage stage = With(faults => faults.AgentStops = new BootMoment(1, stop), 33 * Minute);

        Assert.InRange(stage.LastByte.TotalSeconds, 1850, 1860);
        Assert.InRange(stage.Samples[^1].Sample.RailMillivolts, 3200, 3400);
    }

    [Fact]
    public void A_silent_console_says_nothing_at_all_while_the_board_draws_power()
    {
        BoardStage always = With(faults => faults.ConsoleSilent = new BootMoment(0, TimeSpan.Zero), 5 * Minute);
        BoardStage later = With(faults => faults.ConsoleSilent = new BootMoment(1, 2 * Minute), 5 * Minute);

        Assert.Empty(always.Received);
        Assert.InRange(always.Samples[^1].Sample.SupplyMilliamps, 500, 800);
        Assert.InRange(later.LastByte.TotalSeconds, 110, 121);
    }

    [Fact]
    public void A_replaying_console_repeats_the_bytes_of_the_earlier_boot_at_the_same_times()
    {
        TimeSpan on = default;
        BoardStage stage = BoardStage.Play("me8", async stage =>
        {
            stage.Bench.Faults.Replay = new ConsoleReplay(2, 1);
            stage.Power(true);
            await stage.WaitAsync(Minute / 2);
            await stage.SendAsync("FBQ 00000abc\n");
            await stage.WaitAsync(2 * Minute);
            await stage.CycleAsync();
            on = stage.Now;
            await stage.WaitAsync(Minute / 2);
            await stage.SendAsync("FBQ 00000def\n");
            await stage.WaitAsync(2 * Minute - TimeSpan.FromSeconds(1));
        });

        (TimeSpan At, byte[] Bytes)[] first = [.. stage.Received.Where(part => part.At < on)];
        (TimeSpan At, byte[] Bytes)[] second = [.. stage.Received.Where(part => part.At >= on)];
        Assert.InRange(first.Length - second.Length, 0, 1);
        for (int i = 0; i < second.Length; i++)
        {
            Assert.Equal(first[i].Bytes, second[i].Bytes);
            Assert.Equal(first[i].At, second[i].At - on);
        }

        Assert.DoesNotContain("00000def", stage.Text, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(stage.Text, "FB1 00000abc 3 "));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_reset_starts_a_new_boot(bool railBlip)
    {
        int lowest = int.MaxValue;
        BoardStage stage = BoardStage.Play("me8", async stage =>
        {
            stage.Bench.Faults.Reset = new BoardReset(new BootMoment(1, 20 * Minute), railBlip);
            stage.Power(true);
            await stage.WaitAsync(20 * Minute);
            for (int i = 0; i < 100; i++)
            {
                lowest = Math.Min(lowest, (await stage.Bench.Sensor.SampleAsync(default)).RailMillivolts);
                await Task.Delay(TimeSpan.FromMilliseconds(20), stage.Time, default);
            }

            await stage.WaitAsync(2 * Minute);
        });

        Assert.Equal(2, stage.Bench.Boots);
        Assert.Equal(2, Regex.Count(stage.Text, "bootblock starting"));
        Assert.Equal(2, Regex.Count(stage.Text, "heartbeat 1 up"));
        Assert.Equal(railBlip, lowest < 2900); // 150 ms of discharge
        Assert.Equal(!railBlip, lowest > 3200);
    }

    [Fact]
    public void A_warm_reset_does_not_restart_the_watchdog()
    {
        BoardStage stage = With(
            faults => faults.Reset = new BoardReset(new BootMoment(1, 20 * Minute), RailBlip: false), 35 * Minute,
            "me8",
            image => image.Flip(image.Manifest + 0x190));

        Assert.InRange(stage.LastByte.TotalSeconds, 1790, 1800.5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_board_that_switches_itself_off_stays_off(bool announced)
    {
        BoardStage stage = With(
            faults => faults.PowerOff = new BoardPowerOff(new BootMoment(1, 10 * Minute), announced), 15 * Minute);

        Assert.Equal(announced, stage.Text.Contains("reboot: Power down", StringComparison.Ordinal));
        Assert.InRange(stage.LastByte.TotalSeconds, 594, 601);
        Assert.InRange(stage.Samples[^1].Sample.RailMillivolts, 0, 20);
        Assert.InRange(stage.Samples[^1].Sample.SupplyMilliamps, 25, 50);
    }

    [Fact]
    public void A_frozen_sensor_repeats_its_last_answer_even_when_power_is_gone()
    {
        BoardStage stage = BoardStage.Play("me8", async stage =>
        {
            stage.Bench.Faults.SensorFrozen = new BootMoment(1, Minute);
            stage.Power(true);
            await stage.WaitAsync(3 * Minute);
            stage.Power(false);
            await stage.WaitAsync(Minute);
        });

        PowerSample[] late =
            [.. stage.Samples.Where(sample => sample.At > 1.1 * Minute).Select(sample => sample.Sample)];
        Assert.Single(late.Distinct());
        Assert.InRange(late[0].RailMillivolts, 3200, 3400);
    }

    [Fact]
    public void A_welded_contact_never_opens_and_a_dead_one_never_closes()
    {
        BoardStage welded = BoardStage.Play("me8", async stage =>
        {
            stage.Bench.Faults.RelayStuckOn = true;
            await stage.WaitAsync(Minute);
            stage.Power(true);
            await stage.WaitAsync(Minute);
            stage.Power(false);
            await stage.WaitAsync(Minute);
        });
        BoardStage dead = With(faults => faults.RelayStuckOff = true, Minute);

        Assert.InRange(welded.Samples[0].Sample.RailMillivolts, 0, 20);
        Assert.InRange(welded.Samples[^1].Sample.RailMillivolts, 3200, 3400);
        Assert.Equal(1, welded.Bench.Boots);
        Assert.All(dead.Samples, sample => Assert.InRange(sample.Sample.RailMillivolts, 0, 20));
    }

    [Theory]
    [InlineData("me8", 0x128, 0x80)]
    [InlineData("me11", 0x102, 0x01)]
    public void Firmware_can_clear_the_disable_bit_and_nothing_else(string kind, int address, byte bit)
    {
        byte[]? after = null;
        GeneratedImage? edited = null;
        BoardStage stage = BoardStage.Play(kind, async stage =>
        {
            stage.Bench.Faults.DisableBitCleared = new BootMoment(1, 5 * Minute);
            stage.Power(true);
            await stage.WaitAsync(4 * Minute);
            Assert.Equal(bit, stage.Bench.Chip.Cells.Span[address] & bit);
            await stage.WaitAsync(2 * Minute);
            after = stage.Bench.Chip.Cells.ToArray();
        }, image => edited = image.SetDisableBit(kind == "me11"));

        byte[] wanted = [.. edited!.Bytes];
        wanted[address] &= (byte)(~bit & 0xFF);
        Assert.True(after.AsSpan().SequenceEqual(wanted));
        Assert.NotEmpty(stage.FB1);
    }

    [Fact]
    public void A_cell_flips_only_once_the_programmer_has_written_and_comes_back()
    {
        BoardStage.Play("me8", async stage =>
        {
            stage.Bench.Faults.FlipAfterWrite = new CellFlip(0x9_6123, 3);
            byte before = stage.Bench.Chip.Cells.Span[0x9_6123];
            await using (await stage.Bench.OpenProgrammerAsync(default))
                stage.Bench.Chip.WriteAsBoard(0x50_0000, [0x00]); // stands for what the programmer wrote
            Assert.Equal(before, stage.Bench.Chip.Cells.Span[0x9_6123]);
            await using (await stage.Bench.OpenProgrammerAsync(default))
                Assert.Equal(before ^ 8, stage.Bench.Chip.Cells.Span[0x9_6123]);
            await using (await stage.Bench.OpenProgrammerAsync(default))
                Assert.Equal(before ^ 8, stage.Bench.Chip.Cells.Span[0x9_6123]);
        });
    }
}
