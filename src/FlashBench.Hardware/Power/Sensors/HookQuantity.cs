using FlashBench.Hardware.Power.Lines;

namespace FlashBench.Hardware.Power.Sensors;

/// <summary>A program that prints one number.</summary>
/// <param name="spec">What to run.</param>
/// <param name="time">For the limit.</param>
internal sealed class HookQuantity(QuantitySpec.Hook spec, TimeProvider time) : IQuantity
{
    /// <inheritdoc/>
    public string Description => $"program {ChildProgram.NameOf(spec.Command)}";

    /// <inheritdoc/>
    public bool IsSimulated => false;

    /// <inheritdoc/>
    public async ValueTask<int> MeasureAsync(CancellationToken cancel)
    {
        ChildResult result = await ChildProgram.RunAsync(spec.Command, spec.Limit, time, cancel);
        string name = ChildProgram.NameOf(spec.Command);
        if (result.ExitCode != 0)
        {
            string why = result.Complaint.Length == 0 ? "" : $": {result.Complaint}";
            throw new PowerException($"{name} ended with {result.ExitCode}{why}");
        }

        return Reading.Parse(result.Output.Trim(), scale: 1)
            ?? throw new PowerException($"{name} printed \"{PartFailure.Plain(result.Output.Trim(), 40)}\": no number");
    }
}
