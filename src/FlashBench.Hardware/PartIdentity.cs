namespace FlashBench.Hardware;

/// <summary>Which physical or virtual part stands behind a seam; goes into the record of every job.</summary>
/// <param name="Kind">The seam, in the field's word: "programmer", "relay", "power sensor", "console".</param>
/// <param name="Description">Product and place, for people: "CH341A, USB 1-4.2".</param>
/// <param name="Simulated">True marks the whole job as simulated (rule I7).</param>
public sealed record PartIdentity(string Kind, string Description, bool Simulated)
{
    /// <summary>Kind of a part that is a person.</summary>
    public const string Operator = "operator";
}
