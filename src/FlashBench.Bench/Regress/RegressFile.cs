namespace FlashBench.Bench.Regress;

/// <summary>What a file of the folder is.</summary>
public enum RegressFileKind
{
    /// <summary>A whole flash image.</summary>
    Dump,

    /// <summary>An ME region alone.</summary>
    Region,

    /// <summary>A flash descriptor alone.</summary>
    Descriptor,

    /// <summary>The content of another file again.</summary>
    Duplicate,

    /// <summary>An image that is broken where it begins.</summary>
    Damaged,

    /// <summary>No image.</summary>
    NoImage,

    /// <summary>It cannot be read.</summary>
    Unreadable,
}

/// <summary>A file of a regression's folder.</summary>
/// <param name="Name">Path below the folder, "/" between names.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Note">Why it has no cells, a sentence without a full stop; "" if it has.</param>
public sealed record RegressFile(string Name, RegressFileKind Kind, string Note)
{
    /// <summary>SHA-256 of its content, unpacked; "" if it cannot be read.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Bytes of its content, unpacked.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Its ME, as in "ME 11.8.50.3425"; "" if none was found.</summary>
    public string Me { get; init; } = "";

    /// <summary>Major version of an ME (not of a TXE or SPS); null if it holds none.</summary>
    public int? Major { get; init; }

    /// <summary>Layout generation of its firmware, 1 to 3; null if it holds none.</summary>
    public int? Generation { get; init; }

    /// <summary>Edition, as far as the image tells.</summary>
    public string Sku { get; init; } = "";

    /// <summary>True if it has cells of its own.</summary>
    public bool IsImage => Kind is RegressFileKind.Dump or RegressFileKind.Region or RegressFileKind.Descriptor;

    /// <summary>The one result of a file without cells.</summary>
    /// <exception cref="InvalidOperationException">It has cells.</exception>
    public CellResult ResultOfNoImage(string run) => new(Name, "", "", Kind switch
    {
        RegressFileKind.Duplicate => CellOutcome.Duplicate,
        RegressFileKind.Damaged => CellOutcome.Refused,
        RegressFileKind.NoImage => CellOutcome.NoImage,
        RegressFileKind.Unreadable => CellOutcome.Unreadable,
        _ => throw new InvalidOperationException("an image has cells"),
    }, "read", Note)
    {
        Image = Sha256,
        Run = run,
    };
}
