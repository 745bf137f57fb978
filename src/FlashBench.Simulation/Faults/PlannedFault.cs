using System.Globalization;

namespace FlashBench.Simulation.Faults;

/// <summary>One thing that shall go wrong.</summary>
/// <param name="Kind">What.</param>
/// <param name="Values">Its numbers, in the order of the kind's fields and within their bounds.</param>
public sealed record PlannedFault(FaultKind Kind, IReadOnlyList<long> Values)
{
    /// <summary>The number of a field that the kind has.</summary>
    public long this[string field]
    {
        get
        {
            int at = Kind.Fields.ToList().FindIndex(candidate => candidate.Name == field);
            return at >= 0 ? Values[at] : throw new ArgumentException($"{Kind.Name} has no {field}", nameof(field));
        }
    }

    /// <summary>As a person reads it: "usb.unplug urb=120".</summary>
    public override string ToString() => string.Join(
        ' ', Kind.Fields.Select((field, i) => string.Create(CultureInfo.InvariantCulture, $"{field.Name}={Values[i]}"))
            .Prepend(Kind.Name));
}

/// <summary>A kind of fault: its name in plans, its numbers, and what it does to a virtual bench.</summary>
/// <param name="Name">Name in plans: "part.what".</param>
/// <param name="Meaning">What happens, for the documentation.</param>
/// <param name="Fields">Its numbers.</param>
/// <param name="Arm">Sets it on a bench; null for what happens to the host: disk and process.</param>
public sealed record FaultKind(
    string Name, string Meaning, IReadOnlyList<FaultField> Fields, Action<FaultSite, PlannedFault>? Arm)
{
    /// <summary>True if a plan may have several of it.</summary>
    public bool Repeats { get; init; }

    /// <summary>How often a seed chooses it; 0 for never.</summary>
    public int Weight { get; init; } = 2;
}
