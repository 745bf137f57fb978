using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace FlashBench.Bench.Regress;

/// <summary>What a regression was asked.</summary>
/// <param name="Folder">Absolute path of the folder of images.</param>
/// <param name="Policies">Names of policies, in the order of the columns.</param>
/// <param name="Profiles">Ids of the board types of which each image gets those that are for it.</param>
/// <param name="Repeat">Rounds of every run.</param>
/// <param name="Build">Digest of the program.</param>
public sealed record RegressOrder(string Folder, string[] Policies, string[] Profiles, int Repeat, string Build)
{
    /// <summary>Ids of the benches that run the cells; none for a virtual board for each.</summary>
    public string[] Benches { get; init; } = [];

    /// <summary>True if named benches run the cells; false for a virtual board for each.</summary>
    [JsonIgnore]
    public bool OnBenches => Benches.Length > 0;

    /// <summary>Level that a PASS needs; null for each profile's.</summary>
    public string? Require { get; init; }

    /// <summary>True if nothing is taken over from an earlier run.</summary>
    public bool Again { get; init; }

    /// <summary>Id of the run before, over the same folder; null if there was none.</summary>
    public string? Previous { get; init; }

    /// <summary>Absolute path of the baseline that it is compared with; null for the previous run.</summary>
    public string? Baseline { get; init; }

    /// <summary>Absolute path of the baseline that it writes; null for none.</summary>
    public string? WriteBaseline { get; init; }

    /// <summary>True if another run has cells in the same places, of whatever program and images: what only one of
    /// them asked for is no change.</summary>
    public bool IsComparable(RegressOrder other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Folder == other.Folder && OnBenches == other.OnBenches
            && (!OnBenches || Benches.Intersect(other.Benches).Any());
    }

    /// <summary>True if another run was asked the same, of whatever program and images.</summary>
    public bool IsSameMatrix(RegressOrder other) => IsComparable(other)
        && Policies.ToHashSet().SetEquals(other.Policies) && Profiles.ToHashSet().SetEquals(other.Profiles)
        && Benches.ToHashSet().SetEquals(other.Benches);

    /// <summary>True if a run asked for a cell; for one of a file without cells, always.</summary>
    public bool AskedFor(CellResult cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return cell.Policy.Length == 0 || (Policies.Contains(cell.Policy)
            && (cell.Profile.Length == 0 || Profiles.Contains(cell.Profile))
            && (cell.Bench.Length == 0 || Benches.Contains(cell.Bench)));
    }

    /// <summary>The result of a cell, before anything was examined.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="bench">The bench; "" for a virtual board.</param>
    /// <param name="run">Id of the run.</param>
    public CellResult Named(RegressCell cell, string bench, string run)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return new CellResult(cell.File.Name, cell.Policy, cell.Profile?.Id ?? "", CellOutcome.Error, "read", "")
        {
            Bench = bench,
            Image = cell.File.Sha256,
            Me = cell.File.Me,
            Key = KeyOf(cell.File.Sha256, cell.Policy, cell.Profile?.Sha256 ?? "", bench, cell.Board),
            Run = run,
            IsSimulated = cell.IsSimulated,
        };
    }

    /// <summary>Digest of everything that the result of a cell depends on, lower-case hex.</summary>
    /// <param name="parts">Image, policy, profile and board of the cell, and what else decides.</param>
    internal string KeyOf(params IEnumerable<string> parts)
    {
        string text = string.Join(
            '\n', [Build, Require ?? "", $"{Repeat}", .. parts.Select(part => $"{part.Length}:{part}")]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
