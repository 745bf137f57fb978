using System.Globalization;
using Microsoft.Data.Sqlite;

namespace FlashBench.Results.Store;

/// <summary>Why the results store cannot be used.</summary>
public enum StoreTrouble
{
    /// <summary>Another process holds it, for longer than one waits.</summary>
    Busy,

    /// <summary>It cannot be opened or written: rights, disk, a folder in its place.</summary>
    Unusable,

    /// <summary>It is damaged, or no results store: `results rebuild` makes it anew.</summary>
    Damaged,

    /// <summary>A newer program made it.</summary>
    Newer,
}

/// <summary>The results store cannot be used. No evidence is lost: every row can be derived again.</summary>
/// <param name="trouble">What to do about it.</param>
/// <param name="message">One sentence without a full stop.</param>
public sealed class ResultsException(StoreTrouble trouble, string message) : Exception(message)
{
    private const int SqliteBusy = 5, SqliteLocked = 6, SqliteReadOnly = 8, SqliteIo = 10, SqliteFull = 13;
    private const int SqliteCannotOpen = 14, SqlitePermission = 3, SqliteAuthorization = 23; // sqlite3.h

    /// <summary>What to do about it.</summary>
    public StoreTrouble Trouble { get; } = trouble;

    internal static ResultsException Of(string file, SqliteException fault)
    {
        string said = string.Create(CultureInfo.InvariantCulture, $"SQLite says {fault.SqliteExtendedErrorCode}");
        return fault.SqliteErrorCode switch
        {
            SqliteBusy or SqliteLocked => new ResultsException(
                StoreTrouble.Busy, $"{file} is held by another process"),
            SqliteReadOnly or SqliteIo or SqliteFull or SqliteCannotOpen or SqlitePermission or SqliteAuthorization =>
                new ResultsException(StoreTrouble.Unusable, $"{file} cannot be read or written ({said})"),
            _ => Damage(file, said),
        };
    }

    internal static ResultsException Damage(string file, string how) => new(
        StoreTrouble.Damaged, $"{file} is damaged, or no results store ({how}); `flashbench results rebuild` makes it "
        + "anew");
}
