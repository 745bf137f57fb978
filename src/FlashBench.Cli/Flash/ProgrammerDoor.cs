using FlashBench.Bench.Config;
using FlashBench.Hardware;

namespace FlashBench.Cli.Flash;

/// <summary>Opens the programmer that a bench entry describes.</summary>
internal static class ProgrammerDoor
{
    public static Task<ISpiBus> OpenAsync(ProgrammerEntry entry, TimeProvider time, CancellationToken cancel) =>
        throw new CommandFailure(ExitCodes.Unavailable, $"no driver for {entry.Kind} at {time} {cancel}");
}
