using FlashBench.Bench.Config;

namespace FlashBench.Bench.Regress;

/// <summary>One cell that is to be examined.</summary>
/// <param name="File">The image.</param>
/// <param name="Policy">Name of the policy.</param>
/// <param name="Profile">The board type; null if none of those asked for is for this image.</param>
public sealed record RegressCell(RegressFile File, string Policy, DutProfile? Profile)
{
    /// <summary>Tells the board from others of its type: how it and its bench are configured, and its serial; "" where
    /// the type says it all.</summary>
    public string Board { get; init; } = "";

    /// <summary>True if its board is simulated, or part of its bench.</summary>
    public bool IsSimulated { get; init; } = true;

    /// <summary>Why it cannot run whatever the board; null if only the board can tell.</summary>
    public string? WhyNoBoard => Profile is not null ? null : this switch
    {
        { File.Kind: RegressFileKind.Descriptor } => "a flash descriptor alone holds no ME",
        { File.Me: "" } => "the image holds no ME that could run",
        { File.Major: null } => $"no board profile is for {File.Me}",
        _ => $"no board profile is for ME {File.Major}",
    };
}

/// <summary>The cells of a regression: image by board type by policy.</summary>
public static class RegressMatrix
{
    /// <summary>All cells, in the order of the files, board types and policies.</summary>
    /// <param name="files">The folder; files without cells are passed over.</param>
    /// <param name="policies">Names of policies.</param>
    /// <param name="profiles">Board types; an image gets those whose ME versions contain its own.</param>
    public static IEnumerable<RegressCell> Cells(
        IEnumerable<RegressFile> files, IReadOnlyList<string> policies, IReadOnlyList<DutProfile> profiles)
    {
        foreach (RegressFile file in files.Where(file => file.IsImage))
        {
            IEnumerable<DutProfile?> fitting = profiles.Where(profile => IsFor(profile, file));
            foreach (DutProfile? profile in fitting.DefaultIfEmpty(null))
            {
                foreach (string policy in policies)
                    yield return new RegressCell(file, policy, profile);
            }
        }
    }

    /// <summary>True if the board type ships with the image's ME version.</summary>
    public static bool IsFor(DutProfile profile, RegressFile file)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(file);
        return file.Major is int major && profile.Me.Majors.Contains(major);
    }
}
