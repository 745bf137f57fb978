using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FlashBench.Results.Rows;
using Microsoft.Data.Sqlite;

namespace FlashBench.Results.Store;

public sealed partial class ResultsStore
{
    private const string BootColumns =
        "number, kind, class, observed_us, os_up_us, longest_gap_us, power_min_mw, power_max_mw, clock_ppm";

    /// <summary>Number of rows.</summary>
    public long Count => Guarded(() => Number("SELECT count(*) FROM job"));

    /// <summary>The row of a directory with its boots; null if there is none.</summary>
    /// <exception cref="ResultsException">The store cannot be read.</exception>
    public JobRow? Find(string directory) => Query(
        $"SELECT id, {JobColumns.Names} FROM job WHERE directory = $directory", [("$directory", directory)],
        reader => JobColumns.Read(reader, 1) with
        {
            Boots = Boots(reader.GetInt64(0)),
        }) is [var row, ..] ? row : null;

    /// <summary>Directories of the rows with this job id, in order.</summary>
    /// <exception cref="ResultsException">The store cannot be read.</exception>
    public IReadOnlyList<string> WithJob(string job) => Query(
        "SELECT directory FROM job WHERE job = $job ORDER BY directory", [("$job", job)],
        reader => reader.GetString(0));

    /// <summary>When the first job began, in seconds since 1970; 0 if none did.</summary>
    internal long FirstStart() => Guarded(() => Number("SELECT coalesce(min(started), 0) FROM job"));

    /// <summary>SHA-256 over everything that is derived: equal for two stores that say the same, whatever the order in
    /// which rows came.</summary>
    /// <exception cref="ResultsException">The store cannot be read.</exception>
    public string ContentHash()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        WriteContent(line => hash.AppendData(Encoding.UTF8.GetBytes(line)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Everything that is derived as lines of text, in one order.</summary>
    /// <exception cref="ResultsException">The store cannot be read.</exception>
    internal void WriteContent(Action<string> line) => Guarded(() =>
    {
        WriteTable($"SELECT {JobColumns.Names} FROM job ORDER BY directory", line);
        WriteTable(
            $"SELECT j.directory, b.{BootColumns.Replace(", ", ", b.", StringComparison.Ordinal)} FROM boot b "
            + "JOIN job j ON j.id = b.job ORDER BY j.directory, b.number", line);
        return 0;
    });

    /// <summary>Directories of one folder, relative to the evidence folder; "" is that folder itself.</summary>
    internal IReadOnlyList<string> DirectoriesIn(string folder) => folder.Length == 0
        ? Query("SELECT directory FROM job WHERE instr(directory, '/') = 0", [], reader => reader.GetString(0))
        : Query("SELECT directory FROM job WHERE directory >= $from AND directory < $to",
            [("$from", folder + "/"), ("$to", folder + "0")], reader => reader.GetString(0)); // '0' follows '/'

    /// <summary>Jobs to whose journals a program may still add, with the length that was read.</summary>
    internal IReadOnlyList<(string Directory, long JournalBytes)> Open() => Query(
        "SELECT directory, journal_bytes FROM job WHERE settled = 0 ORDER BY directory", [],
        reader => (reader.GetString(0), reader.GetInt64(1)));

    /// <summary>What <see cref="RememberFolders"/> was told.</summary>
    internal Dictionary<string, long> Folders() => Query(
        "SELECT path, changed FROM folder", [], reader => (Path: reader.GetString(0), Changed: reader.GetInt64(1)))
        .ToDictionary(folder => folder.Path, folder => folder.Changed, StringComparer.Ordinal);

    /// <summary>Runs a query to its end.</summary>
    /// <param name="sql">Text of this program only: values come as parameters.</param>
    /// <param name="values">Parameters.</param>
    /// <param name="read">Makes something of a row.</param>
    internal List<T> Query<T>(
        string sql, IReadOnlyList<(string Name, object Value)> values, Func<SqliteDataReader, T> read) => Guarded(() =>
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in values)
            command.Parameters.AddWithValue(name, value);
        using SqliteDataReader reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    });

    private List<BootRow> Boots(long job) => Query(
        $"SELECT {BootColumns} FROM boot WHERE job = $job ORDER BY number", [("$job", job)],
        reader => new BootRow(
            reader.GetInt32(0), reader.GetString(1), reader.GetString(2), Long(reader, 3), Long(reader, 4),
            reader.GetInt64(5),
            Long(reader, 6) is long min && Long(reader, 7) is long max ? new PowerSpan(min, max) : null,
            reader.IsDBNull(8) ? null : reader.GetDouble(8)));

    private static long? Long(SqliteDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetInt64(at);

    private void WriteTable(string sql, Action<string> line)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            line(string.Join('\t', Enumerable.Range(0, reader.FieldCount).Select(at => Cell(reader, at))) + "\n");
        }
    }

    // Unambiguous: a text is quoted and its quotes, tabs and line ends are escaped.
    private static string Cell(SqliteDataReader reader, int at) => reader.GetValue(at) switch
    {
        DBNull => "null",
        string text => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)}\"",
        var number => Convert.ToString(number, CultureInfo.InvariantCulture)!,
    };
}
