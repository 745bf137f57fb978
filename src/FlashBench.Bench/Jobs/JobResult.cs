using FlashBench.Bench.Evidence;

namespace FlashBench.Bench.Jobs;

/// <summary>How a job ended.</summary>
/// <param name="Judgement">The journaled decision.</param>
/// <param name="Dirty">True if the chip is half-written.</param>
/// <param name="Interrupted">True if the operator stopped it.</param>
/// <param name="Begun">True if any phase began.</param>
public sealed record JobResult(Judgement Judgement, bool Dirty, bool Interrupted, bool Begun);
