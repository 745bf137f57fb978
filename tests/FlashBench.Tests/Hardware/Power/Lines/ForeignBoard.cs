using System.Diagnostics;

namespace FlashBench.Tests.Hardware.Power.Lines;

/// <summary>A relay board on a pseudo terminal, played by tests/Foreign/lcus-board.py in its own process.</summary>
internal sealed class ForeignBoard : IAsyncDisposable
{
    private readonly Process _process;

    private ForeignBoard(Process process, string port) => (_process, Port) = (process, port);

    /// <summary>Its serial port.</summary>
    public string Port { get; }

    public static async Task<ForeignBoard> StartAsync(params string[] options)
    {
        string script = ProjectTree.PathOf("tests", "Foreign", "lcus-board.py");
        var start = new ProcessStartInfo("python3", [script, .. options]) { RedirectStandardOutput = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("python3 is not installed");
            throw;
        }

        string? port = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        return new ForeignBoard(process, port ?? throw new InvalidOperationException("the board did not start"));
    }

    /// <summary>Takes the board off its cable.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
