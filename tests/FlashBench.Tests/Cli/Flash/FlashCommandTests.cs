using System.Net;
using System.Text.Json;
using FlashBench.Firmware.Formats;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Serprog;
using FlashBench.Tests.Hardware.Flash;

namespace FlashBench.Tests.Cli.Flash;

// The flash verbs as a person uses them, on a virtual bench with an FT2232H, which is quick.
public sealed class FlashCommandTests : IDisposable
{
    private const int Size = 8 << 20;

    private readonly TemporaryFolder _folder = new();

    public FlashCommandTests() => File.WriteAllText(PathOf("bench.json"), """
        { "version": 1, "paths": { "state": "s", "vault": "v", "evidence": "e", "log": "l" }, "benches": [
          { "id": "ft", "default": true, "dutProfile": "virtual-me10",
            "virtual": { "image": "me10", "chip": "W25Q64", "seed": 3, "programmer": "ft2232h" } },
          { "id": "real", "dutProfile": "virtual-me10", "programmer": { "kind": "ch341a", "port": "9-9.9" } } ] }
        """);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_whole_read_is_a_backup_and_makes_a_write_possible()
    {
        CommandLineRun refused = await RunAsync("flash", "erase", "--range", "100000-10ffff");
        CommandLineRun read = await RunAsync("flash", "read", PathOf("a.bin"), "--json", "--quiet");
        CommandLineRun erase = await RunAsync("flash", "erase", "--range", "100000-10ffff");
        CommandLineRun verify = await RunAsync("flash", "verify", PathOf("a.bin"));
        CommandLineRun write = await RunAsync("flash", "write", PathOf("a.bin"), "--trust", "journal");
        CommandLineRun again = await RunAsync("flash", "verify", PathOf("a.bin"));

        Assert.Equal(64, refused.ExitCode);
        Assert.Contains("the vault has no backup of this chip", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--no-backup ft", refused.Error, StringComparison.Ordinal);
        JsonElement result = JsonDocument.Parse(read.Output.TrimEnd().Split('\n')[^1]).RootElement;
        Assert.Equal("flash.read", result.GetProperty("event").GetString());
        Assert.True(result.GetProperty("inVault").GetBoolean());
        Assert.True(result.GetProperty("simulated").GetBoolean());
        Assert.Equal(0, erase.ExitCode);
        Assert.Equal(30, verify.ExitCode);
        Assert.Contains("the chip differs within", verify.Output, StringComparison.Ordinal);
        Assert.Equal(0, write.ExitCode);
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(Size, new FileInfo(PathOf("a.bin")).Length);
    }

    [Fact]
    public async Task A_region_is_read_and_written_by_its_name()
    {
        await RunAsync("flash", "read", PathOf("all.bin"), "--quiet");
        CommandLineRun read = await RunAsync("flash", "read", PathOf("me.bin"), "--region", "me");
        byte[] me = await File.ReadAllBytesAsync(PathOf("me.bin"), TestContext.Current.CancellationToken);
        me[^1] ^= 0xFF;
        await File.WriteAllBytesAsync(PathOf("me.bin"), me, TestContext.Current.CancellationToken);

        CommandLineRun write = await RunAsync("flash", "write", PathOf("me.bin"), "--region", "me");
        CommandLineRun verify = await RunAsync("flash", "verify", PathOf("me.bin"), "-i", "ME");
        CommandLineRun whole = await RunAsync("flash", "verify", PathOf("all.bin"), "--json", "--quiet");

        Assert.Equal((0, 0, 0), (read.ExitCode, write.ExitCode, verify.ExitCode));
        JsonElement result = JsonDocument.Parse(whole.Output.TrimEnd().Split('\n')[^1]).RootElement;
        Assert.Equal(1, result.GetProperty("differentBytes").GetInt64());
    }

    [Fact]
    public async Task Protection_is_shown_set_refused_lifted_for_a_write_and_put_back()
    {
        CommandLineRun set = await RunAsync("flash", "protect", "set", "400000-7fffff", "--lasting");
        CommandLineRun refused = await EraseTop();
        CommandLineRun lifted = await EraseTop("--unprotect");
        CommandLineRun status = await RunAsync("flash", "protect", "status", "--json");
        CommandLineRun clear = await RunAsync("flash", "protect", "clear");
        CommandLineRun list = await RunAsync("flash", "protect", "list");

        Assert.Equal(0, set.ExitCode);
        Assert.Equal(50, refused.ExitCode);
        Assert.Contains("write refused, 0x400000-0x7FFFFF is protected", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, lifted.ExitCode);
        JsonElement result = JsonDocument.Parse(status.Output.TrimEnd().Split('\n')[^1]).RootElement;
        Assert.Equal(0x400000, result.GetProperty("start").GetInt64());
        Assert.Equal(0, clear.ExitCode);
        Assert.StartsWith("nothing, ", list.Output, StringComparison.Ordinal);

        Task<CommandLineRun> EraseTop(params string[] more) =>
            RunAsync(["flash", "erase", "--range", "700000-70ffff", "--no-backup", "ft", .. more]);
    }

    [Fact]
    public async Task A_descriptor_is_not_changed_unasked()
    {
        await RunAsync("flash", "read", PathOf("a.bin"), "--quiet");
        byte[] image = await File.ReadAllBytesAsync(PathOf("a.bin"), TestContext.Current.CancellationToken);
        image[0x102] ^= 0x01;
        await File.WriteAllBytesAsync(PathOf("b.bin"), image, TestContext.Current.CancellationToken);

        CommandLineRun refused = await RunAsync("flash", "write", PathOf("b.bin"));
        CommandLineRun allowed = await RunAsync("flash", "write", PathOf("b.bin"), "--allow-descriptor");

        Assert.Equal(64, refused.ExitCode);
        Assert.Contains("would change the flash descriptor, first at 0x102", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, allowed.ExitCode);
    }

    [Fact]
    public async Task An_image_that_was_made_for_another_map_is_not_laid_over_a_region_of_this_one()
    {
        await RunAsync("flash", "read", PathOf("a.bin"), "--quiet");
        byte[] image = await File.ReadAllBytesAsync(PathOf("a.bin"), TestContext.Current.CancellationToken);
        FlashDescriptor own = FlashDescriptor.Find(image)!;
        int map = image[0x16] << 4; // FLMAP0: where the FLREG words begin
        image[map + 4 * DescriptorRegion.Bios]++;
        Assert.NotEqual(
            own.Region(DescriptorRegion.Bios)!.Range,
            FlashDescriptor.Find(image)!.Region(DescriptorRegion.Bios)!.Range);
        await File.WriteAllBytesAsync(PathOf("b.bin"), image, TestContext.Current.CancellationToken);

        CommandLineRun refused = await RunAsync("flash", "write", PathOf("b.bin"), "--region", "me");
        CommandLineRun allowed = await RunAsync(
            "flash", "write", PathOf("b.bin"), "--region", "me", "--allow-descriptor");

        Assert.Equal(64, refused.ExitCode);
        Assert.Contains("made for another region map", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, allowed.ExitCode);
    }

    [Fact]
    public async Task A_damaged_backup_is_none()
    {
        await RunAsync("flash", "read", PathOf("a.bin"), "--quiet");
        string backup = Directory.GetFiles(PathOf("v"), "*.bin", SearchOption.AllDirectories).Single();
        byte[] content = await File.ReadAllBytesAsync(backup, TestContext.Current.CancellationToken);
        content[^1] ^= 1;
        await File.WriteAllBytesAsync(backup, content, TestContext.Current.CancellationToken);

        CommandLineRun refused = await RunAsync("flash", "erase", "--range", "100000-10ffff");

        Assert.Equal(64, refused.ExitCode);
        Assert.Contains("the vault has no backup of this chip", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_verify_found_different_is_written_whatever_is_remembered()
    {
        await RunAsync("flash", "read", PathOf("a.bin"), "--quiet");
        string record = Directory.GetFiles(PathOf("s"), "*.content", SearchOption.AllDirectories).Single();
        byte[] remembered = await File.ReadAllBytesAsync(record, TestContext.Current.CancellationToken);
        byte[] image = await File.ReadAllBytesAsync(PathOf("a.bin"), TestContext.Current.CancellationToken);
        int at = 0x100000 + image.AsSpan(0x100000).IndexOfAnyExcept((byte)0xFF) & ~0xFFF;
        await RunAsync("flash", "erase", "--range", $"{at:x}-{at + 0xFFF:x}");
        // As if another program had erased it: the record knows nothing of it.
        await File.WriteAllBytesAsync(record, remembered, TestContext.Current.CancellationToken);

        CommandLineRun differs = await RunAsync("flash", "verify", PathOf("a.bin"));
        CommandLineRun write = await RunAsync("flash", "write", PathOf("a.bin"), "--trust", "journal");
        CommandLineRun verify = await RunAsync("flash", "verify", PathOf("a.bin"));

        Assert.Equal((30, 0, 0), (differs.ExitCode, write.ExitCode, verify.ExitCode));
    }

    [Fact]
    public async Task A_mark_names_the_job_that_left_it_also_after_a_write_of_a_part()
    {
        await RunAsync("flash", "probe"); // a new chip would have no mark
        Directory.CreateDirectory(PathOf("s/dirty"));
        await File.WriteAllTextAsync(PathOf("s/dirty/ft"), "job-7\n", TestContext.Current.CancellationToken);

        CommandLineRun erase = await RunAsync("flash", "erase", "--range", "300000-3fffff", "--no-backup", "ft");

        Assert.Equal(0, erase.ExitCode);
        Assert.Equal(
            "job-7\n",
            await File.ReadAllTextAsync(PathOf("s/dirty/ft"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_mark_is_taken_away_when_the_whole_chip_was_read_and_found_right()
    {
        await RunAsync("flash", "read", PathOf("a.bin"), "--quiet");
        Directory.CreateDirectory(PathOf("s/dirty"));
        await File.WriteAllTextAsync(PathOf("s/dirty/ft"), "flash\n", TestContext.Current.CancellationToken);

        CommandLineRun believed = await RunAsync("flash", "write", PathOf("a.bin"), "--trust", "journal");
        bool markedStill = File.Exists(PathOf("s/dirty/ft"));
        CommandLineRun read = await RunAsync("flash", "write", PathOf("a.bin"), "--verify", "full");

        Assert.Equal((0, 0), (believed.ExitCode, read.ExitCode));
        Assert.True(markedStill);
        Assert.Contains("half-written", believed.Output + believed.Error, StringComparison.Ordinal);
        Assert.Contains("--verify full", believed.Output + believed.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(PathOf("s/dirty/ft")));
    }

    [Theory]
    [InlineData(64, "--no-backup wants the bench id typed: ft", "erase", "--no-backup", "fit")]
    [InlineData(64, "contradict each other", "erase", "--range", "0-fff", "--region", "me")]
    [InlineData(64, "--layout needs --region", "erase", "--layout", "x")]
    [InlineData(64, "is no START-END", "erase", "--range", "zz", "--no-backup", "ft")]
    [InlineData(65, "there is no region boot", "erase", "--region", "boot", "--no-backup", "ft")]
    [InlineData(65, "does not lie in the chip", "erase", "--range", "0-ffffff", "--no-backup", "ft")]
    [InlineData(65, "has no clock of 7 Hz; it has 30000000", "erase", "--clock", "7", "--no-backup", "ft")]
    [InlineData(73, "there is no such folder", "read", "no/such/folder/x.bin")]
    [InlineData(64, "disconnect AC and battery", "probe", "--bench", "real")]
    [InlineData(64, "--real-time is for virtual benches", "probe", "--bench", "real", "--real-time")]
    public async Task Misuse_is_answered_in_one_sentence(int exitCode, string words, params string[] args)
    {
        CommandLineRun run = await RunAsync(["flash", .. args, "--quiet"]);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_programmer_that_is_not_there_is_unavailable()
    {
        CommandLineRun run = await RunAsync("flash", "probe", "--bench", "real", "--board-off");

        Assert.Equal(69, run.ExitCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // and the record of the chip cannot be saved any more
    public async Task A_programmer_that_is_lost_in_a_write_leaves_a_half_written_chip_of_32_MiB_too(bool diskFails)
    {
        SpiNorChip chip = SpiNorChips.Find(0xEF4019)!;
        bool lost = false;
        var bus = new ScriptedSpiNor(chip, TimeProvider.System)
        {
            Clocks = [.. Enumerable.Range(0, 6).Select(i => new SpiClock(30_000_000 >> i))],
            OnFrame = opcode =>
            {
                lost |= opcode is 0x02 or 0x12; // and with it the way back to three address bytes
                if (lost && diskFails)
                    PutFolderInPlaceOfRecord();
                if (lost)
                    throw new ProgrammerException("the cable came off");
            },
        };
        using var stop = new CancellationTokenSource();
        using var server = new SerprogServer(
            _ => Task.FromResult<ISpiBus>(bus), accelerated: false, TimeProvider.System);
        IPEndPoint at = server.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        Task serving = server.RunAsync(stop.Token);
        await File.WriteAllTextAsync(PathOf("bench.json"), $$"""
            { "version": 1, "paths": { "state": "s", "vault": "v", "evidence": "e", "log": "l" }, "benches": [
              { "id": "ser", "dutProfile": "virtual-me10",
                "programmer": { "kind": "serprog", "address": "{{at}}" } } ] }
            """, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(PathOf("p.bin"), new byte[4096], TestContext.Current.CancellationToken);

        CommandLineRun run = await Task.Run(
            () => RunAsync(
                "flash", "write", PathOf("p.bin"), "--range", "1000000-1000fff", "--no-backup", "ser", "--bench", "ser",
                "--board-off", "--quiet"),
            TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await serving;

        Assert.True(lost, run.Error);
        Assert.True(File.Exists(PathOf("s/dirty/ser")));
        Assert.Contains("half-written", run.Error, StringComparison.Ordinal);
        Assert.Equal(60, run.ExitCode);

        void PutFolderInPlaceOfRecord()
        {
            string record = Directory.GetFileSystemEntries(PathOf("s/chips"), "*.content").Single();
            File.Delete(record);
            Directory.CreateDirectory(Path.Combine(record, "full"));
            diskFails = false;
        }
    }

    private string PathOf(string name) => Path.Combine(_folder.Path, name);

    private Task<CommandLineRun> RunAsync(params string[] args) =>
        CommandLineRun.OfAsync([.. args, "--config", PathOf("bench.json")]);
}
