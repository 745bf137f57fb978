namespace FlashBench.Bench.Config;

/// <summary>Rules for many benches together.</summary>
/// <param name="MaxParallelFlash">How many benches of this host may use their programmers at once.</param>
/// <param name="InfraRetries">How often a job is run again by itself that failed by the bench's fault before its first
/// erase.</param>
/// <param name="BreakerFailures">After how many such failures in a row a bench leaves the pool.</param>
/// <param name="ImageFailures">After how many jobs in a row that did not pass a run that only its deadline ends leaves
/// an image out on a board.</param>
public sealed record FleetPolicy(
    int MaxParallelFlash = 8, int InfraRetries = 1, int BreakerFailures = 3, int ImageFailures = 10);

/// <summary>Programmers behind one USB hub, which share its bandwidth to the host.</summary>
/// <param name="Id">Name that benches refer to.</param>
/// <param name="MaxParallelFlash">How many of them may be used at once.</param>
public sealed record UsbGroupEntry(string Id, int MaxParallelFlash);
