using System.Collections.Concurrent;
using System.Globalization;
using FlashBench.Bench;
using FlashBench.Simulation;
using FlashBench.Simulation.Faults;

namespace FlashBench.Tests.Campaigns;

/// <summary>One fault at every place of a whole job, by the checkers of the campaign: F4, F5, F12 and F13 of
/// docs/reliability.md.</summary>
/// <remarks>FLASHBENCH_SWEEP_JOBS is the most jobs of a row, FLASHBENCH_SWEEP_SEED chooses the places of a row with
/// more, FLASHBENCH_SWEEP_TABLE is the folder that takes the rows; scripts/fault-sweep sets them. The ordinary run
/// takes a few places of each row.</remarks>
public sealed class FaultSweepTests : IDisposable
{
    private readonly CampaignRun _run = new();
    private readonly int _jobs = Number("FLASHBENCH_SWEEP_JOBS", 6), _seed = Number("FLASHBENCH_SWEEP_SEED", 1);

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(19, VirtualProgrammer.Ft2232h, 1)]
    [InlineData(19, VirtualProgrammer.Ch341a, 1)]
    [InlineData(24, VirtualProgrammer.Ch341a, 8)]
    public void An_unplugged_programmer_ends_every_job_in_a_known_state(
        int sizeBits, VirtualProgrammer programmer, int share)
    {
        CampaignCase plain = Plain(1u << sizeBits) with { Programmer = programmer };
        long transfers = _run.Play(plain).Urbs;

        // A cable that comes off after the last transfer of a job cannot change it: that is a PASS, and a true one.
        Row row = Sweep(plain, transfers, Math.Max(1, _jobs / share), urb => [Fault("usb.unplug", urb)]);

        Publish("unplug", $"| {plain.SizeBytes >> 10} KiB, {programmer} | {transfers} | {row.Ends} | {row.PutBack} |");
    }

    [Theory]
    [InlineData("disk.full")]
    [InlineData("disk.error")]
    [InlineData("disk.sync")]
    public void A_disk_that_fails_at_any_write_of_a_job_stops_it_safely(string kind)
    {
        CampaignCase plain = Plain(1 << 19);
        CaseOutcome sound = _run.Play(plain);
        long places = kind == "disk.sync" ? sound.Syncs : sound.Writes;

        // A part of the write goes through, of every length up to a few lines.
        Row row = Sweep(plain, places, _jobs, at =>
            [kind == "disk.sync" ? Fault(kind, at) : Fault(kind, at, at * 7 % 400)]);

        Publish("disk", $"| {kind} | {places} | {row.Ends} | {row.Resumed} |");
        Assert.Equal(0, row.Count("PASS"));
        Assert.Equal(row.Jobs, row.Resumed + row.Anew);
    }

    [Theory]
    [InlineData("relay.stuckOn", "welded")]
    [InlineData("relay.stuckOff", "does not close")]
    [InlineData("relay.late", "2 s late")]
    [InlineData("relay.bounce", "bounces 20 times, 10 ms each")]
    [InlineData("sensor.offset", "sensor reads 30 % too much")]
    [InlineData("sensor.offset-", "sensor reads 30 % too little")]
    [InlineData("sensor.dead", "sensor dead")]
    [InlineData("sensor.frozen", "sensor frozen")]
    public void A_relay_or_sensor_that_fails_never_lets_both_drive_the_board(string kind, string words)
    {
        Row row = Sweep(Plain(1 << 19), 6000, Math.Min(_jobs, 200), second => [Broken(kind, second)]);

        Publish("relay", $"| {words} | {row.Ends} | {row.Detected} |");
    }

    [Theory]
    [InlineData("usb.corrupt", "one byte of one read")]
    [InlineData("chip.flaky50", "one bit, wrong in half of the reads")]
    [InlineData("chip.flaky100", "one bit, wrong the same way in every read")]
    [InlineData("contact.stuck0", "MISO held low")]
    [InlineData("contact.stuck1", "MISO held high")]
    [InlineData("contact.late", "every bit one clock late")]
    [InlineData("contact.absent", "a pin of the clip is off")]
    public void A_read_that_is_wrong_is_noticed_unless_it_is_wrong_the_same_way_twice(string kind, string words)
    {
        CampaignCase dry = Plain(1 << 19) with { DryRun = true };

        Row row = Sweep(dry, dry.SizeBytes, Math.Min(_jobs, 1000), address => [WrongRead(kind, address)]);

        Publish("reads", $"| {words} | {row.Jobs} | {row.WrongBackups} | {row.WrongPlans} |");
        if (kind != "chip.flaky100" && kind != "chip.flaky50")
            Assert.Equal(0, row.WrongBackups);
    }

    [Fact]
    public void A_bit_that_flips_anywhere_on_the_chip_after_the_write_is_found_before_any_boot()
    {
        CampaignCase plain = Plain(1 << 19) with { Programmer = VirtualProgrammer.Ft2232h };

        Row row = Sweep(plain, 8L * plain.SizeBytes, _jobs, bit =>
            [Fault("chip.flipAfterWrite", (bit - 1) / 8, (bit - 1) % 8)]);

        Publish("bits", $"| {row.Ends} |");
        Assert.Equal(row.Jobs, row.Count("FAIL"));
    }

    private static PlannedFault Broken(string kind, long second) => kind switch
    {
        "relay.late" => Fault(kind, 2000),
        "relay.bounce" => Fault(kind, 20, 10),
        "sensor.offset" => Fault(kind, 990, 200),
        "sensor.offset-" => Fault("sensor.offset", -990, -200),
        "sensor.dead" or "sensor.frozen" => Fault(kind, 1 + second % 3, second / 3),
        _ => Fault(kind, second),
    };

    private static PlannedFault WrongRead(string kind, long place) => kind switch
    {
        "usb.corrupt" => Fault(kind, 100 + 2 * place, 1 << (int)(place % 8)),
        "chip.flaky50" => Fault("chip.flaky", place, place % 8, 50),
        "chip.flaky100" => Fault("chip.flaky", place, place % 8, 100),
        "contact.stuck0" => Fault("contact.stuck", place % 30, 0),
        "contact.stuck1" => Fault("contact.stuck", place % 30, 1),
        _ => Fault(kind, place % 30),
    };

    private static PlannedFault Fault(string kind, params long[] values) => new(FaultKinds.Find(kind)!, values);

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number)
            ? number : otherwise;

    private static CampaignCase Plain(uint sizeBytes) => CampaignCase.Plain("me8", sizeBytes);

    // The fault at so many places from 1 to the last, evenly, the seed says from which on; every one if there are no
    // more.
    private Row Sweep(CampaignCase plain, long places, int jobs, Func<long, IReadOnlyList<PlannedFault>> faults)
    {
        var row = new Row();
        int count = (int)Math.Min(places, jobs);
        double stride = (double)places / count, from = new Random(_seed).NextDouble() * stride;
        Parallel.For(0, count, i =>
        {
            long place = count == places ? 1 + i : 1 + (long)(i * stride + from);
            row.Add(_run.Play(plain with
            {
                Seed = (int)(place % int.MaxValue),
                Plan = new FaultPlan(0, faults(place)),
            }));
        });
        Assert.True(row.Broken.IsEmpty, string.Join("\n", row.Broken.Take(10)));
        return row;
    }

    private static void Publish(string name, string row)
    {
        if (Environment.GetEnvironmentVariable("FLASHBENCH_SWEEP_TABLE") is { Length: > 0 } folder)
            File.AppendAllText(Path.Combine(folder, name), row + "\n");
    }

    private sealed class Row
    {
        private readonly ConcurrentBag<CaseOutcome> _outcomes = [];

        public ConcurrentBag<string> Broken { get; } = [];

        public int Jobs => _outcomes.Count;

        public int WrongBackups => _outcomes.Count(outcome => outcome.WrongBackup);

        public int PutBack => _outcomes.Count(outcome => outcome.After.Contains("restore"));

        public int Resumed => _outcomes.Count(outcome => outcome.SameAsUndisturbed);

        public int Anew => _outcomes.Count(outcome => outcome.After.Contains("resume refused"));

        public int WrongPlans => _outcomes.Count(outcome => outcome is { WrongBackup: true, Planned: true });

        public string Ends
        {
            get
            {
                var ends = _outcomes.GroupBy(outcome => outcome.End).OrderBy(end => end.Key, StringComparer.Ordinal);
                int marked = _outcomes.Count(outcome => outcome.Marked);
                string list = string.Join(", ", ends.Select(end => $"{end.Key} {end.Count()}"));
                return $"{Jobs} | {list} | {marked} | {Broken.Count}";
            }
        }

        public string Detected
        {
            get
            {
                double[] seconds = [.. _outcomes.Where(outcome => outcome.Verdict is not (null or Verdict.Pass))
                    .Select(outcome => outcome.SinceRelay.TotalSeconds).Order()];
                return seconds.Length == 0 ? "-" : string.Create(
                    CultureInfo.InvariantCulture, $"{seconds[seconds.Length / 2]:0.0} s, at most {seconds[^1]:0.0} s");
            }
        }

        public int Count(string end) => _outcomes.Count(outcome => outcome.End == end);

        public void Add(CaseOutcome outcome)
        {
            _outcomes.Add(outcome);
            foreach (string fault in outcome.Broken)
                Broken.Add($"{outcome.Plan}: {fault}");
        }
    }
}
