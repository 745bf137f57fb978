namespace FlashBench.Bench.Config;

/// <summary>What a laboratory wants its reports to say of it; null where the configuration says nothing.</summary>
/// <param name="Name">The laboratory.</param>
/// <param name="Address">Its address.</param>
/// <param name="Location">Where the work is done, if not at that address.</param>
/// <param name="Accreditation">A note on its accreditation, printed as it is.</param>
/// <param name="Customer">Name and contact of the customer for whom this host usually works.</param>
/// <param name="ApprovedBy">The person who usually authorizes its reports.</param>
/// <remarks>Source: ISO/IEC 17025:2017, 7.8.2.1.</remarks>
public sealed record LabEntry(
    string? Name, string? Address, string? Location, string? Accreditation, string? Customer, string? ApprovedBy)
{
    /// <summary>Longest text, in characters.</summary>
    public const int LengthMax = 500;

    /// <summary>Nothing is said.</summary>
    public static LabEntry NotStated { get; } = new(null, null, null, null, null, null);

    internal static LabEntry Read(ConfigNode? node)
    {
        node?.Only("name", "address", "location", "accreditation", "customer", "approvedBy");
        return new LabEntry(
            Text("name"), Text("address"), Text("location"), Text("accreditation"), Text("customer"),
            Text("approvedBy"));

        string? Text(string key) => node?.Find(key)?.AsText(LengthMax);
    }
}
