using System.CommandLine;
using FlashBench.Bench.Programming;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Hardware.Flash;

namespace FlashBench.Cli.Flash;

/// <summary>Turns --region, --range and --layout into bytes of the chip.</summary>
internal static class FlashChoice
{
    /// <summary>What the options choose; the whole chip without any.</summary>
    /// <exception cref="UsageException">They contradict each other.</exception>
    /// <exception cref="FlashRefusedException">The chip or the layout does not have what they name.</exception>
    public static async Task<FlashSelection> OfAsync(ParseResult parse, SpiNorFlash flash, CancellationToken cancel)
    {
        string[] regions = parse.GetValue(FlashOptions.Region) ?? [], ranges = parse.GetValue(FlashOptions.Range) ?? [];
        string? layout = parse.GetValue(FlashOptions.Layout);
        uint size = flash.Chip.SizeBytes;
        if (layout is not null && regions.Length == 0)
            throw new UsageException("--layout needs --region: which of its lines?");
        if (regions.Length > 0 && ranges.Length > 0)
            throw new UsageException("--region and --range contradict each other: one or the other");
        if (layout is not null)
            return OfLayout(regions, layout, size);
        if (ranges.Length > 0)
            return FlashSelection.Of(ranges.Select(RangeOf), size);
        if (regions.Length == 0)
            return FlashSelection.Whole(size);
        byte[] first = await DescriptorGuard.ReadAsync(flash, cancel);
        FlashDescriptor descriptor = DescriptorGuard.Find(first) ?? throw new FlashRefusedException(
            "the chip has no flash descriptor, so its regions have no names; use --range or --layout");
        return FlashSelection.Regions(regions, descriptor, size);
    }

    private static FlashSelection OfLayout(string[] regions, string layout, uint size)
    {
        IReadOnlyDictionary<string, FlashRange> lines = LayoutFile.Load(layout);
        return FlashSelection.Of(regions.Distinct(StringComparer.OrdinalIgnoreCase).Select(RangeOfLine), size);

        FlashRange RangeOfLine(string name) => lines.TryGetValue(name, out FlashRange range)
            ? range
            : throw new FlashRefusedException(
                $"{layout} has no region {Output.PlainText.Of(name, 60)}; it has {string.Join(", ", lines.Keys)}");
    }

    private static FlashRange RangeOf(string text) => LayoutFile.ParseRange(text) ?? throw new UsageException(
        $"--range {Output.PlainText.Of(text, 60)} is no START-END in hexadecimal");
}
