using FlashBench.Results.Store;
using Microsoft.Data.Sqlite;

namespace FlashBench.Results.Queries;

/// <summary>What the jobs of one item on one side come to.</summary>
public enum ItemState
{
    /// <summary>Every job passed at the first attempt.</summary>
    Pass,

    /// <summary>Some passed and some did not, or only after a repetition.</summary>
    Flaky,

    /// <summary>None passed, and none failed: no evidence.</summary>
    Inconclusive,

    /// <summary>None passed, and one failed at least.</summary>
    Fail,

    /// <summary>There are jobs, and none was decided for or against its board.</summary>
    Undecided,
}

/// <summary>What became of an item from one side to the other.</summary>
public enum ItemChange
{
    /// <summary>It passed and fails.</summary>
    NewFailure,

    /// <summary>It passed, and now there is no PASS for want of evidence.</summary>
    Lost,

    /// <summary>It is flaky and was not.</summary>
    NewlyFlaky,

    /// <summary>It did not pass and does.</summary>
    Fixed,

    /// <summary>It is as it was.</summary>
    Same,

    /// <summary>It is otherwise than it was, and neither side passed.</summary>
    Other,

    /// <summary>Only the first side has it.</summary>
    Gone,

    /// <summary>Only the second side has it.</summary>
    New,
}

/// <summary>Jobs of one item on one side.</summary>
/// <param name="Jobs">How many.</param>
/// <param name="State">What they come to.</param>
/// <param name="Checks">Ids of checks that did not pass, each once.</param>
/// <param name="DurationSeconds">Mean time of a job.</param>
/// <param name="OsUpSeconds">Mean time to the operating system.</param>
public sealed record ItemSide(long Jobs, ItemState State, string Checks, double? DurationSeconds, double? OsUpSeconds);

/// <summary>One thing that both sides may have tried.</summary>
/// <param name="Name">What it is: board, profile, policy, image, as far as the sides have them in common.</param>
/// <param name="A">The first side; null if it did not try it.</param>
/// <param name="B">The second side.</param>
/// <param name="Change">What became of it.</param>
public sealed record ComparedItem(string Name, ItemSide? A, ItemSide? B, ItemChange Change);

/// <summary>Two runs, images or ME versions side by side.</summary>
public static class Comparison
{
    /// <summary>Reads it: what got worse first, then by name.</summary>
    /// <param name="store">The store.</param>
    /// <param name="a">Before.</param>
    /// <param name="b">After.</param>
    /// <exception cref="ResultsException">The store cannot be read.</exception>
    public static List<ComparedItem> Read(ResultsStore store, ComparedSide a, ComparedSide b)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        string[] key = KeyOf(a.Kind, b.Kind);
        Dictionary<string, ItemSide> before = Side(store, a, key), after = Side(store, b, key);
        return
        [
            .. before.Keys.Union(after.Keys)
                .Select(name => Compare(name, before.GetValueOrDefault(name), after.GetValueOrDefault(name)))
                .OrderBy(item => item.Change).ThenBy(item => item.Name, StringComparer.Ordinal),
        ];
    }

    internal static (string Sql, List<(string, object)> Values) Sql(ComparedSide side, string[] key)
    {
        (string where, List<(string, object)> values) = side.Filter.Where();
        string name = string.Join(" || ' ' || ", key.Select(column => $"coalesce({column}, '-')"));
        return (
            $"""
            SELECT {name}, count(*), sum(verdict = 'PASS' AND NOT flaky), sum(flaky), sum(verdict = 'FAIL'),
              sum(verdict = 'INCONCLUSIVE'), group_concat(nullif(open_checks, ''), ' '), avg(duration_us) / 1e6,
              avg(os_up_us) / 1e6
            FROM job WHERE {where} AND counted = 1 GROUP BY 1
            """, values);
    }

    // Two images may be of one board, two ME versions hardly are.
    internal static string[] KeyOf(SideKind a, SideKind b) => (a, b) switch
    {
        (SideKind.Run, SideKind.Run) => ["dut", "profile", "policy", "substr(image, 1, 8)"],
        (SideKind.Me, _) or (_, SideKind.Me) => ["profile", "policy"],
        _ => ["dut", "profile", "policy"],
    };

    private static Dictionary<string, ItemSide> Side(ResultsStore store, ComparedSide side, string[] key)
    {
        (string sql, List<(string, object)> values) = Sql(side, key);
        return store.Query(sql, values, reader => (Name: reader.GetString(0), Side: Row(reader)))
            .ToDictionary(item => item.Name, item => item.Side, StringComparer.Ordinal);
    }

    private static ItemSide Row(SqliteDataReader reader)
    {
        long Count(int at) => reader.IsDBNull(at) ? 0 : reader.GetInt64(at);
        (long jobs, long pass, long flaky, long fail, long inconclusive) =
            (Count(1), Count(2), Count(3), Count(4), Count(5));
        ItemState state = flaky > 0 || (pass > 0 && pass < jobs) ? ItemState.Flaky
            : pass > 0 ? ItemState.Pass
            : fail > 0 ? ItemState.Fail
            : inconclusive > 0 ? ItemState.Inconclusive : ItemState.Undecided;
        string checks = reader.IsDBNull(6) ? "" : string.Join(
            ' ', reader.GetString(6).Split(' ').Distinct().Order(StringComparer.Ordinal));
        return new ItemSide(
            jobs, state, checks, reader.IsDBNull(7) ? null : reader.GetDouble(7),
            reader.IsDBNull(8) ? null : reader.GetDouble(8));
    }

    private static ComparedItem Compare(string name, ItemSide? a, ItemSide? b) => new(name, a, b, (a, b) switch
    {
        (null, _) => ItemChange.New,
        (_, null) => ItemChange.Gone,
        _ => ChangeOf(a.State, b.State),
    });

    private static ItemChange ChangeOf(ItemState a, ItemState b)
    {
        if (a == b)
            return ItemChange.Same;
        bool passed = a is ItemState.Pass or ItemState.Flaky;
        return b switch
        {
            ItemState.Pass => ItemChange.Fixed,
            ItemState.Flaky => ItemChange.NewlyFlaky,
            ItemState.Fail when passed => ItemChange.NewFailure,
            _ => passed ? ItemChange.Lost : ItemChange.Other,
        };
    }
}
