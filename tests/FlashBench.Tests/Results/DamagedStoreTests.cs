using FlashBench.Results.Catalog;
using FlashBench.Results.Queries;
using FlashBench.Results.Store;
using Microsoft.Data.Sqlite;

namespace FlashBench.Tests.Results;

public sealed class DamagedStoreTests : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    private readonly SampleEvidence _evidence = new();

    public DamagedStoreTests()
    {
        for (int i = 0; i < 6; i++)
            _evidence.Put($"job-{i}", SampleEvidence.All[i % 3]);
    }

    private string StoreFile => _evidence.Catalog.StoreFile;

    public void Dispose() => _evidence.Dispose();

    [Fact]
    public void A_store_cut_at_any_length_is_read_or_refused_and_a_rebuild_mends_it()
    {
        string whole = RebuildTests.Content(_evidence.Catalog);
        byte[] file = File.ReadAllBytes(StoreFile);
        int refused = 0;
        foreach (int length in Enumerable.Range(0, 120).Select(i => file.Length * i / 120).Append(1))
            refused += Spoil(file[..length]) ? 1 : 0;

        Assert.InRange(refused, 60, 121);
        Rebuild.Run(_evidence.Catalog, CancellationToken.None);
        Assert.Equal(whole, RebuildTests.Content(_evidence.Catalog));
    }

    [Fact]
    public void A_store_with_other_bytes_is_read_or_refused_and_nothing_else()
    {
        RebuildTests.Content(_evidence.Catalog);
        byte[] file = File.ReadAllBytes(StoreFile);
        var random = new Random(5);
        for (int i = 0; i < 150; i++)
        {
            byte[] spoiled = [.. file];
            int at = random.Next(spoiled.Length);
            random.NextBytes(spoiled.AsSpan(at, Math.Min(random.Next(1, 200), spoiled.Length - at)));
            Spoil(spoiled);
        }

        Rebuild.Run(_evidence.Catalog, CancellationToken.None);
        Assert.Equal(RebuildTests.Content(_evidence.Another("fresh")), RebuildTests.Content(_evidence.Catalog));
    }

    [Theory]
    [InlineData("no database at all, but long enough to look at: 0123456789 0123456789 0123456789 0123456789 01234567")]
    [InlineData("SQLite format 3\0 and then nothing that belongs behind it, for as long as a header: 0123456789 0123")]
    public void A_file_of_something_else_is_refused_until_a_rebuild(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(StoreFile)!);
        File.WriteAllText(StoreFile, content);

        var refused = Assert.Throws<ResultsException>(() => RebuildTests.Open(_evidence.Catalog));
        Rebuild.Run(_evidence.Catalog, CancellationToken.None);

        Assert.Equal(StoreTrouble.Damaged, refused.Trouble);
        Assert.Contains("flashbench results rebuild", refused.Message, StringComparison.Ordinal);
        using ResultsStore store = RebuildTests.Open(_evidence.Catalog);
        Assert.Equal(6, store.Count);
    }

    [Fact]
    public void Another_programs_database_is_refused()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(StoreFile)!);
        Run("CREATE TABLE photos(name TEXT)");

        Assert.Equal(StoreTrouble.Damaged,
            Assert.Throws<ResultsException>(() => RebuildTests.Open(_evidence.Catalog)).Trouble);
    }

    [Fact]
    public void A_store_of_a_newer_program_is_refused_in_one_sentence_and_not_replaced()
    {
        RebuildTests.Content(_evidence.Catalog);
        Run("PRAGMA user_version = 99");

        var refused = Assert.Throws<ResultsException>(() => RebuildTests.Open(_evidence.Catalog));
        var rebuilt = Assert.Throws<ResultsException>(
            () => Rebuild.Run(_evidence.Catalog, CancellationToken.None));

        Assert.Equal((StoreTrouble.Newer, StoreTrouble.Newer), (refused.Trouble, rebuilt.Trouble));
        Assert.EndsWith("was made by a newer FlashBench (schema 99, this one knows 2)", refused.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_another_process_writes_is_busy_and_can_be_read()
    {
        string whole = RebuildTests.Content(_evidence.Catalog);
        using SqliteConnection other = Connect();
        using SqliteTransaction writing = other.BeginTransaction(deferred: false);

        var busy = Assert.Throws<ResultsException>(
            () => _evidence.Catalog.Add(Path.Combine(_evidence.Folder, "job-0"), null, Moment));
        using ResultsStore reader = ResultsStore.OpenToRead(StoreFile, Moment);

        Assert.Equal(StoreTrouble.Busy, busy.Trouble);
        Assert.Equal(6, reader.Count);
        writing.Rollback();
        Assert.Equal(whole, RebuildTests.Content(_evidence.Catalog));
    }

    [Fact]
    public void A_store_that_is_open_is_not_replaced_under_its_reader()
    {
        using ResultsStore reader = RebuildTests.Open(_evidence.Catalog);

        var busy = Assert.Throws<ResultsException>(() => StoreGate.Close(StoreFile, Moment));

        Assert.Equal(StoreTrouble.Busy, busy.Trouble);
    }

    [Fact]
    public void A_folder_in_the_stores_place_makes_it_unusable()
    {
        Directory.CreateDirectory(StoreFile);

        Assert.Equal(StoreTrouble.Unusable,
            Assert.Throws<ResultsException>(() => RebuildTests.Open(_evidence.Catalog)).Trouble);
    }

    [Fact]
    public async Task Writers_at_the_same_time_lose_nothing()
    {
        string[] directories = [.. Enumerable.Range(0, 6).Select(i => Path.Combine(_evidence.Folder, $"job-{i}"))];

        await Task.WhenAll(directories.Concat(directories).Select(directory => Task.Run(
            () => _evidence.Catalog.Add(directory, null, EvidenceCatalog.Patience),
            TestContext.Current.CancellationToken)));

        using ResultsStore store = ResultsStore.OpenToRead(StoreFile, Moment);
        Assert.Equal(6, store.Count);
        Assert.Equal(RebuildTests.Content(_evidence.Another("fresh")), RebuildTests.Content(_evidence.Catalog));
    }

    // True if it was refused. Whatever else is thrown fails the test.
    private bool Spoil(byte[] content)
    {
        foreach (string suffix in (string[])["-wal", "-shm", "-journal"])
            File.Delete(StoreFile + suffix);
        File.WriteAllBytes(StoreFile, content);
        try
        {
            using ResultsStore store = RebuildTests.Open(_evidence.Catalog);
            JobList.Read(store, new ResultsFilter(), limit: null);
            foreach (TrendGroup group in Enum.GetValues<TrendGroup>())
                Trend.Read(store, group, new ResultsFilter());
            store.Find("job-1");
            store.ContentHash();
            return false;
        }
        catch (ResultsException e)
        {
            Assert.NotEmpty(e.Message);
            return true;
        }
    }

    private void Run(string sql)
    {
        using SqliteConnection connection = Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private SqliteConnection Connect()
    {
        SQLitePCL.Batteries_V2.Init();
        var connection = new SqliteConnection($"Data Source={StoreFile};Pooling=False");
        connection.Open();
        return connection;
    }
}
