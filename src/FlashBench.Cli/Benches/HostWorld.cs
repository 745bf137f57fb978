using System.Globalization;
using System.Security.Cryptography;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Certify;
using FlashBench.Hardware;

namespace FlashBench.Cli.Benches;

/// <summary>A bench that runs on this host's own clock.</summary>
/// <param name="jobId">The job's id; null for one from the time of day.</param>
internal abstract class HostWorld(string? jobId) : BenchWorld
{
    private const int NonceBytes = 4;

    /// <inheritdoc/>
    public override TimeProvider Time => TimeProvider.System;

    /// <inheritdoc/>
    public override string HostName => Environment.MachineName;

    /// <inheritdoc/>
    public override string JobId { get; } = jobId ?? JobIdAt(TimeProvider.System);

    /// <summary>A job id from the time of day.</summary>
    public static string JobIdAt(TimeProvider time) =>
        string.Create(CultureInfo.InvariantCulture, $"FBJ-{time.GetUtcNow():yyyyMMdd-HHmmss}");

    /// <summary>The host's own clocks.</summary>
    public static BenchClock ClockOf(TimeProvider time) =>
        new(time, new HostBootClock(), HostIdentity.Read().BootId);

    /// <summary>A nonce that nobody can foresee.</summary>
    public static string UnforeseenNonce()
    {
        string nonce;
        do
        {
            nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes));
        }
        while (nonce.Trim('0').Length == 0);
        return nonce;
    }

    /// <inheritdoc/>
    public override T Run<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancel) =>
        SingleThread.Run(work, cancel);

    /// <inheritdoc/>
    public override BenchClock Clock() => ClockOf(Time);

    /// <inheritdoc/>
    public override string DrawNonce() => UnforeseenNonce();
}
