using FlashBench.Hardware.Power;

namespace FlashBench.Tests.Simulation.Board;

/// <summary>Commands for the simulated relay, which takes them at once.</summary>
internal static class SimulatedRelayCommands
{
    public static void Drive(this IOutputLine relay, bool active)
    {
        ValueTask done = relay.DriveAsync(active, CancellationToken.None);
        Assert.True(done.IsCompletedSuccessfully);
    }
}
