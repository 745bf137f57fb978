using FlashBench.Tests.Firmware;

namespace FlashBench.Tests.Cli.Image;

public class FiguresCommandTests
{
    [Fact]
    public async Task The_table_of_the_document_is_what_the_images_give()
    {
        Assert.SkipWhen(RealImages.Folder is null, "no real images: neither ../shared/images nor FLASHBENCH_IMAGES");
        string document = File.ReadAllText(ProjectTree.PathOf("docs", "removal.md"));

        CommandLineRun run = await CommandLineRun.OfAsync(["image", "figures", RealImages.Folder!]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains($"<!-- table -->\n{run.Output}<!-- end -->", document, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_image_has_no_figures()
    {
        CommandLineRun run = await CommandLineRun.OfAsync(["image", "figures", ProjectTree.PathOf("docs")]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(2, run.Output.TrimEnd().Split('\n').Length); // the heading alone
    }
}
