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

    /// <summary>The images that the board of each bench can get, as indices.</summary>
    /// <exception cref="CommandFailure">There are images, and none of them is for a bench, or one is for no bench.
    /// </exception>
    public static IReadOnlyList<int[]> Fitting(
        IReadOnlyList<BenchEntry> benches, IReadOnlyList<(RunImage Listed, ImageToTake Taken)> images)
    {
        var known = new Dictionary<(string Profile, bool Simulated), string?[]>();
        List<string?[]> refusals = [.. benches.Select(RefusalsOf)];
        for (int bench = 0; bench < benches.Count; bench++)
        {
            if (images.Count > 0 && !Array.Exists(refusals[bench], refusal => refusal is null))
            {
                throw new CommandFailure(ExitCodes.BadInput, $"no image is for bench {benches[bench].Id}: "
                    + $"{images[0].Listed.Name}: {refusals[bench][0]}");
            }
        }

        for (int image = 0; image < images.Count; image++)
        {
            if (refusals.TrueForAll(bench => bench[image] is not null))
            {
                throw new CommandFailure(ExitCodes.BadInput, $"{images[image].Listed.Name} is for no bench of this run"
                    + $": {benches[0].Id}: {refusals[0][image]}");
            }
        }

        return
        [
            .. refusals.Select(bench => Enumerable.Range(0, images.Count).Where(i => bench[i] is null).ToArray()),
        ];

        string?[] RefusalsOf(BenchEntry bench)
        {
            bool simulated = bench.IsSimulated;
            if (!known.TryGetValue((bench.DutProfile, simulated), out string?[]? found))
            {
                DutProfile profile = DutProfiles.Load(bench.DutProfile);
                var keys = JobSurroundings.KeysOf(simulated);
                known[(bench.DutProfile, simulated)] = found =
                [
                    .. images.Select(image => GivenImage.Refusals(
                        ImageAnalysis.Read(image.Taken.File, keys), image.Taken.Order(profile)).FirstOrDefault()),
                ];
            }

            return found;
        }
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
