using System.Globalization;
using FlashBench.Tests.Firmware;

namespace FlashBench.Tests.Cli.Image;

public sealed class SplitCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flashbench-split-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("full-link-me8.0")]
    [InlineData("full-ga-z77x-ud5h-me8.1-overlap")]
    public void The_parts_of_a_real_dump_restore_it_in_the_order_of_the_layout(string id) =>
        SplitRestores(RealImages.Load(id));

    [Fact]
    public void The_parts_of_a_synthetic_dump_restore_it() => SplitRestores(TestImage.Gen2Dump().Bytes);

    [Fact]
    public async Task A_folder_that_exists_is_left_as_it_is()
    {
        string parts = Directory.CreateDirectory(InFolder("parts")).FullName;

        CommandLineRun run = await CommandLineRun.OfAsync(["image", "split", Save(TestImage.Gen2Dump()), "-o", parts]);

        Assert.Equal(73, run.ExitCode);
        Assert.Contains("exists already", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(parts));
    }

    [Fact]
    public async Task A_bare_region_is_refused_and_leaves_nothing()
    {
        string dump = Save(TestImage.Gen2Region());

        CommandLineRun run = await CommandLineRun.OfAsync(["image", "split", dump, "-o", InFolder("parts")]);

        Assert.Equal(65, run.ExitCode);
        Assert.Equal([dump], Directory.GetFileSystemEntries(_folder.FullName));
    }

    private void SplitRestores(byte[] image)
    {
        string dump = InFolder("dump.bin"), parts = InFolder("parts");
        File.WriteAllBytes(dump, image);

        CommandLineRun run = CommandLineRun.OfAsync(["image", "split", dump, "-o", parts]).GetAwaiter().GetResult();

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var restored = new List<byte>();
        foreach (string line in File.ReadLines(Path.Combine(parts, "layout.txt")))
        {
            Assert.Equal(restored.Count, int.Parse(line[..8], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            restored.AddRange(File.ReadAllBytes(Path.Combine(parts, line[18..] + ".bin")));
        }

        Assert.True(image.AsSpan().SequenceEqual(restored.ToArray()));
        Assert.Equal(File.ReadLines(Path.Combine(parts, "layout.txt")).Count() + 1, Directory.GetFiles(parts).Length);
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder.FullName).Length);
    }

    private string InFolder(string name) => Path.Combine(_folder.FullName, name);

    private string Save(TestImage image)
    {
        string path = InFolder("dump.bin");
        File.WriteAllBytes(path, image.Bytes);
        return path;
    }
}
