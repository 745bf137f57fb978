using FlashBench.Simulation.Me;

namespace FlashBench.Simulation.Board;

/// <summary>One boot as it really was.</summary>
/// <param name="Number">From 1, since the bench was opened, resets included.</param>
/// <param name="Me">What the ME decided at the power-on.</param>
/// <param name="Warm">True for a reset under power.</param>
/// <param name="Began">Power-good or reset, since the bench was opened.</param>
/// <param name="Ended">When the host stopped; null while it runs.</param>
public sealed record BoardBoot(int Number, MeState Me, bool Warm, TimeSpan Began, TimeSpan? Ended);
