using FlashBench.Bench.Fleet;

namespace FlashBench.Bench.Jobs;

/// <summary>Something that a person or a program watching a job wants to see at once.</summary>
public abstract record JobEvent
{
    /// <summary>A phase cannot begin yet; none of this time counts against its limits.</summary>
    /// <param name="Phase">Its name.</param>
    /// <param name="For">What it waits for, and who has it.</param>
    public sealed record Waiting(string Phase, LockWait For) : JobEvent;

    /// <summary>A phase begins.</summary>
    public sealed record PhaseStarted(int Number, int Count, string Name) : JobEvent;

    /// <summary>A phase goes on; <paramref name="Elapsed"/> is bench time since the phase began.</summary>
    public sealed record Progress(string Phase, long Done, long Total, string Unit, TimeSpan Elapsed) : JobEvent
    {
        /// <summary>Asks how the board is, for as long as the listener runs; null outside of a boot.</summary>
        public Func<BoardVitals>? Board { get; init; }
    }

    /// <summary>A phase ended.</summary>
    public sealed record PhaseEnded(string Name, Verdict Verdict, string Reason) : JobEvent;

    /// <summary>One line worth reading.</summary>
    public sealed record Note(string Text) : JobEvent;
}

/// <summary>How a board that is watched is, at one moment.</summary>
/// <param name="SignAge">Time since its last sign of life in this boot; null if none came.</param>
/// <param name="Millivolts">Main rail.</param>
/// <param name="Milliamps">Supply current.</param>
/// <param name="ConsoleLine">Last line of its console, as it came, cut to what a screen can show; null if none came.
/// </param>
public sealed record BoardVitals(TimeSpan? SignAge, int Millivolts, int Milliamps, string? ConsoleLine);

/// <summary>Forwards values at once and on the caller's thread, unlike <see cref="Progress{T}"/>.</summary>
internal sealed class DirectProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
