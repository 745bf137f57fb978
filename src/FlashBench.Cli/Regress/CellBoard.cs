using System.Collections.Concurrent;
using System.Globalization;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Regress;
using FlashBench.Cli.Certify;
using FlashBench.Firmware;
using FlashBench.Firmware.Composition;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation.Images;

namespace FlashBench.Cli.Regress;

/// <summary>The virtual board of a cell.</summary>
/// <param name="Bench">Its bench, named after the board type; its seed is that of the first round.</param>
/// <param name="Chip">What its chip holds.</param>
/// <param name="Image">The ME region that is put onto it; null if the chip holds the image itself.</param>
/// <param name="Stock">The chip's content, analysed; null if it is the image itself.</param>
internal sealed record CellBoard(BenchEntry Bench, byte[] Chip, ImageToTake? Image, ImageAnalysis? Stock);

/// <summary>Builds the virtual boards of a regression; any thread may ask.</summary>
/// <param name="benches">The configured benches: the first virtual one of a board type is its pattern.</param>
internal sealed class CellBoards(IReadOnlyList<BenchEntry> benches)
{
    private readonly ConcurrentDictionary<(string Kind, uint Size, uint MeBytes), Lazy<ImageAnalysis?>> _stock = [];

    /// <summary>The board for an image.</summary>
    /// <param name="profile">The board type.</param>
    /// <param name="file">The image.</param>
    /// <param name="bytes">Its content.</param>
    /// <param name="why">Why there is none, a sentence without a full stop; empty if there is one.</param>
    public CellBoard? For(DutProfile profile, RegressFile file, byte[] bytes, out string why)
    {
        VirtualBenchEntry? pattern = PatternOf(profile);
        why = pattern is null ? $"no virtual board is of type {profile.Id}" : "";
        if (pattern is null)
            return null;
        return file.Kind == RegressFileKind.Dump
            ? Holding(profile, pattern, bytes, out why)
            : Taking(profile, pattern, bytes, out why);
    }

    private static CellBoard? Holding(
        DutProfile profile, VirtualBenchEntry pattern, byte[] bytes, out string why)
    {
        SpiNorChip? chip = ChipsOf(profile, pattern).FirstOrDefault(chip => chip.SizeBytes == bytes.Length);
        why = chip is null ? string.Create(
            CultureInfo.InvariantCulture, $"no chip of board type {profile.Id} has {bytes.Length:N0} bytes") : "";
        return chip is null ? null : new CellBoard(BenchOf(profile, pattern, chip), bytes, null, null);
    }

    private CellBoard? Taking(DutProfile profile, VirtualBenchEntry pattern, byte[] bytes, out string why)
    {
        why = "";
        foreach (SpiNorChip chip in ChipsOf(profile, pattern))
        {
            ImageAnalysis? stock = _stock.GetOrAdd(
                (pattern.Image, chip.SizeBytes, (uint)bytes.Length),
                key => new Lazy<ImageAnalysis?>(() => StockOf(key.Kind, key.Size, key.MeBytes))).Value;
            if (stock?.Me is { } me && me.Region.Length >= bytes.Length)
            {
                return new CellBoard(
                    BenchOf(profile, pattern, chip), stock.Image.ToArray(),
                    new ImageToTake(bytes, [ReplaceableRegions.Me], WholeChip: false), stock);
            }
        }

        why = $"no virtual board of type {profile.Id} has room for an ME region of this size";
        return null;
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

    private VirtualBenchEntry? PatternOf(DutProfile profile)
    {
        if (benches.FirstOrDefault(bench => bench.DutProfile == profile.Id && bench.Virtual is not null) is { } bench)
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
