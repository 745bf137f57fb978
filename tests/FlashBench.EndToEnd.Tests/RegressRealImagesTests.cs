using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;

namespace FlashBench.EndToEnd.Tests;

/// <summary>A regression over some of other people's images, where they are.</summary>
public sealed class RegressRealImagesTests : IDisposable
{
    private static readonly (string Id, CellOutcome Purism, string Why)[] Known =
    [
        ("full-link-me8.0", CellOutcome.Pass, ""),
        ("full-librem-bdw-me10.0-cleaned", CellOutcome.Pass, ""),
        ("coreboot-google-link-me", CellOutcome.Pass, ""), // a region alone
        ("me-9.1.0.1015-1.5mb-prd-extr", CellOutcome.Pass, ""),
        ("full-x230-heads-cleaned", CellOutcome.Static, "no chip of board type virtual-me8"),
        ("full-gen1-me2.5-amt", CellOutcome.Static, "no board profile is for ME 2"),
        ("full-fbg1701-txe2.0", CellOutcome.Static, "no board profile is for TXE 2"),
        ("me-12.0.0.1058-con-lp-b-prd-extr", CellOutcome.Refused, "allows HAP only"),
        ("bad-ftpr-sig-bitflip", CellOutcome.Refused, "signature"),
        ("bad-fpt-count-1000", CellOutcome.Refused, "1000 entries"),
        ("bad-full-cut-1.5m", CellOutcome.Refused, "the flash it describes"),
        ("ifd-linuxboot-blobs-xx30-ifd", CellOutcome.Refused, "descriptor alone"),
    ];

    private readonly FlashBenchProcess _program = new() { Limit = TimeSpan.FromMinutes(5) };

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task Each_image_ends_as_it_must_and_a_second_run_says_no_change()
    {
        string folder = Environment.GetEnvironmentVariable("FLASHBENCH_IMAGES")
            ?? Path.Combine(RootOf(AppContext.BaseDirectory), "..", "shared", "images");
        Assert.SkipWhen(
            !File.Exists(Path.Combine(folder, "manifest.json")),
            "no real images: neither ../shared/images nor FLASHBENCH_IMAGES is there");
        string images = Path.Combine(_program.WorkingFolder, "images");
        Directory.CreateDirectory(images);
        foreach ((string id, _, _) in Known)
        {
            File.CreateSymbolicLink(
                Path.Combine(images, $"{id}.bin.gz"), Path.GetFullPath(Path.Combine(folder, $"{id}.bin.gz")));
        }

        await RunAsync();
        ProcessEnd again = await RunAsync();
        string run = Directory.GetDirectories(Path.Combine(_program.DataFolder, "flashbench", "evidence"))
            .OrderBy(one => RunLog.ReadStart(one).Utc).First();
        RegressTable table = RegressTable.Of(RunLog.Read(run, out _));

        foreach ((string id, CellOutcome outcome, string why) in Known)
        {
            CellResult cell = Assert.Single(table.Cells, cell => cell.File == $"{id}.bin.gz");
            Assert.Equal((id, outcome), (id, cell.Outcome));
            Assert.Contains(why, cell.Reason, StringComparison.Ordinal);
        }

        Assert.Contains($"no change since {Path.GetFileName(run)}", again.Output, StringComparison.Ordinal);
    }

    private Task<ProcessEnd> RunAsync() => _program.RunAsync(
        "regress", "--images", "images", "--matrix", "policy=purism", "--quiet");

    private static string RootOf(string folder)
    {
        while (!File.Exists(Path.Combine(folder, "FlashBench.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no project here");
        return folder;
    }
}
