using System.ComponentModel;
using System.Diagnostics;

namespace FlashBench.Tests.Simulation.Board;

/// <summary>The simulated agent's lines before a checker that shares nothing with this project.</summary>
public sealed class AgentLinesTests
{
    // docs/console-protocol.md, in another language and with another implementation of the checksum.
    private const string Checker = """
        import re, sys, zlib
        value = r'(?:[!-$&-<>-~]|%(?:[01][0-9a-f]|20|25|3d|7f|[89a-f][0-9a-f])){1,400}'
        head = r'[0-9a-f]{8} [1-9][0-9]* [0-9]+\.[0-9]{2}'
        forms = [rf'FB1 {head}( ([0-9a-f]{{8}}|--------)){{6}} [0-9a-f]{{8}}',
                 rf'FB2 {head}( [a-z][a-z0-9]{{0,15}}={value}){{1,16}} [0-9a-f]{{8}}']
        count = 0
        for line in sys.stdin.read().splitlines():
            body, _, crc = line.rpartition(' ')
            if len(line) > 512 or not any(re.fullmatch(form, line) for form in forms):
                sys.exit('form: ' + line)
            if '%08x' % zlib.crc32(body.encode('ascii')) != crc:
                sys.exit('checksum: ' + line)
            count += 1
        print(count)
        """;

    [Theory]
    [InlineData("me8")]
    [InlineData("me10")]
    [InlineData("me11")]
    public async Task Another_reader_accepts_every_line(string kind)
    {
        BoardStage stage = BoardStage.Play(kind, async board =>
        {
            await board.CycleAsync();
            await board.WaitAsync(TimeSpan.FromSeconds(60));
            await board.SendAsync("FBQ 1a2b3c4d\n");
            await board.WaitAsync(TimeSpan.FromSeconds(60));
            await board.SendAsync("FBF 5a6b7c8d\n");
            await board.WaitAsync(TimeSpan.FromSeconds(300));
        });
        string[] lines = [.. stage.Lines.Where(line => line.StartsWith("FB", StringComparison.Ordinal))];

        Assert.Equal(8, lines.Count(line => line.StartsWith("FB2 ", StringComparison.Ordinal)));
        Assert.Equal($"{lines.Length}", await JudgeAsync(lines));
        Assert.StartsWith("form", await JudgeAsync([lines[0] + " "]), StringComparison.Ordinal);
        Assert.StartsWith("checksum", await JudgeAsync([lines[0].Replace("FB1 0", "FB1 1", StringComparison.Ordinal)]),
            StringComparison.Ordinal);
    }

    private static async Task<string> JudgeAsync(string[] lines)
    {
        var start = new ProcessStartInfo("python3", ["-c", Checker])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process judge = Process.Start(start)!;
            await judge.StandardInput.WriteAsync(string.Join('\n', lines));
            judge.StandardInput.Close();
            Task<string> said = judge.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            string complaint = await judge.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            return (await said + complaint).Trim();
        }
        catch (Win32Exception)
        {
            Assert.Skip("python3 is not installed");
            throw;
        }
    }
}
