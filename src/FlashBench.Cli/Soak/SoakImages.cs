using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Image;
using FlashBench.Firmware;
using FlashBench.Firmware.Composition;

namespace FlashBench.Cli.Soak;

/// <summary>The images of a soak, and which board can get which of them.</summary>
internal static class SoakImages
{
    /// <summary>Reads the files.</summary>
    /// <param name="files">Paths, in order; the same content under two names is two images.</param>
    /// <exception cref="CommandFailure">A file cannot be read, or is no image with an ME.</exception>
    public static IReadOnlyList<(RunImage Listed, ImageToTake Taken)> Read(IReadOnlyList<string> files) =>
        [.. files.Select(Read)];

    /// <summary>Takes the images of a run out of the vault again.</summary>
    /// <exception cref="CommandFailure">One is not there, or damaged.</exception>
    public static IReadOnlyList<ImageToTake> FromVault(Vault vault, IReadOnlyList<RunImage> images) =>
    [
        .. images.Select(image => TakenOf(vault.Load(image.Sha256) ?? throw new CommandFailure(
            ExitCodes.BadInput, $"the vault lacks the image {image.Name} of this run, or it is damaged"))),
    ];

    /// <summary>The images that boards of a profile can get, as indices.</summary>
    /// <exception cref="CommandFailure">There are images, and none of them fits.</exception>
    public static int[] Fitting(
        BenchEntry bench, IReadOnlyList<(RunImage Listed, ImageToTake Taken)> images)
    {
        DutProfile profile = DutProfiles.Load(bench.DutProfile);
        var keys = JobSurroundings.KeysOf(bench.Virtual is not null || bench.Qemu is not null);
        string?[] refusals =
        [
            .. images.Select(image => GivenImage.Refusals(
                ImageAnalysis.Read(image.Taken.File, keys), image.Taken.Order(profile)).FirstOrDefault()),
        ];
        int[] fitting = [.. Enumerable.Range(0, images.Count).Where(i => refusals[i] is null)];
        return fitting.Length > 0 || images.Count == 0 ? fitting : throw new CommandFailure(
            ExitCodes.BadInput, $"no image is for bench {bench.Id}: {images[0].Listed.Name}: {refusals[0]}");
    }

    private static (RunImage Listed, ImageToTake Taken) Read(string file)
    {
        byte[] bytes = ImageFile.Load(file).Bytes;
        string? title;
        try
        {
            title = ImageAnalysis.Read(bytes, JobSurroundings.KeysOf(simulated: true)).Me?.Title;
        }
        catch (ImageFormatException e)
        {
            throw new CommandFailure(ExitCodes.BadInput, $"{file}: {e.Message}");
        }

        return title is null
            ? throw new CommandFailure(ExitCodes.BadInput, $"{file} holds no ME firmware")
            : (new RunImage(Path.GetFileName(file), ImageFile.HashOf(bytes), bytes.Length, title), TakenOf(bytes));
    }

    private static ImageToTake TakenOf(byte[] file) => new(file, [ReplaceableRegions.Me], WholeChip: false);
}
