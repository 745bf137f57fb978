using System.Text.Json;
using FlashBench.Bench.Evidence;
using FlashBench.Cli;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Cli;

public sealed class KeyRotationTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly DateTimeOffset Day = new(2026, 3, 14, 9, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    private string Keys => _folder.At("keys");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(RetiredKey.Archived)]
    [InlineData(RetiredKey.Destroyed)]
    public void Records_of_a_replaced_key_still_verify_and_new_ones_are_signed_by_the_new_key(RetiredKey fate)
    {
        using var bench = new JobBench { DryRun = true };
        Assert.Equal(0, bench.Run().ExitCode);

        (string oldId, string newId) = StationKeyRotation.Run(bench.KeysFolder, fate, Day);

        VerifiedRecord record = bench.Verify();
        Assert.True(record.Trusted);
        Assert.Equal(oldId, record.KeyId);
        using StationKey now = StationKey.LoadExisting(bench.KeysFolder);
        Assert.Equal(newId, now.KeyId);
        Assert.NotEqual(oldId, newId);
        Assert.Equal(now.PublicPem, File.ReadAllText(Path.Combine(bench.KeysFolder, StationPublicKey.FileName)));
        TrustedStation old = TrustedStations.Load(bench.KeysFolder).All.Single(station => station.Key.KeyId == oldId);
        Assert.Equal((Day, Day), (old.Retired!.Value, old.Added!.Value));
    }

    [Fact]
    public void An_archived_private_key_belongs_to_its_owner_alone()
    {
        StationKey.Create(Keys).Dispose();
        string pem = File.ReadAllText(Path.Combine(Keys, StationKey.FileName));

        (string oldId, _) = StationKeyRotation.Run(Keys, RetiredKey.Archived, Day);

        string archived = Path.Combine(Keys, StationKeyRotation.ArchiveFolder, $"{oldId}.pem");
        Assert.Equal(pem, File.ReadAllText(archived));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(archived));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(archived)!));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(Keys, StationKey.FileName)));
    }

    [Fact]
    public void Of_a_destroyed_private_key_nothing_stays_in_any_file_not_even_behind_another_name()
    {
        StationKey.Create(Keys).Dispose();
        string path = Path.Combine(Keys, StationKey.FileName);
        string[] secret = [.. File.ReadAllLines(path)[1..^1]];
        using FileStream held = File.OpenRead(path); // the old content, after the name is gone

        StationKeyRotation.Run(Keys, RetiredKey.Destroyed, Day);

        Assert.False(Directory.Exists(Path.Combine(Keys, StationKeyRotation.ArchiveFolder)));
        foreach (string file in Directory.GetFiles(Keys, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(secret, line => File.ReadAllText(file).Contains(line, StringComparison.Ordinal));
        byte[] left = new byte[held.Length];
        held.ReadExactly(left);
        Assert.DoesNotContain(left, b => b != 0);
    }

    [Fact]
    public void A_key_that_is_missing_damaged_or_open_to_others_is_not_replaced()
    {
        Assert.Throws<StationKeyException>(() => StationKeyRotation.Run(Keys, RetiredKey.Archived, Day));
        StationKey.Create(Keys).Dispose();
        string path = Path.Combine(Keys, StationKey.FileName), pem = File.ReadAllText(path);
        File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.GroupRead);
        Assert.Throws<StationKeyException>(() => StationKeyRotation.Run(Keys, RetiredKey.Archived, Day));
        File.SetUnixFileMode(path, OwnerOnly);
        File.WriteAllText(path, pem[..40]);
        Assert.Throws<StationKeyException>(() => StationKeyRotation.Run(Keys, RetiredKey.Archived, Day));
        File.WriteAllText(path, pem);
        File.SetUnixFileMode(Keys, OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.GroupWrite);
        StationKeyException e = Assert.Throws<StationKeyException>(() => StationKey.LoadExisting(Keys));

        Assert.Contains("chmod 700", e.Message, StringComparison.Ordinal);
        Assert.Throws<StationKeyException>(() => StationKey.Create(Keys));
    }

    [Fact]
    public void A_trusted_file_reads_back_as_it_was_written_and_one_made_by_hand_needs_the_key_alone()
    {
        using StationKey key = StationKey.Create(Keys);
        var station = new TrustedStation(key.Public, "Hamburg: Dock 2") { Added = Day, Note = "by courier" };
        TrustedStation.Write(_folder.At("mine"), station);
        string bare = _folder.Write("bare.pem", "# no words that mean anything\n" + key.PublicPem);

        TrustedStation read = Assert.Single(TrustedStations.Load(_folder.At("mine")).All), plain =
            TrustedStation.Read(bare);

        Assert.Equal(
            (station.Name, station.Added, station.Note, station.Retired, key.KeyId),
            (read.Name, read.Added, read.Note, read.Retired, read.Key.KeyId));
        Assert.Equal(("bare", null, ""), (plain.Name, plain.Added, plain.Note));
    }

    [Theory]
    [InlineData("rotate")]
    [InlineData("rotate", "--archive", "--destroy")]
    public async Task What_becomes_of_the_old_key_has_to_be_said(params string[] args) =>
        Assert.Equal(ExitCodes.Usage, (await CommandLineRun.OfAsync(["key", .. args])).ExitCode);

    [Fact]
    public async Task What_is_no_public_key_is_bad_input()
    {
        StationKey.Create(Keys).Dispose();

        CommandLineRun run = await CommandLineRun.OfAsync(
            "key", "trust", Path.Combine(Keys, StationKey.FileName), "--json");

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.DoesNotContain(
            File.ReadAllLines(Path.Combine(Keys, StationKey.FileName))[1], run.Output + run.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_statement_of_a_job_and_its_test_result_are_for_the_same_subject()
    {
        using var bench = new JobBench { DryRun = true };
        Assert.Equal(0, bench.Run().ExitCode);
        JsonElement[] statements = [.. ((string[])[DsseEnvelope.FileName, TestResultStatement.FileName])
            .Select(file => File.ReadAllBytes(Path.Combine(bench.Directory, file)))
            .Select(bytes => JsonDocument.Parse(Dsse.Parse(bytes).Payload).RootElement)];

        Assert.Equal(statements[0].GetProperty("subject").ToString(), statements[1].GetProperty("subject").ToString());
        Assert.Equal("FAILED", statements[1].GetProperty("predicate").GetProperty("result").GetString());
    }
}
