using System.Globalization;
using Microsoft.Data.Sqlite;

namespace FlashBench.Results.Store;

/// <summary>The results of one evidence folder as an SQLite file. Nothing in it is the only copy of anything.</summary>
/// <remarks>Write-ahead logging: readers and one writer do not hinder each other, in one process or several. Not
/// thread-safe: each thread opens its own.</remarks>
public sealed partial class ResultsStore : IDisposable
{
    private readonly StoreGate _gate;
    private readonly SqliteConnection _connection;

    private ResultsStore(string file, StoreGate gate, SqliteConnection connection) =>
        (File, _gate, _connection) = (file, gate, connection);

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>Opens a store to write; makes the file and its folder when needed.</summary>
    /// <param name="file">Absolute path.</param>
    /// <param name="patience">How long to wait for others; whole seconds.</param>
    /// <exception cref="ResultsException">It cannot be used.</exception>
    public static ResultsStore Open(string file, TimeSpan patience)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ResultsException(StoreTrouble.Unusable, $"{file} cannot be made ({e.Message})");
        }

        return Open(file, SqliteOpenMode.ReadWriteCreate, patience);
    }

    /// <summary>Opens a store that is there, to read.</summary>
    /// <inheritdoc cref="Open(string, TimeSpan)"/>
    /// <remarks>Where nothing can be written, SQLite cannot make what write-ahead logging needs: then the file is read
    /// as one that nobody changes, without what its log has.</remarks>
    public static ResultsStore OpenToRead(string file, TimeSpan patience)
    {
        try
        {
            return Open(file, SqliteOpenMode.ReadOnly, patience);
        }
        catch (ResultsException e) when (e.Trouble == StoreTrouble.Unusable)
        {
            return Open(file, SqliteOpenMode.ReadOnly, patience, immutable: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection.Dispose();
        _gate.Dispose();
    }

    private static ResultsStore Open(string file, SqliteOpenMode mode, TimeSpan patience, bool immutable = false)
    {
        LoadSqlite(file);
        bool write = mode != SqliteOpenMode.ReadOnly;
        StoreGate gate = StoreGate.Share(file, write, patience);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = immutable ? new Uri(file).AbsoluteUri + "?immutable=1" : file,
            Mode = mode,
            Pooling = false,
            ForeignKeys = true,
            DefaultTimeout = Math.Max(1, (int)patience.TotalSeconds),
        }.ToString());
        var store = new ResultsStore(file, gate, connection);
        try
        {
            store.Guarded(() => store.Enter(write, patience));
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    // By its name: a native program cannot look for it. A job must not end because the library is missing.
    private static void LoadSqlite(string file)
    {
        try
        {
            SQLitePCL.Batteries_V2.Init();
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException
            or TypeInitializationException)
        {
            throw new ResultsException(StoreTrouble.Unusable, $"{file} cannot be opened: SQLite's library is not here");
        }
    }

    private int Enter(bool write, TimeSpan patience)
    {
        _connection.Open();
        Execute(string.Create(
            CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {(long)patience.TotalMilliseconds}"));
        Execute("PRAGMA trusted_schema = OFF");
        bool isNew = Number("PRAGMA page_count") == 0;
        if (isNew && !write)
            throw ResultsException.Damage(File, "it is empty");
        if (!isNew)
            CheckVersion();
        if (!write)
            return 0;
        Execute("PRAGMA journal_mode = WAL"); // a file system that cannot do it keeps its rollback journal
        Execute("PRAGMA synchronous = NORMAL");
        if (isNew)
            Create();
        return 0;
    }

    // Two processes may find the file empty; one of them makes the tables.
    private void Create()
    {
        using SqliteTransaction transaction = _connection.BeginTransaction(deferred: false);
        if (Number("PRAGMA user_version") == 0)
        {
            Execute(ResultsSchema.Create);
            Execute($"PRAGMA application_id = {ResultsSchema.ApplicationId}");
            Execute($"PRAGMA user_version = {ResultsSchema.Version}");
        }

        transaction.Commit();
        CheckVersion();
    }

    private void CheckVersion()
    {
        if (Number("PRAGMA application_id") != ResultsSchema.ApplicationId)
        {
            // Half-made by a process that is making it just now: its transaction has not ended.
            if (Number("SELECT count(*) FROM sqlite_schema") == 0 && Number("PRAGMA user_version") == 0)
                Create();
            else if (Number("PRAGMA application_id") != ResultsSchema.ApplicationId) // it may have ended since
                throw ResultsException.Damage(File, "it is another program's database");
        }

        long version = Number("PRAGMA user_version");
        if (version > ResultsSchema.Version)
        {
            throw new ResultsException(StoreTrouble.Newer, string.Create(CultureInfo.InvariantCulture,
                $"{File} was made by a newer FlashBench (schema {version}, this one knows {ResultsSchema.Version})"));
        }

        if (version < ResultsSchema.Version)
            throw ResultsException.Damage(File, string.Create(CultureInfo.InvariantCulture, $"schema {version}"));
    }

    /// <summary>Does something with the database, and turns whatever a damaged one makes of it into one exception.
    /// </summary>
    private T Guarded<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (SqliteException e)
        {
            throw ResultsException.Of(File, e);
        }
        catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException
            or ArgumentException or InvalidOperationException)
        {
            throw ResultsException.Damage(File, "a value is none that a results store holds");
        }
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private long Number(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
