using System.Diagnostics;

namespace FlashBench.EndToEnd.Tests;

/// <summary>The pages of a soak and of a job in a real browser: whole, without a complaint, and without asking anybody
/// for anything.</summary>
public sealed class PagesInChromiumTests : IDisposable
{
    private const string Chromium = "/usr/bin/chromium", Requested = "\"initiator\":\"null\""; // by a page of a file

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly FlashBenchProcess _program = new() { Limit = Limit };

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task The_pages_are_shown_whole_say_nothing_on_the_console_and_request_nothing()
    {
        Assert.SkipUnless(File.Exists(Chromium), "chromium is not installed");
        File.WriteAllText(Path.Combine(_program.WorkingFolder, "bench-config.json"), """
            { "version": 1, "benches": [
              { "id": "a", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q80", "seed": 8 } } ] }
            """);
        string bad = Path.Combine(_program.WorkingFolder, "bad.html");
        File.WriteAllText(bad, """
            <html><body><img src="http://127.0.0.1:9/x.png"/>
            <script>console.error("boo")</script></body></html>
            """);
        ProcessEnd soak = await _program.RunAsync("soak", "--all", "--cycles", "1");
        Assert.True(soak.ExitCode == 0, soak.Error);
        string[] pages = Directory.GetFiles(_program.DataFolder, "report.html", SearchOption.AllDirectories);

        Opened control = await OpenAsync(bad);
        Assert.True(control is { Complaints: 1, Requests: > 0 }, "the browser does not tell what the test looks for");
        Assert.Equal(3, pages.Length); // of the run, its job, and the job that put the own image back
        foreach (string page in pages)
        {
            Opened opened = await OpenAsync(page);
            Assert.Contains("end of report", opened.Content, StringComparison.Ordinal);
            Assert.True(opened is { Complaints: 0, Requests: 0 }, $"{page}: {opened.Said}");
        }
    }

    private async Task<Opened> OpenAsync(string page)
    {
        string log = Path.Combine(_program.WorkingFolder, "net.json");
        ProcessStartInfo start = new(Chromium,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND",
            $"--user-data-dir={Path.Combine(_program.WorkingFolder, "browser")}", "--enable-logging=stderr",
            $"--log-net-log={log}", "--dump-dom", new Uri(page).AbsoluteUri,
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        using Process browser = Process.Start(start)!;
        try
        {
            Task<string> content = browser.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> said = browser.StandardError.ReadToEndAsync(limit.Token);
            await browser.WaitForExitAsync(limit.Token);
            string net = await File.ReadAllTextAsync(log, limit.Token);
            return new Opened(await content, await said, net.Split(Requested).Length - 1);
        }
        finally
        {
            if (!browser.HasExited)
                browser.Kill(entireProcessTree: true);
        }
    }

    private sealed record Opened(string Content, string Said, int Requests)
    {
        public int Complaints => Said.Split('\n').Count(line => line.Contains(":CONSOLE:", StringComparison.Ordinal));
    }
}
