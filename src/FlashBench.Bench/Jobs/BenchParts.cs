using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;

namespace FlashBench.Bench.Jobs;

/// <summary>The parts of one bench, as a job uses them.</summary>
/// <param name="OpenProgrammer">Opens the programmer; a job opens it several times, so that a verification never reads
/// what a stale handle remembers.</param>
/// <param name="Relay">Switches the board's supply.</param>
/// <param name="Sensor">Says what the supply really does.</param>
/// <param name="Console">The board's serial console.</param>
public sealed record BenchParts(
    Func<CancellationToken, Task<ISpiBus>> OpenProgrammer, RelayPower Relay, IPowerSensor Sensor, IConsolePort Console);
