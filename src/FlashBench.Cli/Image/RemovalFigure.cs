using System.Globalization;
using FlashBench.Firmware;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Cli.Image;

/// <summary>What removal by me_cleaner's rules leaves of one firmware; content is bytes that are not 0xFF.</summary>
/// <param name="Key">The same for the same region, wherever it lies.</param>
/// <param name="Order">Sorts by family and version.</param>
/// <param name="Title">Firmware with version.</param>
/// <param name="Row">The row of the table.</param>
internal sealed record RemovalFigure(string Key, long Order, string Title, string Row)
{
    /// <summary>Measures an image.</summary>
    /// <exception cref="PlanRefusedException">No plan is made for it.</exception>
    public static RemovalFigure Of(ImageAnalysis image)
    {
        MeFirmware me = image.Me!;
        NeutralizationOptions options = NeutralizationPolicy.Resolve(NeutralizationPolicy.MeCleaner, image);
        byte[] after = NeutralizationPlan.Create(image, options).Apply(image.Image.Span);
        long before = Programmed(me.Region, image.Image.Span), kept = Programmed(me.Region, after);
        string cut = "-"; // nothing is left of a region that is erased whole
        if (NeutralizationPlan.Create(image, options with { Relocate = true, Truncate = true }).RegionEnd is { } end)
            cut = Number(end - me.Region.Start);

        string row = $"| {me.Title} | {Number(me.Region.Length)} | {Number(before)} | {Number(kept)} " +
            $"| {Share(before - kept, before)} | {Share(kept, me.Region.Length)} | {cut} " +
            $"| {Modules(me, image, kept)} |";
        return new RemovalFigure(
            ImageFile.HashOf(me.Region.Of(image.Image.Span)),
            ((int)me.Family * 1000L + me.Version.Major) * 1000 + me.Version.Minor, me.Title, row);
    }

    private static string Modules(MeFirmware me, ImageAnalysis image, long kept)
    {
        if (kept == 0)
            return "none";
        return string.Join(", ", me.Code.Modules.Where(m => m.IsKept)
            .Select(m => $"{m.Name} {Number(m.Ranges.Sum(r => Programmed(r, image.Image.Span)))}"));
    }

    private static long Programmed(FlashRange range, ReadOnlySpan<byte> image)
    {
        ReadOnlySpan<byte> bytes = new FlashRange(0, image.Length).Intersect(range).Of(image);
        return bytes.Length - bytes.Count((byte)0xFF);
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Share(long part, long whole) =>
        whole == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:0.0} %");
}
