namespace FlashBench.Hardware.Power.Lines;

/// <summary>A person who plugs and unplugs. The sensor decides whether it was done.</summary>
/// <param name="spec">What to say.</param>
/// <param name="person">Whom to ask.</param>
/// <param name="time">For the limit.</param>
internal sealed class OperatorLine(OutputLineSpec.Operator spec, IOperator person, TimeProvider time) : IOutputLine
{
    /// <inheritdoc/>
    public PartIdentity Identity { get; } = new(
        PartIdentity.Operator, $"a person, told to \"{spec.On}\" and to \"{spec.Off}\"", Simulated: false);

    /// <inheritdoc/>
    public ValueTask<bool?> ReadAsync(CancellationToken cancel) => new((bool?)null);

    /// <inheritdoc/>
    public async ValueTask DriveAsync(bool active, CancellationToken cancel)
    {
        string instruction = active ? spec.On : spec.Off;
        using var late = new CancellationTokenSource(spec.Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            await person.ConfirmAsync(instruction, spec.Limit, either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new PowerException(
                $"nobody confirmed \"{instruction}\" within {spec.Limit.TotalSeconds:0.###} s");
        }
    }
}
