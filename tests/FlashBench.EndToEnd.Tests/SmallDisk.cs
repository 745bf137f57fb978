using System.Globalization;

namespace FlashBench.EndToEnd.Tests;

/// <summary>A disk of a size of its own over a folder (a tmpfs), unmounted with this object.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const int KiB = 1024, PageKiB = 4;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    /// <summary>Mounts an empty disk over a folder, which is made if need be. Skips the test where that cannot be.
    /// </summary>
    /// <param name="folder">The folder; what it held is hidden until the end.</param>
    /// <param name="sizeKiB">Room for files.</param>
    public static async Task<SmallDisk> MountAsync(string folder, int sizeKiB)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a file system is mounted by root only");
        Directory.CreateDirectory(folder);
        await MountAsync(folder, string.Create(CultureInfo.InvariantCulture, $"size={sizeKiB}k"));
        return new SmallDisk(folder);
    }

    /// <summary>Changes the disk, with its files in place.</summary>
    /// <param name="option">As "size=64m" or "ro".</param>
    public Task RemountAsync(string option) => MountAsync(_folder, $"remount,{option}");

    /// <summary>The room in KiB that the files of a folder take on such a disk.</summary>
    /// <param name="folder">The folder, with all below it.</param>
    public static int UseKiB(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
        .Sum(file => (int)((new FileInfo(file).Length + (PageKiB * KiB) - 1) / (PageKiB * KiB)) * PageKiB);

    public async ValueTask DisposeAsync() => await ForeignTool.RunAsync("umount", Limit, _folder);

    private static async Task MountAsync(string folder, string options)
    {
        (int code, string said) = await ForeignTool.RunAsync(
            "mount", Limit, "-t", "tmpfs", "-o", options, "tmpfs", folder);
        Assert.SkipUnless(code == 0, $"no tmpfs can be mounted here: {said}");
    }
}
