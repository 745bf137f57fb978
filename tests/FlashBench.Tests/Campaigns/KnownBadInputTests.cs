using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Cli.Certify;
using FlashBench.Simulation;
using FlashBench.Simulation.Faults;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Campaigns;

/// <summary>F22: every checker is given something that it must not accept. A checker that accepts it checks nothing.
/// </summary>
/// <remarks>FLASHBENCH_CHECKERS_TABLE takes the rows; scripts/checkers sets it.</remarks>
public sealed class KnownBadInputTests(KnownBadInputTests.SoundJob sound, DecisionTests.PassedJob passed)
    : IClassFixture<KnownBadInputTests.SoundJob>, IClassFixture<DecisionTests.PassedJob>
{
    // Reported and not judged.
    private static readonly string[] NeverJudged = ["D3"];

    [Fact]
    public void Every_check_of_the_decision_is_killed_by_some_changed_fact()
    {
        var killers = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (Check check in Decision.Decide(passed.Facts).Checks)
            killers[check.Id] = [];
        foreach (TheoryDataRow<string, Verdict> row in DecisionTests.Changes)
            Note(killers, row.Data.Item1, DecisionTests.Change(passed.Facts, row.Data.Item1));
        Note(killers, "agent that tells nothing", passed.Facts with
        {
            Boots = [.. passed.Facts.Boots.Select(boot => boot with { Facts = new BoardFacts() })],
        });

        Note(killers, "an edition that may have AMT", passed.Facts with
        {
            Audit = passed.Facts.Audit! with { Sku = "unknown" },
        });

        foreach (string never in NeverJudged)
            killers.Remove(never);
        foreach ((string id, List<string> names) in killers)
            Publish("decision", id, $"{names.Count} of the changed facts, first: {names.FirstOrDefault()}");
        Assert.Empty(killers.Where(killer => killer.Value.Count == 0).Select(killer => killer.Key));
    }

    [Fact]
    public void Every_file_of_a_record_is_killed_by_one_flipped_bit()
    {
        string[] files = Directory.GetFiles(sound.End.Directory, "*", SearchOption.AllDirectories);
        foreach (string file in files)
        {
            byte[] content = File.ReadAllBytes(file);
            byte[] damaged = [.. content];
            damaged[damaged.Length / 2] ^= 1;
            File.WriteAllBytes(file, damaged);

            Assert.Throws<EvidenceException>(() => new EvidenceVerifier(sound.End.Directory, sound.Stations).Verify());

            File.WriteAllBytes(file, content);
            Publish("verifier", Path.GetRelativePath(sound.End.Directory, file), "a bit in its middle");
        }

        VerifiedRecord whole = new EvidenceVerifier(sound.End.Directory, sound.Stations).Verify();
        Assert.Equal(Verdict.Pass, whole.Judgement.Verdict);
    }

    [Fact]
    public void The_sound_job_breaks_no_invariant() => Assert.Empty(sound.Broken);

    [Fact]
    public void I1_is_killed_by_another_backup_and_by_a_missing_read()
    {
        string vault = sound.End.Folders.VaultFolder;
        HashSet<string> synced = [.. Directory.GetFiles(vault, "*", SearchOption.AllDirectories)];
        byte[] other = [.. sound.End.Before];
        other[0x5000] ^= 1;

        var disk = new BackedUpDisk(vault, sound.End.Directory, synced, ProcessTask.Certify);
        Assert.Null(BackupInvariant.Fault(sound.End.Before, disk, sound.End.Case));
        Killed("I1", "a chip that differs from its backup in one bit",
            BackupInvariant.Fault(other, disk, sound.End.Case));
        Killed("I1", "a backup that was not synced",
            BackupInvariant.Fault(sound.End.Before, disk with { Synced = [] }, sound.End.Case));
    }

    [Fact]
    public void I2_is_killed_by_a_bus_that_is_driven_while_the_board_has_power()
    {
        var time = new VirtualTime();
        using var folder = new TemporaryFolder();
        CampaignCase @case = SoundJob.Case;
        IReadOnlyList<string> broken = time.Run(async () =>
        {
            var options = new VirtualBenchOptions("bad", folder.At("bench"), @case.Chip, 1);
            await using VirtualBench bench = VirtualBench.Create(options, @case.Image(), time);
            var process = new CampaignProcess(new CampaignFolders(folder.Path), @case.Plan, "");
            var witness = new BenchWitness(bench, @case, process, time);
            await using var bus = witness.Watch(await VirtualWorld.OpenProgrammerAsync(
                await bench.OpenProgrammerAsync(default), time, default));
            await witness.Watch(bench.PowerRelay).DriveAsync(true, default);
            await Task.Delay(TimeSpan.FromSeconds(5), time);
            await bus.ExecuteAsync([new(new byte[] { 0x9F }, new byte[3])], default);
            return witness.Broken;
        });

        Killed("I2", "a relay that closes on a driven bus", broken.FirstOrDefault(fault => fault.Contains("closes")));
        Killed("I2", "a batch under power", broken.FirstOrDefault(fault => fault.Contains("has power")));
    }

    [Fact]
    public void I3_is_killed_by_a_PASS_that_the_models_deny()
    {
        ProcessEnd end = SoundJob.Play(sound.Root, "i3");
        byte[] after = end.After;
        end.After = end.Before;
        Killed("I3", "a PASS with the stock image on the chip",
            PassInvariant.Untruths(end, EvidenceLevel.L3).FirstOrDefault());
        end.After = after;
        end.Contentions = 1;
        Killed("I3", "a PASS with two masters on the bus",
            PassInvariant.Untruths(end, EvidenceLevel.L3).FirstOrDefault());
        end.Result = end.Result! with { Judgement = end.Result.Judgement with { Verdict = Verdict.Inconclusive } };
        Killed("I3", "a job and a record that disagree", PassInvariant.Faults(end, sound.Stations).FirstOrDefault());
    }

    [Fact]
    public void I4_to_I6_are_killed_by_a_missing_mark_a_moved_relay_and_a_nameless_exception()
    {
        ProcessEnd end = SoundJob.Play(sound.Root, "i4");
        end.HalfWritten = true;
        Killed("I4", "a half-written chip without a mark", StateInvariants.StateFaults(end).FirstOrDefault());
        end.HalfWritten = false;
        end.RelayAfter = true;
        Killed("I4", "a relay that is left closed", StateInvariants.StateFaults(end).FirstOrDefault());
        end.After[^1] ^= 1;
        Killed("I4", "a chip that is not what was settled", StateInvariants.ContentFaults(end).FirstOrDefault());
        Killed("I5", "a relay that opening the bench moved",
            StateInvariants.RelayFaults(end, relayLeft: true).FirstOrDefault());
        end.Witness.Relay.AddRange(Enumerable.Repeat(true, 9));
        Killed("I5", "a relay that closes unannounced",
            StateInvariants.RelayFaults(end, relayLeft: null).FirstOrDefault());
        end.Escaped = new InvalidOperationException("bug");
        Killed("I6", "an exception outside the contract", StateInvariants.EscapeFaults(end).FirstOrDefault());
        end.Escaped = new TimeoutException("hangs");
        Killed("I6", "a job that runs for days", StateInvariants.EscapeFaults(end).FirstOrDefault());
    }

    [Fact]
    public void I7_and_I8_are_killed_by_a_silent_record_another_MAC_and_a_leak()
    {
        ProcessEnd end = SoundJob.Play(sound.Root, "i7");
        end.Result = end.Result! with { Simulated = false };
        Killed("I7", "a result that hides the simulation", DataInvariants.SimulationFaults(end).FirstOrDefault());
        end.After[0x1005] ^= 0x55;
        Killed("I8", "another board's MAC address on the chip", DataInvariants.BoardFaults(end).FirstOrDefault());
        Assert.Empty(DataInvariants.LeakFaults(end));
        File.WriteAllBytes(Path.Combine(end.Directory, "leak"), end.Before);
        Killed("I8", "the image in the job directory", DataInvariants.LeakFaults(end).FirstOrDefault());
        File.WriteAllText(Path.Combine(end.Directory, "leak"), Convert.ToHexStringLower(end.Before));
        Killed("I8", "the image in hex", DataInvariants.LeakFaults(end).FirstOrDefault());
    }

    private static void Note(SortedDictionary<string, List<string>> killers, string change, JobFacts facts)
    {
        foreach (Check check in Decision.Decide(facts).Checks.Where(check => check.Outcome != Verdict.Pass))
        {
            // Some checks are made of some jobs only: N1 of a negative control.
            if (!killers.TryGetValue(check.Id, out List<string>? changes))
                killers[check.Id] = changes = [];
            changes.Add(change);
        }
    }

    private static void Killed(string checker, string input, string? complaint)
    {
        Assert.False(string.IsNullOrEmpty(complaint), $"{checker} accepts {input}");
        Publish("campaign", checker, input);
    }

    private static void Publish(string part, string checker, string input)
    {
        if (Environment.GetEnvironmentVariable("FLASHBENCH_CHECKERS_TABLE") is not { Length: > 0 } table)
            return;
        lock (NeverJudged)
            File.AppendAllText(table, $"| {part} | {checker} | {input} | refused |\n");
    }

    /// <summary>A job without faults, and its disk.</summary>
    public sealed class SoundJob : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public SoundJob()
        {
            using StationKey key = StationKey.LoadOrCreate(_folder.At("keys"));
            Stations = TrustedStations.Load(_folder.At("keys"));
            End = Play(_folder.Path, "sound");
            Broken =
            [
                .. End.Witness.Broken, .. PassInvariant.Faults(End, Stations), .. StateInvariants.StateFaults(End),
            ];
        }

        internal static CampaignCase Case { get; } = CampaignCase.Draw(1, 0) with
        {
            Kind = "me10",
            SizeBytes = 1 << 19,
            Agent = true,
            HiddenUnderHap = false,
            Control = null,
            Require = EvidenceLevel.L3,
            DryRun = false,
            Programmer = VirtualProgrammer.Ft2232h,
            Plan = new FaultPlan(0, []),
        };

        internal ProcessEnd End { get; }

        internal IReadOnlyList<string> Broken { get; }

        internal TrustedStations Stations { get; }

        internal string Root => _folder.Path;

        internal static ProcessEnd Play(string root, string name)
        {
            using StationKey key = StationKey.LoadOrCreate(Path.Combine(root, "keys"));
            var folders = new CampaignFolders(Path.Combine(root, name));
            Directory.CreateDirectory(folders.Root);
            string killed = Path.Combine(root, name + "-killed");
            return new CampaignJob(Case, key).Run(new CampaignProcess(folders, Case.Plan, killed)
            {
                Image = Case.Image(),
            });
        }

        public void Dispose() => _folder.Dispose();
    }
}
