namespace FlashBench.Bench.Config;

/// <summary>The absolute folders of one host and user; none of them needs to exist yet.</summary>
/// <param name="State">Virtual bench states and DUT bindings.</param>
/// <param name="Vault">Backups, content-addressed.</param>
/// <param name="Evidence">Job directories.</param>
/// <param name="Keys">The station's signing key and the list of trusted stations.</param>
/// <param name="Log">Diagnostic log.</param>
public sealed record BenchPaths(string State, string Vault, string Evidence, string Keys, string Log)
{
    private const string Product = "flashbench";

    /// <summary>Takes each folder from the configuration, else from the user's XDG folders.</summary>
    /// <param name="configured">Folders as <see cref="BenchConfigFile.Load"/> returns them.</param>
    /// <param name="environment">Looks up an environment variable; null when it is not set.</param>
    /// <remarks>
    /// Source: XDG Base Directory Specification 0.8 (docs/sources.md S-08): a variable that is unset, empty or
    /// relative counts as unset.
    /// </remarks>
    /// <exception cref="ConfigException">A folder needs HOME and HOME is not an absolute path.</exception>
    public static BenchPaths Resolve(ConfigPaths configured, Func<string, string?> environment)
    {
        string Data(string name) => Path.Combine(Xdg("XDG_DATA_HOME", ".local/share"), Product, name);
        string State() => Path.Combine(Xdg("XDG_STATE_HOME", ".local/state"), Product);

        return new BenchPaths(
            Path.GetFullPath(configured.State ?? State()),
            Path.GetFullPath(configured.Vault ?? Data("vault")),
            Path.GetFullPath(configured.Evidence ?? Data("evidence")),
            Path.GetFullPath(Data("keys")),
            Path.GetFullPath(configured.Log ?? Path.Combine(State(), "log")));

        string Xdg(string variable, string belowHome) =>
            Absolute(variable) ?? Path.Combine(Absolute("HOME") ?? throw Homeless(variable), belowHome);

        string? Absolute(string variable) =>
            environment(variable) is { } folder && Path.IsPathFullyQualified(folder) ? folder : null;
    }

    private static ConfigException Homeless(string variable) =>
        new("environment", $"neither {variable} nor HOME names an absolute folder, and the configuration has no paths");
}
