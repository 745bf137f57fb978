using FlashBench.Results.Rows;
using Microsoft.Data.Sqlite;

namespace FlashBench.Results.Store;

public sealed partial class ResultsStore
{
    private static readonly string InsertJob =
        $"INSERT INTO job({JobColumns.Names}) VALUES ({string.Join(", ", JobColumns.All.Select(c => "$" + c.Name))}) "
        + "RETURNING id";

    private const string InsertBoot =
        "INSERT INTO boot VALUES ($job, $number, $kind, $class, $observed, $up, $gap, $min, $max, $ppm)";

    /// <summary>Puts rows in, each in place of what was known of its directory; all of them or none.</summary>
    /// <exception cref="ResultsException">They could not be put in.</exception>
    public void Put(IEnumerable<JobRow> rows) => Guarded(() => InTransaction(() =>
    {
        using SqliteCommand delete = Prepared("DELETE FROM job WHERE directory = $directory", "directory");
        using SqliteCommand job = Prepared(InsertJob, [.. JobColumns.All.Select(column => column.Name)]);
        using SqliteCommand boot = Prepared(
            InsertBoot, "job", "number", "kind", "class", "observed", "up", "gap", "min", "max", "ppm");
        foreach (JobRow row in rows)
        {
            Bind(delete, [row.Directory]).ExecuteNonQuery();
            object id = Bind(job, JobColumns.All.Select(column => column.Get(row))).ExecuteScalar()!;
            foreach (BootRow b in row.Boots)
            {
                Bind(boot,
                [
                    id, (long)b.Number, b.Kind, b.Class, b.ObservedUs, b.OsUpUs, b.LongestGapUs, b.Power?.MinMilliwatts,
                    b.Power?.MaxMilliwatts, b.ClockPpm,
                ]).ExecuteNonQuery();
            }
        }
    }));

    /// <summary>Takes the rows of directories out; all of them or none.</summary>
    /// <exception cref="ResultsException">They could not be taken out.</exception>
    public void Remove(IEnumerable<string> directories) => Guarded(() => InTransaction(() =>
    {
        using SqliteCommand delete = Prepared("DELETE FROM job WHERE directory = $directory", "directory");
        foreach (string directory in directories)
            Bind(delete, [directory]).ExecuteNonQuery();
    }));

    /// <summary>Remembers when a folder had changed last at the time at which its names were read.</summary>
    /// <param name="folders">Paths relative to the evidence folder, with a number that stands for the moment; null
    /// forgets it.</param>
    internal void RememberFolders(IEnumerable<(string Path, long? Changed)> folders) =>
        Guarded(() => InTransaction(() =>
        {
            using SqliteCommand put = Prepared(
                "INSERT OR REPLACE INTO folder VALUES ($path, $changed)", "path", "changed");
            using SqliteCommand delete = Prepared("DELETE FROM folder WHERE path = $path", "path");
            foreach ((string path, long? changed) in folders)
                (changed is null ? Bind(delete, [path]) : Bind(put, [path, changed])).ExecuteNonQuery();
        }));

    private int InTransaction(Action change)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction(deferred: false);
        change();
        transaction.Commit();
        return 0;
    }

    private SqliteCommand Prepared(string sql, params IReadOnlyList<string> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (string name in parameters)
            command.Parameters.Add(new SqliteParameter { ParameterName = "$" + name });
        return command;
    }

    private static SqliteCommand Bind(SqliteCommand command, IEnumerable<object?> values)
    {
        int at = 0;
        foreach (object? value in values)
            command.Parameters[at++].Value = value ?? DBNull.Value;
        return command;
    }
}
