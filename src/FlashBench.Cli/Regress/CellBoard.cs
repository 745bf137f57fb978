using System.Collections.Concurrent;
using System.Globalization;
using FlashBench.Bench.Config;
using FlashBench.Bench.Regress;
using FlashBench.Cli.Certify;
using FlashBench.Firmware;
using FlashBench.Firmware.Composition;
using FlashBench.Firmware.Neutralization;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation.Images;

namespace FlashBench.Cli.Regress;

/// <summary>The virtual board of a cell.</summary>
/// <param name="Bench">Its bench, named after the board type; its seed is that of the first round.</param>
/// <param name="Chip">What its chip holds, analysed: the image itself, or what an ME region makes of a stock board. So
/// the board's silicon is fused for the firmware's own key.</param>
internal sealed record CellBoard(BenchEntry Bench, ImageAnalysis Chip);

/// <summary>Builds the virtual boards of a regression; any thread may ask.</summary>
/// <param name="benches">The configured benches: the first virtual one of a board type is its pattern.</param>
internal sealed class CellBoards(IReadOnlyList<BenchEntry> benches)
{
    private readonly ConcurrentDictionary<(string Kind, uint Size, uint MeBytes), Lazy<ImageAnalysis?>> _stock = [];

    /// <summary>What the boards of a type are beside the type: the entry of the bench that is their pattern; "" if the
    /// program itself is.</summary>
    public string DigestOf(string profile) => BenchOf(profile)?.Sha256 ?? "";

    /// <summary>The board for an image.</summary>
    /// <param name="profile">The board type.</param>
    /// <param name="file">The image.</param>
    /// <param name="image">Its content, analysed.</param>
    /// <param name="why">Why there is none, a sentence without a full stop; empty if there is one.</param>
    public CellBoard? For(DutProfile profile, RegressFile file, ImageAnalysis image, out string why)
    {
        VirtualBenchEntry? pattern = PatternOf(profile);
        why = pattern is null ? $"no virtual board is of type {profile.Id}" : "";
        if (pattern is null)
            return null;
        return file.Kind == RegressFileKind.Dump
            ? Holding(profile, pattern, image, out why)
            : Taking(profile, pattern, image, out why);
    }

    private static CellBoard? Holding(
        DutProfile profile, VirtualBenchEntry pattern, ImageAnalysis image, out string why)
    {
        int length = image.Image.Length;
        SpiNorChip? chip = ChipsOf(profile, pattern).FirstOrDefault(chip => chip.SizeBytes == length);
        why = chip is null ? string.Create(
            CultureInfo.InvariantCulture, $"no chip of board type {profile.Id} has {length:N0} bytes") : "";
        return chip is null ? null : new CellBoard(BenchOf(profile, pattern, chip), image);
    }

    private CellBoard? Taking(DutProfile profile, VirtualBenchEntry pattern, ImageAnalysis image, out string why)
    {
        int length = image.Image.Length;
        foreach (SpiNorChip chip in ChipsOf(profile, pattern))
        {
            ImageAnalysis? stock = _stock.GetOrAdd(
                (pattern.Image, chip.SizeBytes, (uint)length),
                key => new Lazy<ImageAnalysis?>(() => StockOf(key.Kind, key.Size, key.MeBytes))).Value;
            if (stock?.Me is { } me && me.Region.Length >= length)
            {
                return Compose(profile, stock, image, out why) is { } composed
                    ? new CellBoard(BenchOf(profile, pattern, chip), composed)
                    : null;
            }
        }

        why = $"no virtual board of type {profile.Id} has room for an ME region of this size";
        return null;
    }

    // Null if the region is for another chipset than the virtual board's, or cannot be put onto any board.
    private static ImageAnalysis? Compose(
        DutProfile profile, ImageAnalysis stock, ImageAnalysis image, out string why)
    {
        why = "";
        try
        {
            var order = new CompositionOrder([ReplaceableRegions.Me], WholeChip: false, [.. profile.Me.Majors]);
            ImageAnalysis composed = ImageComposition.Create(
                stock, image, order, JobSurroundings.KeysOf(simulated: true)).Composed;
            NeutralizationPlan.Create(
                composed, NeutralizationPolicy.Resolve(NeutralizationPolicy.HapOnly, composed),
                new DisableBitPin(profile.Me.StrapOffset, profile.Me.StrapBit));
            return composed;
        }
        catch (Exception e) when (e is PlanRefusedException or ImageFormatException)
        {
            why = $"no virtual board of type {profile.Id} takes it: {e.Message}";
            return null;
        }
    }

    private static ImageAnalysis? StockOf(string kind, uint size, uint meBytes)
    {
        try
        {
            byte[] image = size < (4 << 20) ? ImageGenerator.CreateSmall(kind, size, 1)
                : ImageGenerator.Create(kind, size, meBytes);
            return ImageAnalysis.Read(image, JobSurroundings.KeysOf(simulated: true));
        }
        catch (ArgumentException)
        {
            return null; // so large a region leaves no room for anything else
        }
    }

    // The pattern's own chip first.
    private static IEnumerable<SpiNorChip> ChipsOf(DutProfile profile, VirtualBenchEntry pattern) =>
        BenchConfigFile.Chips.OrderBy(name => name == pattern.Chip ? 0 : 1).Select(SpiNorChips.ByName)
            .OfType<SpiNorChip>().Where(chip => profile.Chips.Contains(chip.JedecId));

    private BenchEntry? BenchOf(string profile) =>
        benches.FirstOrDefault(bench => bench.DutProfile == profile && bench.Virtual is not null);

    private VirtualBenchEntry? PatternOf(DutProfile profile)
    {
        if (BenchOf(profile.Id) is { } bench)
            return bench.Virtual;
        string? kind = profile.Me.Majors.Min() switch
        {
            >= 6 and <= 8 => "me8",
            9 or 10 => "me10",
            11 => "me11",
            _ => null,
        };
        return kind is null || !profile.Me.Silicon ? null
            : new VirtualBenchEntry(kind, "W25Q64", 1, Agent: true, HiddenUnderHap: false);
    }

    private static BenchEntry BenchOf(DutProfile profile, VirtualBenchEntry pattern, SpiNorChip chip) => new(
        profile.Id, Default: false, profile.Id, pattern with
        {
            Chip = chip.Name,
        },
        Programmer: null);
}
