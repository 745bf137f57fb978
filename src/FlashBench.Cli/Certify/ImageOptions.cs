using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Cli.Image;
using FlashBench.Firmware;
using FlashBench.Firmware.Composition;
using FlashBench.Firmware.Formats;

namespace FlashBench.Cli.Certify;

/// <summary>Options by which a board gets something of another image before it is neutralized.</summary>
internal static class ImageOptions
{
    private static readonly Option<string?> File = new("--image")
    {
        Description = "Put the ME of this image onto the board and neutralize that: a whole flash image or an ME "
            + "region alone, plain or .gz; MAC address, serial numbers and settings stay the board's own",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Regions = new("--regions")
    {
        Description = "Regions that the board gets of --image, with commas between them: "
            + $"{string.Join(", ", ReplaceableRegions.Names)}; without it {ReplaceableRegions.Me}",
        HelpName = "NAME,...",
    };

    private static readonly Option<bool> WholeChip = new("--whole-chip")
    {
        Description = "Write all of --image, over the board's own data too; asks for the board's serial",
    };

    private static readonly Option<string?> Confirm = new("--confirm")
    {
        Description = "The board's serial for --whole-chip, typed in advance; for scripts",
        HelpName = "SERIAL",
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Option> All { get; } = [File, Regions, WholeChip, Confirm];

    /// <summary>True if an image was given.</summary>
    public static bool IsGiven(ParseResult parse) => parse.GetValue(File) is not null;

    /// <summary>What they ask for; null without --image.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="dut">Serial of the board; null if none was named.</param>
    /// <exception cref="UsageException">They contradict each other, or the serial is not the board's.</exception>
    /// <exception cref="CommandFailure">The file cannot be read.</exception>
    public static ImageToTake? Read(ParseResult parse, string? dut)
    {
        bool whole = parse.GetValue(WholeChip);
        string? file = JobOptions.NonEmpty(parse, File), names = JobOptions.NonEmpty(parse, Regions);
        string? confirm = JobOptions.NonEmpty(parse, Confirm);
        if (file is null && (names is not null || whole))
            throw new UsageException($"{(whole ? "--whole-chip" : "--regions")} needs --image: of which file?");
        if (confirm is not null && !whole)
            throw new UsageException("--confirm is for --whole-chip");
        if (file is null)
            return null;
        if (whole && names is not null)
            throw new UsageException("--whole-chip and --regions contradict each other: all of it, or parts?");
        if (whole && dut is null)
            throw new UsageException("--whole-chip needs --dut: which board?");
        string[] regions = whole ? [] : RegionsOf(names ?? ReplaceableRegions.Me);
        if (whole)
            RefuseUnlessTyped(dut!, confirm, GlobalOptions.MayAsk(parse));
        return new ImageToTake(ImageFile.Load(file).Bytes, regions, whole);
    }

    /// <summary>Refuses an image that no board of the profile can get, before anything is done.</summary>
    /// <exception cref="CommandFailure">It says why: exit 65.</exception>
    public static void RefuseUnfit(ImageToTake image, DutProfile profile, KeyRing keys)
    {
        string? refusal;
        try
        {
            refusal = GivenImage.Refusals(ImageAnalysis.Read(image.File, keys), image.Order(profile)).FirstOrDefault();
        }
        catch (ImageFormatException e)
        {
            refusal = $"the image cannot be understood: {e.Message}";
        }

        if (refusal is not null)
            throw new CommandFailure(ExitCodes.BadInput, $"--image: {refusal}");
    }

    private static string[] RegionsOf(string names)
    {
        string[] regions =
            [.. names.Split(',', StringSplitOptions.TrimEntries).Select(name => name.ToLowerInvariant()).Distinct()];
        foreach (string region in regions)
        {
            if (ReplaceableRegions.WhyNot(region) is { } why)
                throw new UsageException($"--regions: {why}");
        }

        return regions;
    }

    // What replaces a board's only MAC address and keys is asked for by its serial (rule I8).
    private static void RefuseUnlessTyped(string dut, string? typed, bool mayAsk)
    {
        if (typed is null && mayAsk)
        {
            Console.Error.Write(
                "This writes another board's data (MAC address, keys) over this board's own.\n"
                + "Type the serial of the board that the chip is on: ");
            typed = Console.In.ReadLine()?.Trim();
        }

        if (typed != dut)
        {
            throw new UsageException(typed is null
                ? "--whole-chip needs the board's serial: --confirm SERIAL"
                : "the serial is not that of --dut: nothing was done");
        }
    }
}
