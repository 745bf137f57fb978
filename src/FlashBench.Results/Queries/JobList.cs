using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Results.Queries;

/// <summary>Rows, newest first.</summary>
public static class JobList
{
    /// <summary>Reads them.</summary>
    /// <param name="store">The store.</param>
    /// <param name="filter">Which.</param>
    /// <param name="limit">At most so many; null for all.</param>
    /// <returns>Rows without their boots.</returns>
    /// <exception cref="ResultsException">The store cannot be read.</exception>
    public static List<JobRow> Read(ResultsStore store, ResultsFilter filter, int? limit)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(filter);
        (string sql, List<(string, object)> values) = Sql(filter, limit);
        return store.Query(sql, values, reader => JobColumns.Read(reader, 0));
    }

    internal static (string Sql, List<(string, object)> Values) Sql(ResultsFilter filter, int? limit)
    {
        (string where, List<(string, object)> values) = filter.Where();
        values.Add(("$limit", limit ?? -1L));
        return ($"SELECT {JobColumns.Names} FROM job WHERE {where} ORDER BY started DESC, directory DESC LIMIT $limit",
            values);
    }
}
