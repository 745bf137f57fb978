namespace FlashBench.Bench.Doctor;

/// <summary>How sound one thing of a host is; later ones are graver.</summary>
public enum Soundness
{
    /// <summary>Checked and good.</summary>
    Ok,

    /// <summary>Could not be learned; said, never guessed.</summary>
    Unknown,

    /// <summary>Works, but costs time or trust.</summary>
    Warning,

    /// <summary>Stops the benches that were asked about, or lets them lie.</summary>
    Problem,
}

/// <summary>What one check found.</summary>
/// <param name="Check">Name of the check: "udev-rules".</param>
/// <param name="Soundness">How sound it is.</param>
/// <param name="Sentence">One sentence, without a full stop.</param>
/// <param name="Mend">The exact line that mends it, for a shell; null where nothing has to be done.</param>
public sealed record HostFinding(string Check, Soundness Soundness, string Sentence, string? Mend = null)
{
    /// <summary>The bench that it is about; null if it is about the host.</summary>
    public string? Bench { get; init; }

    /// <summary>True if <see cref="Mend"/> is for hands or an editor, not for a shell.</summary>
    public bool ByHand { get; init; }
}
