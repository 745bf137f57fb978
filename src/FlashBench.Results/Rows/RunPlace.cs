namespace FlashBench.Results.Rows;

/// <summary>Which part of a soak or regression a job is.</summary>
/// <param name="Run">Id of the run.</param>
/// <param name="Cycle">Number of the cycle, from 1; null if the run does not count any.</param>
/// <param name="Attempt">1 for the first time, more for a repetition after a failure of the bench.</param>
public sealed record RunPlace(string Run, int? Cycle, int Attempt);
