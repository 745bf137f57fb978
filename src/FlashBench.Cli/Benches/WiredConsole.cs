using FlashBench.Bench.Config;
using FlashBench.Cli.Terminal;
using FlashBench.Hardware.Console;

namespace FlashBench.Cli.Benches;

/// <summary>The serial console of a real bench.</summary>
internal static class WiredConsole
{
    /// <summary>Opens the port; bytes are kept from now on.</summary>
    /// <exception cref="Hardware.ConsoleException">It is not there, not the only one, in use, or not permitted.
    /// </exception>
    public static SerialConsolePort Open(ConsoleEntry entry, TimeProvider time) => SerialConsolePort.Open(
        new SerialConsoleOptions(entry.Tty, entry.Baud, SerialFormat.Parse(entry.Format)), new TtyPorts(), time);

    /// <summary>Opens the port for a job, and lets `flashbench console` of other processes follow it.</summary>
    /// <param name="bench">Bench id.</param>
    /// <param name="entry">The port.</param>
    /// <param name="paths">Folders of the host.</param>
    /// <param name="owned">Closes what is opened here.</param>
    /// <param name="note">Told if others cannot follow.</param>
    /// <inheritdoc cref="Open"/>
    public static ConsoleSeat OpenShared(
        string bench, ConsoleEntry entry, BenchPaths paths, OwnedParts owned, Action<string> note)
    {
        string socket = ConsoleShare.SocketOf(paths, bench);
        var hub = new ConsoleHub(Open(entry, TimeProvider.System));
        ConsoleSeat seat = hub.Join(fromOldest: true);
        seat.TryTakePen(); // before anybody else can
        owned.Add(ConsoleShare.Start(hub, socket, TimeProvider.System, note));
        return seat;
    }
}
