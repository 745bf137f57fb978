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
    private const int LargeEvery = 100;
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

    /// <summary>True if nothing stands in the way of a PASS.</summary>
    public bool IsPlain => Plan.Faults.Count == 0 && Agent && !HiddenUnderHap && Control is null && !DryRun;

    private SimulatedPart Part => SizeBytes switch
    {
        512 * KiB => SimulatedParts.W25Q40,
        MiB => SimulatedParts.W25Q80,
        _ => SimulatedParts.W25Q128JV,
    };

    public SpiNorChip Chip => SpiNorChips.Find(Part.JedecId)!;

    /// <summary>The case of a seed.</summary>
    /// <param name="seed">Of the whole campaign.</param>
    /// <param name="job">Number of the job in it, from 0.</param>
    public static CampaignCase Draw(int seed, int job)
    {
        int own = unchecked(seed * 1_000_003 + job);
        var random = new Random(own);
        string kind = Kinds[random.Next(Kinds.Length)];
        uint size = job % LargeEvery == LargeEvery - 1 ? 16 * MiB : random.Next(2) == 0 ? 512 * KiB : MiB;
        return new CampaignCase
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
        };
    }

    /// <summary>What the board is delivered with.</summary>
    public byte[] Image() => SizeBytes > MiB
        ? ImageGenerator.Create(Kind, SizeBytes)
        : ImageGenerator.CreateSmall(Kind, SizeBytes, Board);

    public override string ToString() =>
        $"{Kind}, {SizeBytes / KiB} KiB, board {Board}, {Programmer}, agent {Agent}, hidden {HiddenUnderHap}, "
        + $"control {Control?.ToString() ?? "none"}, require {Require}, dry run {DryRun}; {Plan}";
}
