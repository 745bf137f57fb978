using FlashBench.Bench.Config;

namespace FlashBench.Tests.Config;

public sealed class BenchPathsTests
{
    private static readonly ConfigPaths Nothing = new(null, null, null, null);

    [Fact]
    public void Without_configuration_the_users_folders_count()
    {
        BenchPaths paths = Resolve(Nothing, ("XDG_STATE_HOME", "/s"), ("XDG_DATA_HOME", "/d"));

        Assert.Equal(
            new BenchPaths("/s/flashbench", "/d/flashbench/vault", "/d/flashbench/evidence", "/d/flashbench/keys",
                "/s/flashbench/log"),
            paths);
    }

    [Fact]
    public void Without_xdg_variables_they_are_below_the_home_folder()
    {
        BenchPaths paths = Resolve(Nothing, ("HOME", "/u"), ("XDG_STATE_HOME", ""), ("XDG_DATA_HOME", "relative"));

        Assert.Equal("/u/.local/state/flashbench", paths.State);
        Assert.Equal("/u/.local/share/flashbench/vault", paths.Vault);
    }

    [Fact]
    public void Configured_folders_come_first()
    {
        BenchPaths paths = Resolve(new ConfigPaths("/a", "/b", "/c", "/e"), ("XDG_DATA_HOME", "/d"));

        Assert.Equal(new BenchPaths("/a", "/b", "/c", "/d/flashbench/keys", "/e"), paths);
    }

    [Fact]
    public void Without_any_folder_the_configuration_is_refused()
    {
        var fault = Assert.Throws<ConfigException>(() => Resolve(Nothing, ("HOME", "not/absolute")));

        Assert.Contains("nor HOME names an absolute folder", fault.Message, StringComparison.Ordinal);
    }

    private static BenchPaths Resolve(ConfigPaths configured, params (string Name, string Value)[] variables) =>
        BenchPaths.Resolve(configured, name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
