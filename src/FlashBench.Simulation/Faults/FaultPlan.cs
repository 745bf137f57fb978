using System.Security.Cryptography;

namespace FlashBench.Simulation.Faults;

/// <summary>What shall go wrong in one job on a virtual bench: the same plan and seed give the same job.</summary>
/// <param name="Seed">The seed it was drawn from; 0 for one that somebody wrote.</param>
/// <param name="Faults">In any order; of most kinds at most one.</param>
public sealed record FaultPlan(int Seed, IReadOnlyList<PlannedFault> Faults)
{
    /// <summary>Most faults in a plan.</summary>
    public const int FaultsMax = 64;

    // Shares of plans with 0, 1, 2, 3 and 4 faults, in percent, summed up.
    private static readonly int[] Shares = [15, 60, 85, 95, 100];

    /// <summary>SHA-256 of the plan's JSON, in lower-case hex.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(FaultPlanJson.Write(this)));

    /// <summary>Draws a plan.</summary>
    /// <param name="seed">Equal seeds give equal plans.</param>
    /// <param name="chipBytes">Size of the chip, which bounds addresses.</param>
    public static FaultPlan Draw(int seed, uint chipBytes)
    {
        var random = new Random(seed);
        int share = random.Next(100), count = Array.FindIndex(Shares, limit => share < limit);
        var faults = new List<PlannedFault>();
        for (int i = 0; i < count; i++)
        {
            FaultKind kind = DrawKind(random);
            var values = kind.Fields.Select(field => field.Draw(random, chipBytes)).ToList();
            if (kind.Repeats || !faults.Exists(fault => fault.Kind == kind))
                faults.Add(new PlannedFault(kind, values));
        }

        return new FaultPlan(seed, faults);
    }

    /// <summary>The fault of a kind; null if the plan has none.</summary>
    public PlannedFault? Find(string kind) => Faults.FirstOrDefault(fault => fault.Kind.Name == kind);

    /// <summary>Sets on a bench what can happen to a bench; disk and process are the caller's.</summary>
    /// <param name="site">Where it shall happen; before the job begins.</param>
    public void Arm(FaultSite site)
    {
        ArgumentNullException.ThrowIfNull(site);
        foreach (PlannedFault fault in Faults)
            fault.Kind.Arm?.Invoke(site, fault);
    }

    /// <summary>As a person reads it: every fault, separated by semicolons.</summary>
    public override string ToString() => Faults.Count == 0 ? "nothing goes wrong" : string.Join("; ", Faults);

    private static FaultKind DrawKind(Random random)
    {
        int at = random.Next(FaultKinds.All.Sum(kind => kind.Weight));
        foreach (FaultKind kind in FaultKinds.All)
        {
            at -= kind.Weight;
            if (at < 0)
                return kind;
        }

        throw new InvalidOperationException("weights are positive");
    }
}
