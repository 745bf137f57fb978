using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace FlashBench.Tests.Watch;

/// <summary>hardware/agent/flashbench-agent as it runs on a board: by a shell of its own, on a terminal, over a board
/// made of files.</summary>
/// <remarks>The terminal is that of util-linux' `script`. Tests skip, saying so, where a program is missing.</remarks>
internal sealed class AgentScript : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _board = new();
    private readonly List<(long AtUs, string Line)> _lines = [];
    private Process? _terminal;

    /// <summary>Lines so far, each with the machine's uptime at its arrival.</summary>
    public IReadOnlyList<(long AtUs, string Line)> Lines => _lines;

    /// <summary>Adds a file to the board.</summary>
    public AgentScript With(string path, byte[] content)
    {
        string file = _board.At(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
        return this;
    }

    /// <summary>Adds a file of text to the board.</summary>
    public AgentScript With(string path, string content) => With(path, Encoding.UTF8.GetBytes(content));

    /// <summary>Adds a shell script that can be run.</summary>
    public AgentScript WithProgram(string path, string script)
    {
        With(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(
            _board.At(path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return this;
    }

    /// <summary>True if the board has the file.</summary>
    public bool Has(string path) => File.Exists(_board.At(path));

    /// <summary>Adds a PCI function to the board.</summary>
    public AgentScript WithPci(string slot, string vendor, string device, string kind)
    {
        string folder = $"sys/bus/pci/devices/0000:{slot}";
        return With($"{folder}/vendor", $"0x{vendor}\n").With($"{folder}/device", $"0x{device}\n")
            .With($"{folder}/class", $"0x{kind}\n");
    }

    /// <summary>Configuration space of the ME's device.</summary>
    public static byte[] Configuration(int length, params uint[] registers)
    {
        byte[] space = new byte[256];
        BinaryPrimitives.WriteUInt32LittleEndian(space, 0x1E3A_8086);
        int[] offsets = [0x40, 0x48, 0x60, 0x64, 0x68, 0x6C];
        for (int i = 0; i < registers.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(space.AsSpan(offsets[i]), registers[i]);
        return space[..length];
    }

    /// <summary>Starts the agent.</summary>
    /// <param name="shell">"sh" or "busybox sh".</param>
    public void Start(string shell)
    {
        string agent = ProjectTree.PathOf("hardware", "agent", "flashbench-agent");
        RequireProgram(shell.Split(' ')[0]);
        var start = new ProcessStartInfo("script", ["-qfec", $"exec {shell} '{agent}' \"$(tty)\"", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["FLASHBENCH_AGENT_ROOT"] = _board.Path;
        start.Environment["SHELL"] = "/bin/sh";
        try
        {
            _terminal = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("script (util-linux) is not installed");
        }
    }

    /// <summary>Sends bytes to the agent's console.</summary>
    public async Task SendAsync(string text)
    {
        await _terminal!.StandardInput.WriteAsync(text);
        await _terminal.StandardInput.FlushAsync();
    }

    /// <summary>Reads lines until one fits.</summary>
    public async Task<string> ReadUntilAsync(Func<string, bool> fits)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        over.CancelAfter(Patience);
        while (await _terminal!.StandardOutput.ReadLineAsync(over.Token) is { } line)
        {
            _lines.Add((UptimeUs(), line.TrimEnd('\r')));
            if (fits(_lines[^1].Line))
                return _lines[^1].Line;
        }

        throw new EndOfStreamException($"the agent ended: {string.Join('|', _lines.Select(entry => entry.Line))}");
    }

    /// <summary>The machine's uptime, as the agent sees it.</summary>
    public static long UptimeUs() => (long)(1e6 * double.Parse(
        File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_terminal is { } process)
        {
            process.Kill(); // the agent's terminal hangs up
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            process.Dispose();
        }

        _board.Dispose();
    }

    private static void RequireProgram(string name)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        Assert.SkipUnless(
            folders.Any(folder => File.Exists(Path.Combine(folder, name))), $"{name} is not installed");
    }
}
