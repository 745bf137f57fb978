using FlashBench.Bench;
using FlashBench.Results.Queries;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Tests.Results;

public sealed class ComparisonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("P", "P", ItemChange.Same)]
    [InlineData("P", "F", ItemChange.NewFailure)]
    [InlineData("P", "I", ItemChange.Lost)]
    [InlineData("PP", "PF", ItemChange.NewlyFlaky)]
    [InlineData("P", "R", ItemChange.NewlyFlaky)]
    [InlineData("PF", "FF", ItemChange.NewFailure)]
    [InlineData("F", "P", ItemChange.Fixed)]
    [InlineData("PF", "PP", ItemChange.Fixed)]
    [InlineData("F", "I", ItemChange.Other)]
    [InlineData("F", "F", ItemChange.Same)]
    [InlineData("", "P", ItemChange.New)]
    [InlineData("P", "", ItemChange.Gone)]
    public void Two_runs_say_what_became_of_a_board(string before, string after, ItemChange change)
    {
        using ResultsStore store = SampleRows.Store(_folder,
            [.. Jobs("a", before), .. Jobs("b", after), .. Jobs("a", "P", "other"), .. Jobs("b", "P", "other")]);

        List<ComparedItem> items = Comparison.Read(
            store, ComparedSide.Find(store, "a")!, ComparedSide.Find(store, "run:b")!);

        Assert.Equal(2, items.Count);
        Assert.Equal(change, items.Single(item => item.Name.StartsWith("board-1 ", StringComparison.Ordinal)).Change);
        Assert.Equal(ItemChange.Same,
            items.Single(item => item.Name.StartsWith("other ", StringComparison.Ordinal)).Change);
    }

    [Fact]
    public void A_failure_names_its_checks_and_the_times_of_both_sides()
    {
        using ResultsStore store = SampleRows.Store(_folder,
            SampleRows.Row(1) with { OsUpUs = 8_000_000 },
            SampleRows.Row(2, Verdict.Fail) with { MeVersion = "8.1.65.1586", OpenChecks = "C1 B2" },
            SampleRows.Row(3, Verdict.Fail) with { MeVersion = "8.1.65.1586", OpenChecks = "B2" });

        ComparedItem item = Assert.Single(Comparison.Read(
            store, ComparedSide.Find(store, "8.1.30.1350")!, ComparedSide.Find(store, "me:8.1.65")!));

        Assert.Equal((ItemChange.NewFailure, "B2 C1", 2), (item.Change, item.B!.Checks, item.B.Jobs));
        Assert.Equal((8.0, 9.0), (item.A!.OsUpSeconds, item.B.OsUpSeconds));
    }

    [Fact]
    public void An_image_is_meant_by_the_first_digits_of_its_hash_and_nothing_else_is_guessed()
    {
        using ResultsStore store = SampleRows.Store(_folder, SampleRows.Row(1));

        Assert.Equal(SideKind.Image, ComparedSide.Find(store, "aaaaaa")!.Kind);
        Assert.Equal(SideKind.Image, ComparedSide.Find(store, "image:aaaaaaaa")!.Kind);
        Assert.Null(ComparedSide.Find(store, "aaaa"));
        Assert.Null(ComparedSide.Find(store, "bbbbbb"));
        Assert.Null(ComparedSide.Find(store, "board:board-1"));
        Assert.Null(ComparedSide.Find(store, SampleRows.Hostile));
    }

    // P passed, F failed, I inconclusive, R passed at the second attempt.
    private static IEnumerable<JobRow> Jobs(string run, string ends, string board = "board-1") =>
        ends.Select((end, index) => SampleRows.Row(index, end switch
        {
            'F' => Verdict.Fail,
            'I' => Verdict.Inconclusive,
            _ => Verdict.Pass,
        }) with
        {
            Directory = $"{run}/{board}-{index}",
            Dut = board,
            Place = new RunPlace(run, index, end == 'R' ? 2 : 1),
        });
}
