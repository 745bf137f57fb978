using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation;
using FlashBench.Simulation.Faults;
using FlashBench.Simulation.Flash;
using FlashBench.Simulation.Images;

namespace FlashBench.Tests.Campaigns;

/// <summary>One job of the campaign: a board, what is asked of the bench, and what goes wrong. All of it from a seed.
/// </summary>
internal sealed record CampaignCase
{
    private const int LargeEvery = 100, InterruptedOf = 5;
    private const uint KiB = 1024, MiB = KiB * KiB;

    private static readonly string[] Kinds = ["me8", "me10", "me11"];

    public required int Seed { get; init; }

    public required string Kind { get; init; }

    public required uint SizeBytes { get; init; }

    /// <summary>Which of the boards of this kind: its MAC address and its own data.</summary>
    public required byte Board { get; init; }

    public required VirtualProgrammer Programmer { get; init; }

    public required bool Agent { get; init; }

    public required bool HiddenUnderHap { get; init; }

    public required NegativeControl? Control { get; init; }

    public required EvidenceLevel Require { get; init; }

    public required bool DryRun { get; init; }

    public required FaultPlan Plan { get; init; }

    /// <summary>What the kill of the plan counts.</summary>
    public KillUnit KillUnit { get; init; }

    /// <summary>What is done about a job that was interrupted, or a board that was left half-written.</summary>
    public Recovery Recovery { get; init; }

    /// <summary>Where the first `resume` is killed; null to let it live.</summary>
    public CampaignKill? SecondKill { get; init; }

    /// <summary>True if what was wrong with the bench is still wrong at the first `resume`.</summary>
    public bool KeepsFaults { get; init; }

    /// <summary>True if nothing stands in the way of a PASS.</summary>
    public bool IsPlain => Plan.Faults.Count == 0 && Agent && !HiddenUnderHap && Control is null && !DryRun;

    private SimulatedPart Part => SizeBytes switch
    {
        512 * KiB => SimulatedParts.W25Q40,
        MiB => SimulatedParts.W25Q80,
        _ => SimulatedParts.W25Q128JV,
    };

    public SpiNorChip Chip => SpiNorChips.Find(Part.JedecId)!;

    /// <summary>A job that nothing disturbs, on a CH341A.</summary>
    public static CampaignCase Plain(string kind, uint sizeBytes) => new()
    {
        Seed = 1,
        Kind = kind,
        SizeBytes = sizeBytes,
        Board = 1,
        Programmer = VirtualProgrammer.Ch341a,
        Agent = true,
        HiddenUnderHap = false,
        Control = null,
        Require = EvidenceLevel.L3,
        DryRun = false,
        Plan = new FaultPlan(0, []),
    };

    /// <summary>The case of a seed.</summary>
    /// <param name="seed">Of the whole campaign.</param>
    /// <param name="job">Number of the job in it, from 0.</param>
    public static CampaignCase Draw(int seed, int job)
    {
        int own = unchecked(seed * 1_000_003 + job);
        var random = new Random(own);
        string kind = Kinds[random.Next(Kinds.Length)];
        uint size = job % LargeEvery == LargeEvery - 1 ? 16 * MiB : random.Next(2) == 0 ? 512 * KiB : MiB;
        var @case = new CampaignCase
        {
            Seed = own,
            Kind = kind,
            SizeBytes = size,
            Board = (byte)random.Next(1, 9),
            Programmer = random.Next(10) < 7 ? VirtualProgrammer.Ch341a : VirtualProgrammer.Ft2232h,
            Agent = random.Next(20) > 0,
            HiddenUnderHap = kind == "me11" && random.Next(5) == 0,
            Control = random.Next(20) switch
            {
                0 => NegativeControl.Stock,
                1 => NegativeControl.DamagedManifest,
                _ => null,
            },
            Require = random.Next(10) switch
            {
                0 => EvidenceLevel.L1,
                1 => EvidenceLevel.L2,
                _ => EvidenceLevel.L3,
            },
            DryRun = random.Next(40) == 0,
            Plan = FaultPlan.Draw(own, size),
            KillUnit = DrawUnit(random),
            Recovery = random.Next(8) switch
            {
                0 => Recovery.NewJob,
                1 => Recovery.Restore,
                _ => Recovery.Resume,
            },
            SecondKill = random.Next(2) == 0 ? DrawKill(random) : null,
            KeepsFaults = random.Next(4) == 0,
        };
        return random.Next(InterruptedOf) > 0 ? @case : @case with
        {
            Plan = new FaultPlan(own, [DrawInterruption(@case.KillUnit, random)]),
        };
    }

    // Nothing goes wrong but that the process ends: such a job must end as if it had not.
    private static PlannedFault DrawInterruption(KillUnit unit, Random random) => random.Next(6) switch
    {
        0 => Fault(FaultKinds.DiskFull, DrawPlace(KillUnit.DiskOperation, random) / 2, random.Next(400)),
        1 => Fault(FaultKinds.DiskError, DrawPlace(KillUnit.DiskOperation, random) / 2, random.Next(400)),
        2 => Fault(FaultKinds.DiskSync, DrawPlace(KillUnit.DiskOperation, random) / 2),
        _ => Fault(FaultKinds.ProcessKill, DrawPlace(unit, random)),
    };

    private static PlannedFault Fault(string kind, params long[] values) =>
        new(FaultKinds.Find(kind)!, [Math.Max(1, values[0]), .. values.AsSpan(1)]);

    private static KillUnit DrawUnit(Random random) => random.Next(4) switch
    {
        0 => KillUnit.DiskOperation,
        1 => KillUnit.Batch,
        _ => KillUnit.Moment,
    };

    private static CampaignKill DrawKill(Random random)
    {
        KillUnit unit = DrawUnit(random);
        return new CampaignKill(unit, DrawPlace(unit, random));
    }

    // Half of them anywhere in a whole job, half early: what a resumed job does first.
    private static long DrawPlace(KillUnit unit, Random random)
    {
        int last = unit switch
        {
            KillUnit.Moment => 2200,
            KillUnit.DiskOperation => 1000,
            _ => 600,
        };
        return random.Next(2) == 0
            ? random.Next(1, last + 1)
            : (long)Math.Exp(random.NextDouble() * Math.Log(last));
    }

    /// <summary>What the board is delivered with.</summary>
    public byte[] Image() => SizeBytes > MiB
        ? ImageGenerator.Create(Kind, SizeBytes)
        : ImageGenerator.CreateSmall(Kind, SizeBytes, Board);

    public override string ToString() =>
        $"{Kind}, {SizeBytes / KiB} KiB, board {Board}, {Programmer}, agent {Agent}, hidden {HiddenUnderHap}, "
        + $"control {Control?.ToString() ?? "none"}, require {Require}, dry run {DryRun}; {Plan}"
        + $"; a kill counts each {KillUnit}, then {Recovery}, killed again: {SecondKill?.ToString() ?? "no"}, "
        + $"faults stay: {KeepsFaults}";
}

/// <summary>What is done about a job that was interrupted, or a board that was left half-written.</summary>
internal enum Recovery
{
    /// <summary>`resume`, and `restore` where that is refused.</summary>
    Resume,

    /// <summary>A new job where the board is not marked.</summary>
    NewJob,

    /// <summary>`restore` where the board is marked.</summary>
    Restore,
}
