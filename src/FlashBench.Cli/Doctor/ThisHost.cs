using FlashBench.Bench.Config;
using FlashBench.Hardware.Host;
using FlashBench.Hardware.Power.Holder;

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
    public static string SocketOfHolder(BenchPaths paths) =>
        HolderSocket.DefaultPath(Environment.GetEnvironmentVariable, () => paths.State);
}
