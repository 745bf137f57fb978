using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Live;
using FlashBench.Simulation;
using Serilog;

namespace FlashBench.Cli.Soak;

/// <summary>What the benches of one run share. Benches in real time have threads of their own.</summary>
/// <param name="around">Configuration and folders.</param>
/// <param name="log">The run's log.</param>
/// <param name="course">Where the run stands; touched under the lock only.</param>
internal sealed class SoakFloor(JobSurroundings around, RunLog log, RunCourse course) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Configuration and folders.</summary>
    public JobSurroundings Around => around;

    /// <summary>What was asked.</summary>
    public RunEvent.Started Start => course.Start;

    /// <summary>Folder of the run, absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>The clock of the whole run.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The clock that virtual benches share; null in real time.</summary>
    public VirtualTime? Shared { get; init; }

    /// <summary>The images, in their order.</summary>
    public required IReadOnlyList<ImageToTake> Images { get; init; }

    /// <summary>What is told of the run to whoever looks on.</summary>
    public required LiveRun Live { get; init; }

    /// <summary>The diagnostic log.</summary>
    public required ILogger Diagnostics { get; init; }

    /// <summary>Cancelled when every job must stop: the log cannot be written, or the disk is full.</summary>
    public CancellationToken MustStop => _stop.Token;

    /// <summary>Why that was; null while it was not.</summary>
    public CommandFailure? Broken { get; private set; }

    /// <summary>Asks the course of the run.</summary>
    public T Ask<T>(Func<RunCourse, T> question)
    {
        lock (_gate)
            return question(course);
    }

    /// <summary>Writes an event down, and lets the course take it.</summary>
    /// <exception cref="JournalWriteException">It could not be written; nothing changed.</exception>
    public void Happen(RunEvent happened)
    {
        lock (_gate)
        {
            log.Append(happened);
            course.Take(happened);
        }
    }

    /// <summary>Stops every job: what cannot be written down must not happen.</summary>
    public void Break(string why, int exitCode)
    {
        lock (_gate)
            Broken ??= new CommandFailure(exitCode, why);
        _stop.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();
}
