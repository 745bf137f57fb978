using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Soak;
using FlashBench.Firmware;
using FlashBench.Firmware.Composition;

namespace FlashBench.Cli.Regress;

/// <summary>The cells of a regression on named benches: their boards get the images as in a soak, and their own image
/// at the end.</summary>
/// <param name="order">What was asked.</param>
/// <param name="files">The folder.</param>
/// <param name="benches">The benches.</param>
/// <param name="duts">Serials of their boards by bench id, as far as they were named.</param>
internal sealed class BenchCells(
    RegressOrder order, IReadOnlyList<RegressFile> files, IReadOnlyList<BenchEntry> benches,
    IReadOnlyDictionary<string, string> duts)
{
    private readonly Dictionary<string, byte[]?> _images = [];

    /// <summary>Every cell of a bench with its index among the images of the run.</summary>
    public IEnumerable<(BenchEntry Bench, RegressCell Cell, int Index)> Cells()
    {
        RegressFile[] images = [.. files.Where(file => file.IsImage)];
        foreach (BenchEntry bench in benches)
        {
            DutProfile profile = DutProfiles.Load(bench.DutProfile);
            int index = 0;
            foreach (RegressFile file in images)
            {
                foreach (string policy in order.Policies)
                {
                    yield return (
                        bench,
                        new RegressCell(file, policy, profile)
                        {
                            Board = $"{bench.Sha256} {duts.GetValueOrDefault(bench.Id)}",
                            IsSimulated = bench.IsSimulated,
                        },
                        index++);
                }
            }
        }
    }

    /// <summary>The static checks of a cell, and why it cannot run; empty if it can.</summary>
    public (StaticResult Checks, string Why) Check(BenchEntry bench, RegressCell cell)
    {
        if (ImageOf(cell.File) is not { } bytes)
        {
            return (new StaticResult([new StageResult("read", StageEnd.Failed, "the file changed meanwhile")]), "");
        }

        var keys = JobSurroundings.KeysOf(bench.IsSimulated);
        var image = ImageAnalysis.Read(bytes, keys);
        StaticResult checks = StaticCheck.Of(image, new StaticOrder(cell.Policy, keys)
        {
            Profile = cell.Profile,
        });
        string why = RegressMatrix.IsFor(cell.Profile!, cell.File)
            ? GivenImage.Refusals(image, ToTake(bytes).Order(cell.Profile!)).FirstOrDefault() ?? ""
            : $"the board of bench {bench.Id} is for ME {string.Join(", ", cell.Profile!.Me.Majors)}";
        return (checks, why);
    }

    /// <summary>The images of the run by their index; those that are not to be run are not looked for.</summary>
    public IReadOnlyList<ImageToTake> Images(RunEvent.Started start)
    {
        var wanted = start.Benches.SelectMany(bench => bench.Images).ToHashSet();
        return
        [
            .. start.Images.Select((image, i) => wanted.Contains(i)
                && ImageOf(files.First(file => file.Name == image.Name)) is { } bytes
                    ? ToTake(bytes) : new ImageToTake(default, [ReplaceableRegions.Me], WholeChip: false)),
        ];
    }

    /// <summary>Runs what is to be run, and settles it.</summary>
    public void Run(RegressFloor floor, CancellationToken cancel)
    {
        SoakFloor run = floor.Run;
        BenchThreads.Run(run, [.. benches.Where(bench => run.Ask(course => course.Has(bench.Id)))], cancel);
        if (run.Broken is not null || cancel.IsCancellationRequested)
            return;
        IReadOnlyList<RunEvent> events = RunLog.Read(run.Folder, out _);
        ILookup<(string, int), JobDigest> ended = RegressRun.JobsOf(events);
        ILookup<(string, int), string> skipped = events.OfType<RunEvent.Skipped>()
            .ToLookup(skip => (skip.Bench, skip.Step), skip => skip.Why);
        foreach ((BenchEntry bench, RegressCell cell, int index) in Cells())
        {
            RunBench? place = Array.Find(run.Start.Benches, one => one.Id == bench.Id);
            int at = place is null ? -1 : Array.IndexOf(place.Images, index);
            CellResult named = order.Named(cell, bench.Id, run.Start.Run);
            if (at < 0 || floor.Settled.Contains(named.Place) || run.Ask(course => course[bench.Id].Open is not null))
                continue;
            if (run.Ask(course => course.StopReason) is { } stopped)
            {
                floor.Settle(named with
                {
                    Stage = CellJudge.Run,
                    Reason = stopped,
                });
                continue;
            }

            int[] steps =
                [.. Enumerable.Range(0, order.Repeat).Select(round => round * place!.Images.Length + at + 1)];
            List<IReadOnlyList<JobDigest>> rounds =
                [.. steps.Select(step => (IReadOnlyList<JobDigest>)[.. ended[(bench.Id, step)]])
                    .Where(attempts => attempts.Count > 0)];
            if (rounds.Count == order.Repeat)
            {
                floor.Settle(CellJudge.OfRun(named, Check(bench, cell).Checks, rounds));
                continue;
            }

            string? skip = steps.SelectMany(step => skipped[(bench.Id, step)]).FirstOrDefault();
            string why = skip ?? run.Ask(course => course[bench.Id].HasLeft?.Why) ?? "nobody knows why";
            floor.Settle(rounds.Count > 0
                ? CellJudge.OfPart(named, Check(bench, cell).Checks, rounds, order.Repeat, why)
                : skip is not null ? CellQuarantine.LeftOut(named, why)
                : named with
                {
                    Stage = CellJudge.Run,
                    Reason = why,
                });
        }
    }

    private static ImageToTake ToTake(byte[] bytes) => new(bytes, [ReplaceableRegions.Me], WholeChip: false);

    private byte[]? ImageOf(RegressFile file)
    {
        if (!_images.TryGetValue(file.Sha256, out byte[]? bytes))
            _images[file.Sha256] = bytes = ImageFolder.Load(order.Folder, file);
        return bytes;
    }
}
