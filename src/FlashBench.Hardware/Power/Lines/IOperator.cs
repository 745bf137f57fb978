namespace FlashBench.Hardware.Power.Lines;

/// <summary>The person at the bench.</summary>
public interface IOperator
{
    /// <summary>Shows an instruction; returns when the person has confirmed it.</summary>
    /// <param name="instruction">"disconnect AC and battery".</param>
    /// <param name="limit">How long will be waited, for display; the caller keeps it by <paramref name="cancel"/>.
    /// </param>
    /// <param name="cancel">Takes the question back: time is up, or the job stops.</param>
    /// <exception cref="PowerException">The person refused, or nobody can be asked.</exception>
    Task ConfirmAsync(string instruction, TimeSpan limit, CancellationToken cancel);
}

/// <summary>Nobody is there to be asked.</summary>
/// <param name="why">"--non-interactive was given"; part of a sentence.</param>
public sealed class AbsentOperator(string why) : IOperator
{
    /// <inheritdoc/>
    public Task ConfirmAsync(string instruction, TimeSpan limit, CancellationToken cancel) => Task.FromException(
        new PowerException($"somebody would have to \"{instruction}\", but nobody is asked: {why}"));
}
