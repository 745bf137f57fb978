using System.Text;

namespace FlashBench.EndToEnd.Tests;

/// <summary>One virtual bench with a chosen programmer, in folders of its own, for whole jobs.</summary>
internal sealed class CertifyBench : IDisposable
{
    private static readonly TimeSpan JobLimit = TimeSpan.FromMinutes(3);

    private readonly FlashBenchProcess _flashbench = new() { Limit = JobLimit };
    private int _jobs;

    /// <summary>Writes the configuration.</summary>
    /// <param name="programmer">"ch341a" or "ft2232h".</param>
    public CertifyBench(string programmer) => File.WriteAllText(
        Path.Combine(_flashbench.WorkingFolder, "bench-config.json"), $$"""
        { "version": 1, "benches": [ { "id": "it", "default": true, "dutProfile": "virtual-me8",
          "virtual": { "image": "me8", "chip": "W25Q64", "seed": 1, "programmer": "{{programmer}}" } } ] }
        """);

    /// <summary>The journals of all jobs.</summary>
    public string[] Journals => Directory.GetFiles(
        _flashbench.WorkingFolder, "journal.jsonl", SearchOption.AllDirectories);

    public void Dispose() => _flashbench.Dispose();

    /// <summary>Sets variables of the program's environment.</summary>
    public void With(IReadOnlyDictionary<string, string> environment)
    {
        foreach ((string name, string value) in environment)
            _flashbench.With(name, value);
    }

    /// <summary>Runs any command in these folders.</summary>
    public Task<ProcessEnd> RunAsync(params string[] args) => _flashbench.RunAsync(args);

    /// <summary>Runs `certify` on a fresh chip to its end.</summary>
    public async Task<JobEnd> CertifyAsync(params string[] args)
    {
        string evidence = Path.Combine(_flashbench.WorkingFolder, $"job{++_jobs}");
        ProcessEnd end = await RunAsync(["certify", "--quiet", "--evidence", evidence, .. args]);
        string[] journals = Journals.Where(path => path.StartsWith(evidence, StringComparison.Ordinal)).ToArray();
        Assert.True(journals.Length == 1, $"exit {end.ExitCode}\n{end.Output}{end.Error}");
        return new JobEnd(end.ExitCode, end.Output + end.Error, await File.ReadAllBytesAsync(
            journals[0], TestContext.Current.CancellationToken));
    }

    /// <summary>Reads what the chip holds now, in process.</summary>
    public async Task<byte[]> ReadChipAsync()
    {
        string file = Path.Combine(_flashbench.WorkingFolder, "chip.bin");
        File.Delete(file);
        ProcessEnd end = await RunAsync("flash", "read", file, "--quiet");
        Assert.True(end.ExitCode == 0, end.Error);
        return await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
    }
}

/// <summary>How a job ended.</summary>
internal sealed record JobEnd(int ExitCode, string Said, byte[] Journal)
{
    public string JournalText => Encoding.UTF8.GetString(Journal);
}
