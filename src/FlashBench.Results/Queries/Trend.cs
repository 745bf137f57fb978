using FlashBench.Results.Store;
using Microsoft.Data.Sqlite;

namespace FlashBench.Results.Queries;

/// <summary>By what jobs are put together.</summary>
public enum TrendGroup
{
    /// <summary>ME version.</summary>
    Me,

    /// <summary>Serial of the board.</summary>
    Board,

    /// <summary>Bench.</summary>
    Bench,

    /// <summary>Programmer.</summary>
    Programmer,

    /// <summary>Image under test.</summary>
    Image,
}

/// <summary>What jobs of one group come to.</summary>
/// <param name="Key">What they have in common; null where no journal says it.</param>
/// <param name="Jobs">How many, negative controls and restores not among them.</param>
/// <param name="Pass">PASS at the first attempt.</param>
/// <param name="Flaky">PASS after a repetition.</param>
/// <param name="Fail">FAIL.</param>
/// <param name="Inconclusive">INCONCLUSIVE.</param>
/// <param name="Error">ERROR.</param>
/// <param name="Aborted">ABORTED.</param>
/// <param name="Open">Without a verdict.</param>
/// <param name="First">When the first began; seconds since 1970.</param>
/// <param name="Last">When the last began.</param>
/// <param name="OsUpSeconds">Mean time to the operating system; null if none was seen.</param>
/// <param name="DriftSecondsPerDay">Slope of that time over the days by least squares; null where all jobs began at
/// one time.</param>
/// <param name="FirstFailure">When the first FAIL began; null for none.</param>
public sealed record TrendRow(
    string? Key, long Jobs, long Pass, long Flaky, long Fail, long Inconclusive, long Error, long Aborted, long Open,
    long? First, long? Last, double? OsUpSeconds, double? DriftSecondsPerDay, long? FirstFailure)
{
    /// <summary>The job directory of the first FAIL; null for none.</summary>
    public string? FirstFailureJob { get; init; }

    /// <summary>PASS at the first attempt, of the jobs that were decided for or against their board.</summary>
    /// <returns>0 to 1; null if there is none.</returns>
    public double? PassRate => Pass + Flaky + Fail + Inconclusive is > 0 and var judged ? (double)Pass / judged : null;
}

/// <summary>How groups of jobs did over time.</summary>
public static class Trend
{
    private const double SecondsPerDay = 86_400;

    /// <summary>Reads it, by the groups' names.</summary>
    /// <exception cref="ResultsException">The store cannot be read.</exception>
    public static List<TrendRow> Read(ResultsStore store, TrendGroup group, ResultsFilter filter)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(filter);
        (string sql, List<(string, object)> values) = Sql(group, filter, store.FirstStart());
        return
        [
            .. store.Query(sql, values, Row).Select(row => row.FirstFailure is long at
                ? row with { FirstFailureJob = FirstFailure(store, group, filter, row.Key, at) }
                : row),
        ];
    }

    internal static (string Sql, List<(string, object)> Values) Sql(
        TrendGroup group, ResultsFilter filter, long zero)
    {
        (string where, List<(string, object)> values) = filter.Where();
        values.Add(("$zero", zero));
        string key = Column(group);
        // Sums for a line through (started, os_up); counted from the first job, squares lose no digits.
        return (
            $"""
            SELECT {key}, count(*), sum(verdict = 'PASS' AND NOT flaky), sum(verdict = 'PASS' AND flaky),
              sum(verdict = 'FAIL'), sum(verdict = 'INCONCLUSIVE'), sum(verdict = 'ERROR'), sum(verdict = 'ABORTED'),
              sum(verdict IS NULL), min(started), max(started), avg(os_up_us) / 1e6,
              sum(CASE WHEN os_up_us NOT NULL AND started NOT NULL THEN 1.0 END),
              sum(CASE WHEN os_up_us NOT NULL THEN started - $zero END),
              sum(CASE WHEN started NOT NULL THEN os_up_us / 1e6 END), sum((started - $zero) * (started - $zero)
              * (os_up_us NOT NULL)), sum((started - $zero) * (os_up_us / 1e6)),
              min(CASE WHEN verdict = 'FAIL' THEN started END)
            FROM job WHERE {where} AND counted = 1 GROUP BY {key} ORDER BY {key}
            """, values);
    }

    /// <summary>Column of a group.</summary>
    internal static string Column(TrendGroup group) => group switch
    {
        TrendGroup.Me => "me_version",
        TrendGroup.Board => "dut",
        TrendGroup.Bench => "bench",
        TrendGroup.Programmer => "programmer",
        TrendGroup.Image => "image",
        _ => throw new ArgumentOutOfRangeException(nameof(group)),
    };

    private static TrendRow Row(SqliteDataReader reader)
    {
        long Count(int at) => reader.IsDBNull(at) ? 0 : reader.GetInt64(at);
        long? Time(int at) => reader.IsDBNull(at) ? null : reader.GetInt64(at);
        double Sum(int at) => reader.IsDBNull(at) ? 0 : reader.GetDouble(at);
        double determinant = Sum(12) * Sum(15) - Sum(13) * Sum(13);
        bool isLine = Sum(12) >= 2 && Time(10) > Time(9) && determinant > 0;
        return new TrendRow(
            reader.IsDBNull(0) ? null : reader.GetString(0), Count(1), Count(2), Count(3), Count(4), Count(5), Count(6),
            Count(7), Count(8), Time(9), Time(10), reader.IsDBNull(11) ? null : reader.GetDouble(11),
            isLine ? (Sum(12) * Sum(16) - Sum(13) * Sum(14)) / determinant * SecondsPerDay : null, Time(17));
    }

    private static string? FirstFailure(
        ResultsStore store, TrendGroup group, ResultsFilter filter, string? key, long at)
    {
        (string where, List<(string, object)> values) = filter.Where();
        values.AddRange([("$key", (object?)key ?? DBNull.Value), ("$at", at)]);
        return store.Query(
            $"SELECT min(directory) FROM job WHERE {where} AND {Column(group)} IS $key AND started = $at "
            + "AND verdict = 'FAIL' AND counted = 1", values,
            reader => reader.IsDBNull(0) ? null : reader.GetString(0)).Single();
    }
}
