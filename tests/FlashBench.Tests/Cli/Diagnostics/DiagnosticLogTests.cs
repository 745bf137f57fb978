using FlashBench.Cli.Diagnostics;

namespace FlashBench.Tests.Cli.Diagnostics;

public sealed class DiagnosticLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_folder_is_made_and_lines_arrive_in_it()
    {
        string folder = Path.Combine(_folder.Path, "a", "log");

        using (var log = DiagnosticLog.Create(folder))
        {
            Assert.Null(log.Warning);
            log.Log.Information("block {Block} erased", 7);
        }

        Assert.Contains("[INF] ", ReadAll(folder), StringComparison.Ordinal);
        Assert.Contains("block 7 erased", ReadAll(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_logs_of_one_folder_do_not_lose_each_others_lines()
    {
        using (var one = DiagnosticLog.Create(_folder.Path))
        using (var other = DiagnosticLog.Create(_folder.Path))
        {
            for (int i = 0; i < 50; i++)
            {
                one.Log.Information("one {Number}.", i);
                other.Log.Information("other {Number}.", i);
            }
        }

        string text = ReadAll(_folder.Path);
        Assert.All(Enumerable.Range(0, 50), i =>
        {
            Assert.Contains($"one {i}.", text, StringComparison.Ordinal);
            Assert.Contains($"other {i}.", text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_log_that_cannot_be_written_is_one_warning_and_silence()
    {
        string file = _folder.Write("in-the-way", "");

        using var log = DiagnosticLog.Create(Path.Combine(file, "log"));
        log.Log.Information("nobody reads this");

        Assert.StartsWith("no diagnostic log: ", log.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_roll_and_the_oldest_go()
    {
        using (var log = DiagnosticLog.Create(_folder.Path))
        {
            string line = new('x', 64 << 10);
            for (int i = 0; i < 400; i++) // 25 MiB into 10 files of 2 MiB
                log.Log.Information("{Line}", line);
        }

        FileInfo[] files = new DirectoryInfo(_folder.Path).GetFiles();
        Assert.Equal(10, files.Length);
        Assert.All(files, file => Assert.InRange(file.Length, 1, (2 << 20) + (128 << 10)));
    }

    public void Dispose() => _folder.Dispose();

    private static string ReadAll(string folder) =>
        string.Concat(Directory.GetFiles(folder).Select(File.ReadAllText));
}
