using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Jobs;

/// <summary>What has to be on disk before a backup counts as stored.</summary>
public sealed class VaultTests : IDisposable
{
    private static readonly byte[] Image = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i & 0xFF))];

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _synced = [];

    public VaultTests() => DurableFile.Synced.Value = _synced.Add;

    public void Dispose()
    {
        DurableFile.Synced.Value = null;
        _folder.Dispose();
    }

    [Fact]
    public void A_new_backup_syncs_its_file_its_folder_and_every_folder_that_was_created_above_it()
    {
        string root = _folder.At("state/vault");
        var vault = new Vault(root);

        string path = vault.PathOf(vault.Store(Image));

        Assert.Subset(
            _synced.ToHashSet(),
            new HashSet<string>
            {
                _folder.Path, _folder.At("state"), root, Path.GetDirectoryName(path)!, path,
            });
        Assert.Equal(Image, File.ReadAllBytes(path));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_backup_that_is_there_already_is_synced_again_before_it_counts()
    {
        var vault = new Vault(_folder.At("vault"));
        string path = vault.PathOf(vault.Store(Image));
        _synced.Clear();

        vault.Store(Image);

        Assert.Subset(
            _synced.ToHashSet(),
            new HashSet<string> { path, Path.GetDirectoryName(path)!, _folder.At("vault"), _folder.Path });
        Assert.Equal(path, _synced[0]);
        Assert.Equal(Image, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_damaged_backup_under_the_same_hash_is_refused_and_left_alone()
    {
        var vault = new Vault(_folder.At("vault"));
        string path = vault.PathOf(vault.Store(Image));
        File.WriteAllBytes(path, [1, 2, 3]);

        Assert.Throws<JournalWriteException>(() => vault.Store(Image));

        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
    }

    [Fact]
    public void A_job_directory_and_its_evidence_folder_are_synced_into_their_parents()
    {
        JobFolders.Create(_folder.At("a/b"), "FBJ-1");

        Assert.Equal([_folder.Path, _folder.At("a"), _folder.At("a/b")], _synced);
    }
}
