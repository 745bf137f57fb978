using FlashBench.Bench.Config;
using FlashBench.Hardware.Console;

namespace FlashBench.Cli.Benches;

/// <summary>Opens the console of a real bench, and lets `flashbench console` of other processes follow it.</summary>
internal static class WiredConsole
{
    /// <summary>Opens the port; bytes are kept from now on.</summary>
    /// <exception cref="Hardware.ConsoleException">It is not there, not the only one, in use, or not permitted.
    /// </exception>
    public static IConsolePort Open(
        string bench, ConsoleEntry entry, BenchPaths paths, TimeProvider time, OwnedParts owned)
    {
        var options = new SerialConsoleOptions(entry.Tty, entry.Baud, SerialFormat.Parse(entry.Format));
        var hub = owned.Add(new ConsoleHub(SerialConsolePort.Open(options, new TtyPorts(), time)));
        owned.Add(ConsoleServer.Start(hub, SocketOf(paths, bench), time));
        ConsoleSeat seat = hub.Join();
        seat.TryTakePen();
        return seat;
    }

    /// <summary>Where a running job shows the console of a bench to others.</summary>
    public static string SocketOf(BenchPaths paths, string bench) =>
        Path.Combine(paths.State, "benches", bench + ".console");
}
