using System.Text.Json.Nodes;

namespace FlashBench.EndToEnd.Tests;

/// <summary>`results` and `export` as processes, over jobs of a small virtual bench; exports go to readers that others
/// wrote.</summary>
public sealed class ResultsTests : IDisposable
{
    // Means something to XML, to TAP and to a shell, and may be a board's serial.
    private const string HostileSerial = "=1+1 <b>&\"' # SKIP ]]> \\ --- \u00e9";

    private static readonly TimeSpan ToolLimit = TimeSpan.FromSeconds(30);

    private readonly SmallBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Jobs_that_passed_failed_or_were_killed_are_listed_and_a_rebuild_says_the_same()
    {
        await RunThreeJobsAsync();

        ProcessEnd list = await _bench.RunAsync("results", "list", "--json");
        ProcessEnd rebuild = await _bench.RunAsync("results", "rebuild");
        ProcessEnd again = await _bench.RunAsync("results", "list", "--json");

        Assert.Equal(["PASS", "unfinished", "INCONCLUSIVE"], Outcomes(list).OrderBy(word => word.Length));
        Assert.Contains("as before", rebuild.Output, StringComparison.Ordinal);
        Assert.Equal(list.Output, again.Output);
        Assert.Equal("", list.Error + again.Error + rebuild.Error);
    }

