using FlashBench.Bench.Config;
using FlashBench.Cli;

namespace FlashBench.Tests.Cli;

public sealed class ConfigSourceTests
{
    private static readonly BenchConfig Two = new(new ConfigPaths(null, null, null, null), [Bench("a"), Bench("b")]);

    [Fact]
    public void The_named_file_comes_first_then_the_working_folder_then_the_programs_own()
    {
        using var folder = new TemporaryFolder();

        string shipped = ConfigSource.FindPath(null, folder.Path, "/program");
        folder.Write("bench-config.json", "{}");

        Assert.Equal("/program/bench-config.json", shipped);
        Assert.Equal("bench-config.json", ConfigSource.FindPath(null, folder.Path, "/program"));
        Assert.Equal("other.json", ConfigSource.FindPath("other.json", folder.Path, "/program"));
    }

    [Fact]
    public void The_shipped_configuration_lies_beside_the_program() =>
        Assert.Equal(
            File.ReadAllBytes(ProjectTree.PathOf("bench-config.json")),
            File.ReadAllBytes(ConfigSource.FindPath(null, "/", AppContext.BaseDirectory)));

    [Fact]
    public void A_bench_is_found_by_its_id_and_the_default_one_without()
    {
        BenchConfig marked = Two with { Benches = [Bench("a"), Bench("b") with { Default = true }] };

        Assert.Equal("a", ConfigSource.Bench(marked, "a").Id);
        Assert.Equal("b", ConfigSource.Bench(marked, id: null).Id);
    }

    [Theory]
    [InlineData("c", "unknown bench \"c\"; the configuration has a, b")]
    [InlineData("A", "unknown bench \"A\"; the configuration has a, b")]
    [InlineData("\u001B", "unknown bench \"\\x1B\"; the configuration has a, b")]
    [InlineData(null, "no bench is marked as the default; name one with --bench: a, b")]
    public void A_bench_that_is_not_there_is_a_usage_error(string? id, string sentence)
    {
        var fault = Assert.Throws<UsageException>(() => ConfigSource.Bench(Two, id));

        Assert.Equal(sentence, fault.Message);
    }

    private static BenchEntry Bench(string id)
    {
        var parts = new VirtualBenchEntry("me8", "W25Q64", Seed: 1, Agent: true, HiddenUnderHap: false);
        return new BenchEntry(id, Default: false, "virtual-me8", parts, Programmer: null);
    }
}
