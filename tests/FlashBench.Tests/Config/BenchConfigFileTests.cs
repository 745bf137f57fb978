using System.Text;
using FlashBench.Bench.Config;

namespace FlashBench.Tests.Config;

public sealed class BenchConfigFileTests
{
    private const string Bench = """
        { "id": "a", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q64", "seed": 1 } }
        """;

    private static byte[] Shipped => File.ReadAllBytes(ProjectTree.PathOf("bench-config.json"));

    [Fact]
    public void The_shipped_file_has_a_bench_per_generation_and_one_default()
    {
        BenchConfig config = BenchConfigFile.Load(ProjectTree.PathOf("bench-config.json"));

        Assert.Equal(["me8", "me10", "me11", "me11-hidden", "qemu"], config.Benches.Select(bench => bench.Id));
        Assert.Equal("me8", Assert.Single(config.Benches, bench => bench.Default).Id);
        Assert.Equal(new VirtualBenchEntry("me11", "W25Q128", 12, Agent: false, HiddenUnderHap: true),
            config.Benches[3].Virtual);
        Assert.Equal(new ConfigPaths(null, null, null, null), config.Paths);
    }

    [Fact]
    public void The_agent_runs_and_nothing_is_hidden_unless_the_file_says_so()
    {
        BenchEntry bench = Parse(Bench).Benches.Single();

        Assert.True(bench.Virtual!.Agent);
        Assert.False(bench.Virtual!.HiddenUnderHap);
        Assert.False(bench.Default);
    }

    [Theory]
    [InlineData("", "ch341a")]
    [InlineData(", \"programmer\": \"ch341a\"", "ch341a")]
    [InlineData(", \"programmer\": \"ft2232h\"", "ft2232h")]
    public void The_programmer_is_a_ch341a_unless_the_file_names_another(string entry, string programmer)
    {
        string json = Bench.Replace("\"seed\": 1", "\"seed\": 1" + entry, StringComparison.Ordinal);

        Assert.Equal(programmer, Parse(json).Benches.Single().Virtual!.Programmer);
    }

    [Theory]
    [InlineData("\"seed\": 1", "\"seed\":  1", true)]
    [InlineData(
        "\"image\": \"me8\", \"chip\": \"W25Q64\"", "\"chip\": \"W25Q64\", \"image\": \"me8\"", true)]
    [InlineData("\"seed\": 1", "\"seed\": 2", false)]
    [InlineData("\"seed\": 1", "\"seed\": 1, \"agent\": false", false)]
    [InlineData("\"image\": \"me8\"", "\"image\": \"me10\"", false)]
    [InlineData("W25Q64", "W25Q128", false)]
    [InlineData("\"virtual\"", "\"goldenImage\": \"g.bin\", \"virtual\"", false)]
    public void An_entry_has_one_digest_however_it_is_laid_out_and_another_for_whatever_it_says(
        string words, string others, bool same)
    {
        Assert.Contains(words, Bench, StringComparison.Ordinal);
        string before = Parse(Bench).Benches.Single().Sha256;
        string after = Parse(Bench.Replace(words, others, StringComparison.Ordinal)).Benches.Single().Sha256;

        Assert.Equal(64, before.Length);
        Assert.Equal(same, before == after);
    }

