namespace FlashBench.Hardware.Power.Lines;

/// <summary>Any program that switches something.</summary>
/// <remarks>Its exit code is its word; only a sensor says what is. A program that runs is not stopped by a
/// cancellation: it may be half way.</remarks>
/// <param name="spec">What to run.</param>
/// <param name="time">For the limit.</param>
internal sealed class HookLine(OutputLineSpec.Hook spec, TimeProvider time) : IOutputLine
{
    /// <inheritdoc/>
    public PartIdentity Identity { get; } =
        new("relay", $"program {ChildProgram.NameOf(spec.On)}", Simulated: false);

    /// <inheritdoc/>
    public ValueTask<bool?> ReadAsync(CancellationToken cancel) => new((bool?)null);

    /// <inheritdoc/>
    public async ValueTask DriveAsync(bool active, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        IReadOnlyList<string> command = active ? spec.On : spec.Off;
        ChildResult result = await ChildProgram.RunAsync(command, spec.Limit, time, CancellationToken.None);
        if (result.ExitCode == 0)
            return;
        string why = result.Complaint.Length == 0 ? "" : $": {result.Complaint}";
        throw new PowerException($"{ChildProgram.NameOf(command)} ended with {result.ExitCode}{why}");
    }
}
