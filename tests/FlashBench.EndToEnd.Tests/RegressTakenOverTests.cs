using FlashBench.Bench.Journal;
using FlashBench.Bench.Regress;

namespace FlashBench.EndToEnd.Tests;

/// <summary>What a regression takes over from an earlier one, and what it must not.</summary>
public sealed class RegressTakenOverTests : RegressLab
{
    private static readonly string[] Purism = ["--matrix", "policy=purism"];

    [Fact]
    public async Task A_pass_on_another_virtual_board_is_none_on_this_one()
    {
        await RunAsync(Purism);
        WriteConfig(more: ", \"agent\": false");
        ProcessEnd end = await RunAsync(Purism);

        Assert.All(Table(0).Cells, cell => Assert.Equal(CellOutcome.Pass, cell.Outcome));
        Assert.All(Table(1).Cells, cell => Assert.Equal(
            (CellOutcome.Inconclusive, RunOf(1)), (cell.Outcome, cell.Run)));
        Assert.Equal(20, end.ExitCode);
    }

    [Fact]
    public async Task A_pass_of_one_board_on_a_named_bench_is_none_of_the_next_board_on_it()
    {
        string[] onBench = [.. Purism, "--bench", "a"];
        await RunAsync([.. onBench, "--dut", "a=FIRST-1"]);
        await RunAsync([.. onBench, "--dut", "a=OTHER-2"]);
        await RunAsync([.. onBench, "--dut", "a=OTHER-2"]);

        Assert.All(Table(1).Cells, cell => Assert.Equal((CellOutcome.Pass, RunOf(1)), (cell.Outcome, cell.Run)));
        Assert.All(Table(2).Cells, cell => Assert.Equal((CellOutcome.Pass, RunOf(1)), (cell.Outcome, cell.Run)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pass_whose_evidence_is_gone_or_damaged_is_run_again(bool isGone)
    {
        await RunAsync(Purism);
        CellResult[] before = [.. Table(0).Cells];
        string job = Path.Combine(FolderOf(0), Assert.Single(before[0].Jobs));
        if (isGone)
            Directory.Delete(job, recursive: true);
        else
            Spoil(Path.Combine(job, JournalWriter.FileName));
        ProcessEnd end = await RunAsync(Purism);
        CellResult[] after = [.. Table(1).Cells];

        Assert.True(end.ExitCode == 0, end.Error + end.Output);
        Assert.Equal((before[0].File, CellOutcome.Pass, RunOf(1)), (after[0].File, after[0].Outcome, after[0].Run));
        Assert.Equal((before[1].File, CellOutcome.Pass, RunOf(0)), (after[1].File, after[1].Outcome, after[1].Run));
        Assert.Contains($"no change since {RunOf(0)}", end.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_is_added_takes_over_the_others_and_one_that_is_not_asked_for_is_not_gone()
    {
        ProcessEnd one = await RunAsync(Purism);
        ProcessEnd two = await RunAsync("--matrix", "policy=hap-only,purism");
        ProcessEnd again = await RunAsync(Purism);

        Assert.Equal([0, 0, 0], new[] { one, two, again }.Select(end => end.ExitCode));
        Assert.Equal(
            [RunOf(1), RunOf(0), RunOf(1), RunOf(0)], Table(1).Cells.Select(cell => cell.Run)); // hap-only, purism
        Assert.Contains($"since {RunOf(0)}, over another matrix: 2 new", OneLine(two.Output), StringComparison.Ordinal);
        Assert.Contains($"no change since {RunOf(0)}", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_bench_of_the_same_type_is_another_matrix()
    {
        await RunAsync([.. Purism, "--bench", "a"]);
        ProcessEnd other = await RunAsync([.. Purism, "--bench", "b"]);
        ProcessEnd both = await RunAsync([.. Purism, "--bench", "a", "--bench", "b"]);

        Assert.Contains("nothing to compare with", other.Output, StringComparison.Ordinal);
        Assert.All(Table(1).Cells, cell => Assert.Equal(("b", RunOf(1)), (cell.Bench, cell.Run)));
        Assert.DoesNotContain("gone", both.Output, StringComparison.Ordinal);
    }

    private static void Spoil(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }
}
