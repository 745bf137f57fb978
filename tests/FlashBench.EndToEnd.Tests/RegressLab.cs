using System.IO.Compression;
using FlashBench.Bench.Regress;
using FlashBench.Bench.Runs;
using FlashBench.Simulation.Images;

namespace FlashBench.EndToEnd.Tests;

/// <summary>A folder with two small generated images, two virtual benches with boards of 1 MiB, and a program that runs
/// regressions over them.</summary>
public abstract class RegressLab : IDisposable
{
    private protected RegressLab()
    {
        WriteConfig();
        Directory.CreateDirectory(Images);
        Put("one.bin", Image(1));
        Put("two.bin", Image(2));
    }

    private protected FlashBenchProcess Program { get; } = new() { Limit = TimeSpan.FromMinutes(3) };

    private protected string Images => Path.Combine(Program.WorkingFolder, "images");

    private protected string Evidence => Path.Combine(Program.DataFolder, "flashbench", "evidence");

    public virtual void Dispose()
    {
        Program.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes the configuration.</summary>
    /// <param name="more">Further keys of every bench's "virtual", each behind a comma.</param>
    /// <param name="head">Further keys of the file, each with a comma behind it.</param>
    private protected void WriteConfig(string more = "", string head = "") => File.WriteAllText(
        Path.Combine(Program.WorkingFolder, "bench-config.json"), $$"""
        { "version": 1, {{head}} "benches": [
          { "id": "a", "dutProfile": "virtual-me8",
            "virtual": { "image": "me8", "chip": "W25Q80", "seed": 8{{more}} } },
          { "id": "b", "dutProfile": "virtual-me8",
            "virtual": { "image": "me8", "chip": "W25Q80", "seed": 9{{more}} } } ] }
        """);

    private protected static byte[] Image(byte board) => ImageGenerator.CreateSmall("me8", 1 << 20, board);

    // One bit of what the manifest's signature covers.
    private protected static byte[] Damaged(byte[] image)
    {
        int tag = image.AsSpan().IndexOf("$MN2"u8);
        image[tag + 0x40] ^= 1;
        return image;
    }

    private protected static byte[] Packed(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }

    private protected static string OneLine(string text) =>
        string.Join(' ', text.Split((char[])['\n', ' '], StringSplitOptions.RemoveEmptyEntries));

    private protected static string[] Facts(RegressTable table) =>
    [
        .. table.Cells.Select(cell => string.Join(
            '|', cell.Place, cell.Outcome, cell.Stage, cell.Reason, cell.Result, cell.Level, cell.OpenChecks)),
    ];

    private protected Task<ProcessEnd> RunAsync(params string[] more) =>
        Program.RunAsync(["regress", "--images", "images", .. more]);

    private protected void Put(string name, byte[] content) => File.WriteAllBytes(Path.Combine(Images, name), content);

    // The runs in their order: two of one second have a number behind their names.
    private protected string FolderOf(int run) => Directory.GetDirectories(Evidence)
        .OrderBy(folder => RunLog.ReadStart(folder).Utc).ElementAt(run);

    private protected string RunOf(int run) => Path.GetFileName(FolderOf(run));

    private protected RegressTable Table(int run) => RegressTable.Of(RunLog.Read(FolderOf(run), out _));
}