    [Fact]
    public async Task A_store_that_cannot_be_used_costs_a_line_and_neither_the_job_nor_its_exit_code()
    {
        Assert.Equal(0, (await _bench.CertifyAsync()).ExitCode);
        string store = Assert.Single(Directory.GetFiles(_bench.ResultsFolder, "*.db"));
        File.WriteAllText(store, "not a database, and long enough to be looked at for what it says: 0123456789");

        ProcessEnd job = await _bench.CertifyAsync();
        ProcessEnd list = await _bench.RunAsync("results", "list");
        ProcessEnd rebuild = await _bench.RunAsync("results", "rebuild");

        Assert.Equal(0, job.ExitCode);
        string line = Assert.Single(job.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith(
            "flashbench: the record is whole, but not yet among the results: ", line, StringComparison.Ordinal);
        Assert.Equal(65, list.ExitCode);
        Assert.Contains("`flashbench results rebuild` makes it anew", list.Error, StringComparison.Ordinal);
        Assert.StartsWith("2 jobs in ", rebuild.Output, StringComparison.Ordinal);
        Assert.Equal(2, Outcomes(await _bench.RunAsync("results", "list", "--json")).Count);
    }

    [Fact]
    public async Task A_store_that_nobody_may_write_costs_a_line_too()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_bench.ResultsFolder)!);
        File.WriteAllText(_bench.ResultsFolder, "a file where the folder should be");

        ProcessEnd job = await _bench.CertifyAsync();
        ProcessEnd list = await _bench.RunAsync("results", "list");

        Assert.Equal(0, job.ExitCode);
        Assert.Single(job.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(73, list.ExitCode);
    }

    [Fact]
    public async Task Show_names_the_lines_behind_each_value()
    {
        await _bench.CertifyAsync();

        ProcessEnd show = await _bench.RunAsync("results", "show", Path.GetFileName(_bench.Directory!), "--json");
        JsonNode job = JsonNode.Parse(show.Output)!;
        string[] journal = await File.ReadAllLinesAsync(
            Path.Combine(_bench.Directory!, "journal.jsonl"), TestContext.Current.CancellationToken);

        JsonNode line = JsonNode.Parse(journal[(int)job["lines"]!["backup"]![0]![0]! - 1])!;
        Assert.Equal((string)job["backup"]!, (string)line["data"]!["sha256"]!);
        Assert.Equal(3, job["boots"]!.AsArray().Count);
    }

    [Fact]
    public async Task Every_table_fits_into_80_columns()
    {
        await RunThreeJobsAsync();
        string[][] verbs =
        [
            ["list"], ["show", Path.GetFileName(_bench.Directory!)], ["trend", "--by", "me"],
            ["trend", "--by", "image"], ["trend", "--by", "programmer"],
            ["compare", "me:8", "me:8.1"], ["prune", "--keep", "0"],
        ];
        foreach (string[] verb in verbs)
        {
            ProcessEnd end = await _bench.RunAsync(["results", .. verb]);

            Assert.True(end.ExitCode == 0, end.Error);
            Assert.All(end.Output.Split('\n'), line => Assert.True(line.Length <= 80, line));
        }
    }

    [Fact]
    public async Task Exported_JUnit_is_what_the_schemas_say_and_a_reader_of_it_reads()
    {
        await RunThreeJobsAsync();
        string file = Path.Combine(_bench.WorkingFolder, "results.xml");
        string schema = Path.Combine(AppContext.BaseDirectory, "Foreign", "junit.xsd");

        ProcessEnd export = await _bench.RunAsync("export", "junit", "-o", file);
        (int code, string said) = await ForeignTool.RunAsync(
            "xmllint", ToolLimit, "--noout", "--schema", schema, file);
        (int read, string complaint) = await ForeignTool.RunAsync("junitparser", ToolLimit, "verify", file);
        (_, string merged) = await ForeignTool.RunAsync("junitparser", ToolLimit, "merge", file, file, "-");

        Assert.Equal("3 jobs in " + file + ".\n", export.Output);
        Assert.True(code == 0, said);
        Assert.True(read == 1, complaint); // 1: it has failures or errors
        Assert.Contains("tests=\"6\"", merged, StringComparison.Ordinal);
        Assert.Contains("=1+1 &lt;b&gt;&amp;&quot;' # SKIP ]]&gt;", merged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_on_a_read_only_file_system_is_shown_as_it_is()
    {
        await using SmallDisk disk = await SmallDisk.MountAsync(_bench.ResultsFolder, sizeKiB: 16 << 10);
        Assert.Equal(0, (await _bench.CertifyAsync()).ExitCode);
        await disk.RemountAsync("ro");

        ProcessEnd list = await _bench.RunAsync("results", "list", "--json");

        Assert.True(list.ExitCode == 0, list.Error);
        Assert.Equal(["PASS"], Outcomes(list));
        Assert.Contains("the results may not be up to date", list.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("junit")]
    [InlineData("tap")]
    [InlineData("csv")]
    public async Task An_export_of_a_run_that_is_not_there_is_no_green_file(string format)
    {
        string file = Path.Combine(_bench.WorkingFolder, "results");

        ProcessEnd export = await _bench.RunAsync("export", format, "--run", "SOAK-TYPO", "-o", file);

        Assert.Equal(64, export.ExitCode);
        Assert.Contains("--run SOAK-TYPO has no job among the results", export.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Exported_TAP_makes_prove_fail_for_a_job_without_a_PASS_and_for_none_else()
    {
        Assert.Equal(0, (await _bench.CertifyAsync()).ExitCode);
        (string passed, string mixed) = (
            Path.Combine(_bench.WorkingFolder, "passed.tap"), Path.Combine(_bench.WorkingFolder, "mixed.tap"));
        await _bench.RunAsync("export", "tap", "-o", passed);
        await _bench.CertifyAsync("--dry-run", "--dut", HostileSerial);
        await _bench.RunAsync("export", "tap", "-o", mixed);

        (int good, string praise) = await ForeignTool.RunAsync("prove", ToolLimit, "--exec", "cat", passed);
        (int bad, string complaint) = await ForeignTool.RunAsync("prove", ToolLimit, "--exec", "cat", mixed);

        Assert.True(good == 0, praise);
        Assert.Contains("All tests successful", praise, StringComparison.Ordinal);
        Assert.NotEqual(0, bad);
        Assert.Contains("Failed test:  2", complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_jobs_go_only_when_somebody_says_how_many_and_never_an_open_one()
    {
        await _bench.CertifyAsync("--dry-run");
        await _bench.CertifyAsync();
        Assert.Null(await _bench.KillCertifyAsync("AfterSync:plan:1"));
        string evidence = Path.GetDirectoryName(_bench.Directory!)!;

        ProcessEnd plan = await _bench.RunAsync("results", "prune", "--keep", "0");
        ProcessEnd wrong = await _bench.RunAsync("results", "prune", "--keep", "0", "--confirm", "7");
        int before = Directory.GetDirectories(evidence).Length;
        ProcessEnd prune = await _bench.RunAsync("results", "prune", "--keep", "0", "--confirm", "2");

        Assert.Contains("2 jobs would go", plan.Output, StringComparison.Ordinal);
        Assert.Contains("it is open on bench me8", plan.Output, StringComparison.Ordinal);
        Assert.Equal(64, wrong.ExitCode);
        Assert.Equal(3, before);
        Assert.Equal(0, prune.ExitCode);
        Assert.Equal(_bench.Directory, Assert.Single(Directory.GetDirectories(evidence)));
        Assert.NotEmpty(Directory.GetFiles(_bench.VaultFolder, "*", SearchOption.AllDirectories));
        Assert.Equal(["unfinished"], Outcomes(await _bench.RunAsync("results", "list", "--json")));
    }

    [Fact]
    public async Task Results_of_an_evidence_folder_that_is_empty_are_none()
    {
        ProcessEnd list = await _bench.RunAsync("results", "list");
        ProcessEnd trend = await _bench.RunAsync("results", "trend");
        ProcessEnd show = await _bench.RunAsync("results", "show", "FBJ-1");
        ProcessEnd compare = await _bench.RunAsync("results", "compare", "8.1", "8.2");

        Assert.Equal((0, "No jobs.\n"), (list.ExitCode, list.Output));
        Assert.Equal((0, "No jobs.\n"), (trend.ExitCode, trend.Output));
        Assert.Equal((64, 64), (show.ExitCode, compare.ExitCode));
    }

    // A PASS, a job that stopped after its plan, one that was killed.
    private async Task RunThreeJobsAsync()
    {
        Assert.Equal(0, (await _bench.CertifyAsync()).ExitCode);
        await _bench.CertifyAsync("--dry-run", "--dut", HostileSerial);
        Assert.Null(await _bench.KillCertifyAsync("AfterSync:plan:1"));
    }

    private static List<string> Outcomes(ProcessEnd list) =>
    [
        .. list.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => (string)JsonNode.Parse(line)!["outcome"]!),
    ];
}
