using System.Diagnostics;
using System.Globalization;

namespace FlashBench.EndToEnd.Tests;

/// <summary>One run of the program on a pseudo-terminal, by Python's `pty`; what it shows is kept.</summary>
internal static class TerminalRun
{
    public const string Python = "/usr/bin/python3";

    // What happens once the heading of a live view was shown, or at the beginning where none is awaited.
    private const string Script = """
        import fcntl, glob, os, pty, struct, sys, termios, time
        shown, evidence, mode, terminal = open(sys.argv[1], 'wb'), sys.argv[2], sys.argv[3], sys.argv[4]
        def size(fd, columns, lines):
            fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', lines, columns, 0, 0))
        pid, fd = pty.fork()
        if pid == 0:
            size(0, 80, 24)
            os.environ['TERM'] = terminal
            os.execvp(sys.argv[5], sys.argv[5:])
        done = False
        while True:
            try:
                piece = os.read(fd, 65536)
            except OSError:
                break
            if not piece:
                break
            shown.write(piece)
            shown.flush()
            if done or b'BENCH' not in piece:
                continue
            done = True
            if mode == 'resize':
                size(fd, 120, 40)
            elif mode == 'interrupt':
                os.write(fd, b'\x03')
            elif mode == 'hangup':
                os.close(fd)
                break
            elif mode == 'stall':
                for _ in range(1200):
                    time.sleep(0.1)
                    if any(b'"run.end"' in open(log, 'rb').read() for log in glob.glob(evidence + '/*/run.jsonl')):
                        shown.write(b'<ended meanwhile>')
                        break
        _, status = os.waitpid(pid, 0)
        sys.exit(os.waitstatus_to_exitcode(status))
        """;

    /// <summary>Runs it to its end.</summary>
    /// <param name="program">Folders and environment.</param>
    /// <param name="mode">"plain", "resize", "interrupt", "hangup" or "stall".</param>
    /// <param name="terminal">TERM.</param>
    /// <param name="args">Its arguments.</param>
    public static async Task<ProcessEnd> OfAsync(
        FlashBenchProcess program, string mode, string terminal, params string[] args)
    {
        string shown = Path.Combine(program.Folder, "shown");
        string evidence = Path.Combine(program.DataFolder, "flashbench", "evidence");
        (string name, string[] first) = FlashBenchProcess.Program;
        var start = new ProcessStartInfo(
            Python, ["-c", Script, shown, evidence, mode, terminal, name, .. first, .. args])
        {
            WorkingDirectory = program.WorkingFolder,
            RedirectStandardError = true,
        };
        start.Environment["XDG_DATA_HOME"] = program.DataFolder;
        start.Environment["XDG_STATE_HOME"] = program.StateFolder;
        start.Environment.Remove("NO_COLOR");
        using Process process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(program.Limit);
        try
        {
            string error = await process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ProcessEnd(process.ExitCode, await File.ReadAllTextAsync(shown, limit.Token), error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(string.Create(
                CultureInfo.InvariantCulture, $"{mode}: longer than {program.Limit}"));
        }
    }
}