    [Theory]
    [InlineData("", "$: not JSON")]
    [InlineData("[]", "$: must be an object, not an array")]
    [InlineData("{}", "$: the key \"version\" is missing")]
    [InlineData("""{ "version": 2, "benches": [] }""", "$.version: must be a whole number from 1 to 1, not 2")]
    [InlineData("""{ "version": "1", "benches": [] }""", "$.version: must be a number, not a string")]
    [InlineData("""{ "version": 1, "benches": [] }""", "$.benches: must have 1 to 1000 entries, not 0")]
    [InlineData("""{ "version": 1, "benches": {} }""", "$.benches: must be an array, not an object")]
    [InlineData("""{ "version": 1, "version": 1 }""", "$.version: this key stands here twice")]
    [InlineData(
        """{ "version": 1, "seeds": 1 }""",
        "$.seeds: unknown key; known here are version, paths, powerGroups, benches, lab")]
    [InlineData("""{ "version": 1, "benches": [1] }""", "$.benches[0]: must be an object, not a number")]
    [InlineData("""{ "version": 1, } """, "$.version: not JSON")]
    [InlineData("""{ "version": 1 } x""", "$.version: not JSON")]
    [InlineData("""{ /* why */ "version": 1 }""", "$: not JSON")]
    [InlineData("""{ "a b\n": 1 }""", "$['a b?']: unknown key")]
    public void A_faulty_file_is_refused_with_the_place(string json, string complaint)
    {
        var fault = Assert.Throws<ConfigException>(() => BenchConfigFile.Parse(Encoding.UTF8.GetBytes(json), "file"));

        Assert.StartsWith($"file:1: {complaint}", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"id\": \"a\"", "\"id\": \"Bench 1\"", "id: must be lower-case letters")]
    [InlineData("\"id\": \"a\"", "\"id\": \"-a\"", "id: must be lower-case letters")]
    [InlineData("\"id\": \"a\"", "\"id\": \"\"", "id: must have 1 to 63 characters, not 0")]
    [InlineData("\"id\": \"a\"", "\"id\": \"a\\n\"", "id: must not contain control characters")]
    [InlineData("\"id\": \"a\"", "\"id\": null", "id: must be a string, not null")]
    [InlineData("\"id\": \"a\",", "", ": the key \"id\" is missing")]
    [InlineData("virtual-me8", "virtual-me9", "dutProfile: unknown DUT profile \"virtual-me9\"; known are")]
    [InlineData("W25Q64", "W25Q65", "virtual.chip: unknown chip \"W25Q65\"; known are W25Q64, W25Q128")]
    [InlineData("\"me8\"", "\"me9\"", "virtual.image: unknown image \"me9\"; known are me8, me10, me11")]
    [InlineData("\"seed\": 1", "\"sed\": 1", "virtual.sed: unknown key; known here are image, chip, seed")]
    [InlineData("\"seed\": 1", "\"seed\": -1", "virtual.seed: must be a whole number from 0")]
    [InlineData("\"seed\": 1", "\"seed\": 1.5", "virtual.seed: must be a whole number")]
    [InlineData("\"seed\": 1", "\"seed\": 99999999999", "virtual.seed: must be a whole number")]
    [InlineData("\"seed\": 1", "\"seed\": true", "virtual.seed: must be a number, not true or false")]
    [InlineData("\"seed\": 1", "\"seed\": 1, \"agent\": 0", "virtual.agent: must be true or false, not a number")]
    [InlineData("\"seed\": 1", "\"seed\": 1, \"programmer\": \"ch347\"",
        "virtual.programmer: unknown programmer \"ch347\"; known are ch341a, ft2232h")]
    [InlineData("\"seed\": 1", "\"seed\": 1, \"programmer\": 1", "virtual.programmer: must be a string, not a number")]
    [InlineData("\"seed\": 1", "\"seed\": 1, \"seed\": 1", "virtual.seed: this key stands here twice")]
    public void A_faulty_bench_is_refused_with_the_place(string right, string wrong, string complaint)
    {
        string entry = Bench.Replace(right, wrong, StringComparison.Ordinal);

        var fault = Assert.Throws<ConfigException>(() => Parse(entry));

        Assert.NotEqual(Bench, entry);
        Assert.Contains($"$.benches[0]{(complaint[0] == ':' ? "" : ".")}{complaint}", fault.Message,
            StringComparison.Ordinal);
        Assert.Equal(3, fault.Line);
    }

    [Fact]
    public void The_line_is_the_one_an_editor_shows()
    {
        string text = Encoding.UTF8.GetString(Shipped).Replace(
            "\"chip\": \"W25Q128\", \"seed\": 11", "\"chip\": \"W25Q128\", \"sed\": 11", StringComparison.Ordinal);

        var fault = Assert.Throws<ConfigException>(
            () => BenchConfigFile.Parse(Encoding.UTF8.GetBytes(text), "bench-config.json"));

        Assert.Equal("bench-config.json:14: $.benches[2].virtual.sed: unknown key; known here are image, chip, seed, "
            + "agent, hiddenUnderHap, programmer, exactTimes", fault.Message);
        Assert.Equal("$.benches[2].virtual.sed", fault.Path);
    }

