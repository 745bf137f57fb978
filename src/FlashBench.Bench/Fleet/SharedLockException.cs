using FlashBench.Hardware;

namespace FlashBench.Bench.Fleet;

/// <summary>What benches share cannot be had: a lock file cannot be used, or no slot will ever be free.</summary>
public sealed class SharedLockException(string message, Exception? inner = null) : BenchException(message, inner);
