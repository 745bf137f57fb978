using FlashBench.Hardware.Native;

namespace FlashBench.Tests.Hardware.Native;

public sealed class DirectorySyncTests
{
    [Fact]
    public void A_folder_that_is_not_there_is_an_error_that_says_so()
    {
        using var folder = new TemporaryFolder();

        DirectorySync.Flush(folder.Path);
        var error = Assert.Throws<IOException>(() => DirectorySync.Flush(folder.At("missing")));

        Assert.Contains("No such file", error.Message, StringComparison.Ordinal);
    }
}