    [Fact]
    public void Two_benches_with_one_id_are_refused()
    {
        var fault = Assert.Throws<ConfigException>(() => Parse($"{Bench},\n{Bench}"));

        Assert.Equal("file:4: $.benches[1].id: the id \"a\" is taken by an earlier bench", fault.Message);
    }

    [Fact]
    public void Two_defaults_are_refused()
    {
        string first = Bench.Replace("\"id\": \"a\"", "\"id\": \"a\", \"default\": true", StringComparison.Ordinal);
        string second = first.Replace("\"id\": \"a\"", "\"id\": \"b\"", StringComparison.Ordinal);

        var fault = Assert.Throws<ConfigException>(() => Parse($"{first},\n{second}"));

        Assert.Equal("file:4: $.benches[1].default: bench \"a\" is the default already", fault.Message);
    }

    [Theory]
    [InlineData("\"state\": \"~/state\"", "~ is not expanded")]
    [InlineData("\"state\": 7", "must be a string, not a number")]
    [InlineData("\"home\": \"x\"", "unknown key; known here are state, vault, evidence, log")]
    public void Faulty_folders_are_refused(string entry, string complaint)
    {
        string json = $$"""{ "version": 1, "paths": { {{entry}} }, "benches": [{{Bench}}] }""";

        var fault = Assert.Throws<ConfigException>(() => BenchConfigFile.Parse(Encoding.UTF8.GetBytes(json), "file"));

        Assert.Contains(complaint, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Relative_folders_start_at_the_folder_of_the_file()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("benches.json",
            $$"""{ "version": 1, "paths": { "state": "s", "vault": "/v" }, "benches": [{{Bench}}] }""");

        ConfigPaths paths = BenchConfigFile.Load(file).Paths;

        Assert.Equal(new ConfigPaths(Path.Combine(folder.Path, "s"), "/v", null, null), paths);
    }

    [Fact]
    public void A_byte_order_mark_means_nothing() =>
        Assert.Equal(5, BenchConfigFile.Parse([0xEF, 0xBB, 0xBF, .. Shipped], "file").Benches.Count);

    [Theory]
    [InlineData("nothing-here.json", "no such file")]
    [InlineData("folder", "cannot be read")]
    [InlineData("large.json", "larger than 1048576 bytes")]
    public void What_cannot_be_a_configuration_is_refused_whole(string name, string complaint)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "folder"));
        folder.Write("large.json", new string(' ', (1 << 20) + 1));

        var fault = Assert.Throws<ConfigException>(() => BenchConfigFile.Load(Path.Combine(folder.Path, name)));

        Assert.Contains(complaint, fault.Message, StringComparison.Ordinal);
        Assert.Null(fault.Line);
    }

    [Fact]
    public void A_long_run_of_keys_or_brackets_ends_soon()
    {
        string keys = "{" + string.Concat(Enumerable.Range(0, 60_000).Select(i => $"\"{i}\":1,"));
        string brackets = new('[', 1 << 20);

        Assert.Throws<ConfigException>(() => BenchConfigFile.Parse(Encoding.UTF8.GetBytes(keys), "file"));
        Assert.Throws<ConfigException>(() => BenchConfigFile.Parse(Encoding.UTF8.GetBytes(brackets), "file"));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] whole = Shipped;
        int end = Array.LastIndexOf(whole, (byte)'}');

        for (int length = 0; length <= end; length++)
            Assert.Throws<ConfigException>(() => BenchConfigFile.Parse(whole.AsSpan(0, length), "file"));
    }

    [Fact]
    public void Only_one_exception_leaves_whatever_the_bytes()
    {
        var random = new Random(20260101);
        byte[] whole = Shipped;
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = [.. whole];
            for (int change = random.Next(1, 4); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            refused += IsRefused(bytes) ? 1 : 0;
        }

        Assert.InRange(refused, 10_000, 19_999); // most changes matter; some hit white space or a seed
    }

    private static bool IsRefused(byte[] bytes)
    {
        try
        {
            BenchConfigFile.Parse(bytes, "file");
            return false;
        }
        catch (ConfigException fault)
        {
            Assert.DoesNotContain(fault.Message, char.IsControl);
            return true;
        }
    }

    private static BenchConfig Parse(string benches) => BenchConfigFile.Parse(
        Encoding.UTF8.GetBytes("{\n\"version\": 1, \"benches\": [\n" + benches + "\n] }"), "file");
}
