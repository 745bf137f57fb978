using FlashBench.Cli;
using FlashBench.Cli.Output;

namespace FlashBench.Tests.Cli.Output;

public sealed class OutputFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flashbench-output-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory] // as root, a file in the place of /dev/stdout would be there for every program
    [InlineData(true)]
    [InlineData(false)]
    public void A_link_is_neither_replaced_nor_followed(bool hasTarget)
    {
        string target = InFolder("target.bin"), link = InFolder("link.bin");
        if (hasTarget)
            File.WriteAllText(target, "as before");
        File.CreateSymbolicLink(link, target);

        var refusal = Assert.Throws<CommandFailure>(() => OutputFile.Write(link, [1, 2, 3]));

        Assert.Equal(73, refusal.ExitCode);
        Assert.Equal(target, new FileInfo(link).LinkTarget);
        Assert.Equal(hasTarget ? "as before" : null, File.Exists(target) ? File.ReadAllText(target) : null);
        Assert.Equal(hasTarget ? 2 : 1, _folder.GetFileSystemInfos().Length);
    }

    private string InFolder(string name) => Path.Combine(_folder.FullName, name);
}
