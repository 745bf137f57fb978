using FlashBench.Results.Queries;
using FlashBench.Results.Store;

namespace FlashBench.Tests.Results;

public sealed class QueryPlanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ResultsStore _store;

    public QueryPlanTests() => _store = ResultsStore.Open(_folder.At("results.db"), TimeSpan.FromSeconds(1));

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<string, string> Lists => new()
    {
        { "", "SCAN job USING INDEX job_by_time" },
        { "bench", "SEARCH job USING INDEX job_by_bench (bench=?)" },
        { "board", "SEARCH job USING INDEX job_by_board (dut=?)" },
        { "image", "SEARCH job USING INDEX job_by_image (image>? AND image<?)" },
        { "programmer", "SEARCH job USING INDEX job_by_programmer (programmer=?)" },
        { "verdict", "SEARCH job USING INDEX job_by_verdict (verdict=?)" },
        { "run", "SEARCH job USING INDEX job_by_run (run=?)" },
        { "since", "SEARCH job USING INDEX job_by_time (started>?)" },
    };

    [Theory]
    [MemberData(nameof(Lists))]
    public void A_list_walks_an_index(string what, string plan)
    {
        (string sql, List<(string, object)> values) = JobList.Sql(Filter(what), limit: 20);

        Assert.Equal(plan, Plan(sql, values)[0]);
    }

    [Fact]
    public void A_list_by_ME_version_searches_its_index_twice_and_scans_nothing()
    {
        (string sql, List<(string, object)> values) = JobList.Sql(Filter("me"), limit: 20);

        List<string> plan = Plan(sql, values);

        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN", StringComparison.Ordinal));
        Assert.Contains(plan, step => step.Contains("job_by_me (me_version=?)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(TrendGroup.Me, "job_by_me")]
    [InlineData(TrendGroup.Board, "job_by_board")]
    [InlineData(TrendGroup.Bench, "job_by_bench")]
    [InlineData(TrendGroup.Programmer, "job_by_programmer")]
    [InlineData(TrendGroup.Image, "job_by_image")]
    public void A_trend_reads_one_index_and_no_row(TrendGroup group, string index)
    {
        (string sql, List<(string, object)> values) = Trend.Sql(group, new ResultsFilter(), zero: 0);

        Assert.Equal([$"SCAN job USING COVERING INDEX {index}"], Plan(sql, values));
    }

    [Theory]
    [InlineData(SideKind.Run, "job_by_run")]
    [InlineData(SideKind.Image, "job_by_image")]
    [InlineData(SideKind.Me, "job_by_me")]
    public void A_comparison_searches_for_each_side(SideKind kind, string index)
    {
        var side = new ComparedSide(kind, "8");

        List<string> plan = Plan(Comparison.Sql(side, Comparison.KeyOf(kind, kind)));

        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN", StringComparison.Ordinal));
        Assert.Contains(plan, step => step.Contains(index, StringComparison.Ordinal));
    }

    [Fact]
    public void Jobs_that_may_still_grow_are_found_by_an_index_of_their_own() => Assert.Equal(
        ["SCAN job USING INDEX job_open"],
        Plan("SELECT directory, journal_bytes FROM job WHERE settled = 0 ORDER BY directory", []));

    private static ResultsFilter Filter(string what) => new()
    {
        Bench = what == "bench" ? "b" : null,
        Board = what == "board" ? "b" : null,
        Me = what == "me" ? "8.1" : null,
        Image = what == "image" ? "0123" : null,
        Programmer = what == "programmer" ? "p" : null,
        Verdict = what == "verdict" ? "FAIL" : null,
        Run = what == "run" ? "r" : null,
        Since = what == "since" ? DateTimeOffset.UnixEpoch : null,
    };

    private List<string> Plan((string Sql, List<(string, object)> Values) query) => Plan(query.Sql, query.Values);

    private List<string> Plan(string sql, List<(string, object)> values) =>
        _store.Query("EXPLAIN QUERY PLAN " + sql, values, reader => reader.GetString(3));
}
