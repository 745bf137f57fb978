using System.Diagnostics;

namespace FlashBench.Tests;

/// <summary>A pipe with a name, to which nobody writes: whoever opens it waits for ever.</summary>
internal static class NamedPipe
{
    public static void Create(string path)
    {
        using var make = Process.Start("mkfifo", [path]);
        make.WaitForExit();
        Assert.Equal(0, make.ExitCode);
    }
}
