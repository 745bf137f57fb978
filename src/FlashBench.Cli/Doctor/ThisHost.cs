using FlashBench.Bench.Config;
using FlashBench.Hardware.Host;

namespace FlashBench.Cli.Doctor;

/// <summary>The host that this process runs on.</summary>
internal static class ThisHost
{
    /// <summary>Takes its snapshot.</summary>
    /// <param name="uses">Parts that a configuration names.</param>
    public static HostSnapshot Read(IEnumerable<DeviceUse> uses) => HostReader.Read(
        new HostTree(), new HostProbes(),
        uses.OfType<DeviceUse.SerialLine>().Select(line => line.Tty.Device).OfType<string>());

    /// <summary>Where the relay holder listens.</summary>
    /// <remarks>Source: S-08: a variable that is unset, empty or relative counts as unset.</remarks>
    public static string HolderSocket(BenchPaths paths)
    {
        string? Absolute(string variable) =>
            Environment.GetEnvironmentVariable(variable) is { } path && Path.IsPathFullyQualified(path) ? path : null;
        return Absolute("FLASHBENCH_RELAYD")
            ?? (Absolute("XDG_RUNTIME_DIR") is { } folder
                ? Path.Combine(folder, "flashbench", "relayd.sock")
                : Path.Combine(paths.State, "relayd.sock"));
    }
}
