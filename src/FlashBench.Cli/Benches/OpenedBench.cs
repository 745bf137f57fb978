using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Power;
using FlashBench.Cli.Certify;
using FlashBench.Simulation;
using FlashBench.Simulation.Faults;

namespace FlashBench.Cli.Benches;

/// <summary>A bench in use: its parts, until it is closed. Closing moves no relay.</summary>
/// <param name="parts">As a job gets them.</param>
/// <param name="owned">What is closed with it, in this order.</param>
internal sealed class OpenedBench(BenchParts parts, params IReadOnlyList<IAsyncDisposable> owned) : IAsyncDisposable
{
    public BenchParts Parts => parts;

    /// <summary>What was arranged to go wrong; null for nothing.</summary>
    public FaultPlan? Faults { get; init; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable one in owned)
            await one.DisposeAsync();
    }
}

/// <summary>How a bench is opened.</summary>
/// <param name="Fresh">True for a new chip with a stock image; on benches whose chip is simulated.</param>
/// <param name="Image">What a new chip holds; null for the bench's own stock image.</param>
/// <param name="Note">Told what a person has to do.</param>
internal sealed record BenchOpening(bool Fresh, byte[]? Image, Action<string> Note)
{
    /// <summary>The negative control that a simulated board acts; null for none.</summary>
    public NegativeControl? Control { get; init; }

    /// <summary>An image whose ME code a simulated board knows as its maker's from now on; null for none.</summary>
    public ReadOnlyMemory<byte>? Published { get; init; }

    /// <summary>True for a job that goes on behind its baseline: the control's event is in the first boot.</summary>
    public bool BaselineDone { get; init; }

    /// <summary>What shall go wrong on a virtual bench; null for nothing.</summary>
    public FaultChoice? Faults { get; init; }

    /// <summary>False for verbs that only switch or program: the console may be somebody else's, or missing.</summary>
    public bool NeedsConsole { get; init; } = true;

    /// <summary>True if the process has the bench already, for more than this one job.</summary>
    public bool Held { get; init; }

    /// <summary>What the bench is taken for: "job FBJ-1"; told to whoever finds it in use.</summary>
    public string Work { get; init; } = "";

    /// <summary>As the last command left it.</summary>
    public static BenchOpening AsItIs { get; } = new(Fresh: false, Image: null, _ => { });
}

/// <summary>What a verb wants of the world around a bench.</summary>
/// <param name="RealTime">True to run a virtual bench in real time.</param>
/// <param name="Seed">Of everything random on a virtual bench; null for the configured one.</param>
/// <param name="UsbPort">Loopback port that exports the virtual programmer; null to reach it in the process.</param>
/// <param name="MayAsk">True if somebody is there to be asked.</param>
internal sealed record WorldWishes(bool RealTime, int? Seed, int? UsbPort, bool MayAsk)
{
    /// <summary>When the last record of the job was made that goes on here; null for a new one.</summary>
    public JournalTime? GoesOnFrom { get; init; }

    /// <summary>The virtual time that the benches of one run share; null for a bench of its own.</summary>
    public VirtualTime? Shared { get; init; }

    /// <summary>The job's id; null for one from the bench and its seed, or from the time of day.</summary>
    public string? JobId { get; init; }
}
