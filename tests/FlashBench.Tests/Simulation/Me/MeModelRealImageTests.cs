using System.IO.Compression;
using FlashBench.Simulation.Me;
using FlashBench.Tests.Simulation.Images;

namespace FlashBench.Tests.Simulation.Me;

/// <summary>The ME model on real firmware; skipped where the folder with it is absent.</summary>
public sealed class MeModelRealImageTests
{
    private static GeneratedImage Load(string id)
    {
        string file = Path.Combine(Folder() ?? "", id + ".bin.gz");
        Assert.SkipUnless(File.Exists(file), $"{id} is not here: FLASHBENCH_IMAGES or ../shared/images");
        using var stream = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return new GeneratedImage(memory.ToArray());
    }

    private static string? Folder()
    {
        if (Environment.GetEnvironmentVariable("FLASHBENCH_IMAGES") is { Length: > 0 } named)
            return named;
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "FlashBench.sln")))
                return Path.GetFullPath(Path.Combine(at.FullName, "..", "shared", "images"));
        }

        return null;
    }

    [Theory]
    [InlineData("full-link-me8.0", false)]
    [InlineData("full-samus-me10.0", false)]
    [InlineData("full-glados-asuka-me11.0", true)]
    public void Stock_images_run_until_they_are_edited(string id, bool third)
    {
        GeneratedImage image = Load(id);
        var model = new MeModel(GenuineRecord.Take(image.Bytes));
        MeState broken = third ? MeState.NoBoot : MeState.WatchdogArmed;

        Assert.Equal(MeState.Normal, model.Decide(image.Bytes).State);
        image.Flip(image.Manifest + 0x190);
        Assert.Equal(broken, model.Decide(image.Bytes).State);
        image.Flip(image.Manifest + 0x190);
        uint bringUp = third ? image.Entry("bup").Offset : image.FirstByte("BUP");
        image.Flip(bringUp + 0x123);
        Assert.Equal(broken, model.Decide(image.Bytes).State);
        image.Flip(bringUp + 0x123);
        image.Neutralize(third);
        Assert.Equal(MeState.Removed, model.Decide(image.Bytes).State);
        image.SetDisableBit(third);
        Assert.Equal(MeState.Disabled, model.Decide(image.Bytes).State);
        image.Flip(image.Manifest + 0x190);
        Assert.Equal(broken, model.Decide(image.Bytes).State);
    }

    [Theory]
    [InlineData("full-librem-bdw-me10.0-cleaned", PchFamily.EightAndNineSeries, 0x1E020191u)]
    [InlineData("full-librem-skl-me11.0-cleaned", PchFamily.HundredSeries, 0x80022004u)]
    public void Shipped_neutralized_images_are_disabled_and_run_no_further_without_the_bit(
        string id, PchFamily pch, uint first)
    {
        GeneratedImage image = Load(id);
        GenuineRecord record = GenuineRecord.Take(image.Bytes);
        var model = new MeModel(record);

        Assert.Equal(pch, record.Pch);
        Assert.Equal(first, model.Decide(image.Bytes).Registers[0]);
        if (pch == PchFamily.HundredSeries)
            image.Flip(0x102);
        else
            image.Flip(0x128, 7);
        Assert.Equal(MeState.Removed, model.Decide(image.Bytes).State);
    }
}
