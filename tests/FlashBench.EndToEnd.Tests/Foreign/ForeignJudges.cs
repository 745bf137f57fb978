namespace FlashBench.EndToEnd.Tests.Foreign;

/// <summary>What scripts/foreign builds and installs: judges that share no code with this project.</summary>
internal static class ForeignJudges
{
    private const string StandIn = "libusb-1.0.so.0";

    /// <summary>The folder with the stand-in for libusb and the other programs of tests/Foreign.</summary>
    public static string Folder { get; } = Path.Combine(FindRoot(), "artifacts", "foreign");

    /// <summary>Debian's flashrom, or null where it is not installed.</summary>
    public static string? FlashromProgram { get; } =
        new[] { "/usr/sbin/flashrom", "/usr/bin/flashrom", "/usr/local/sbin/flashrom" }.FirstOrDefault(File.Exists);

    /// <summary>Puts the clock of the device in place of a program's own.</summary>
    public static string DeviceClock => Path.Combine(Folder, "device-clock.so");

    /// <summary>Skips the test, visibly, where the judges are not built.</summary>
    public static void Require() =>
        Assert.SkipUnless(
            File.Exists(Path.Combine(Folder, StandIn)), "the judges of tests/Foreign are not built: scripts/foreign");

    /// <summary>Skips the test, visibly, where flashrom or the stand-in is missing.</summary>
    public static void RequireFlashrom()
    {
        Require();
        Assert.SkipWhen(FlashromProgram is null, "flashrom is not installed: scripts/foreign says how");
    }

    /// <summary>A program that scripts/foreign has built.</summary>
    public static string Program(string name) => Path.Combine(Folder, name);

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FlashBench.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no FlashBench.sln above");
        return folder;
    }
}
