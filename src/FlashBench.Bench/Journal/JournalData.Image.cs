namespace FlashBench.Bench.Journal;

public abstract partial record JournalData
{
    /// <summary>The image file of which the board gets something before it is neutralized; stands before the first
    /// phase. The vault holds the file under its hash.</summary>
    /// <param name="Sha256">SHA-256 of the file's content, unpacked.</param>
    /// <param name="SizeBytes">Its length.</param>
    /// <param name="Regions">Which regions the board gets; empty for the whole chip.</param>
    /// <param name="WholeChip">True if the operator typed the board's serial: everything is taken, the board's own data
    /// too.</param>
    public sealed record Image(string Sha256, long SizeBytes, string[] Regions, bool WholeChip) : JournalData;

    /// <summary>What the image contains, and what of it this board gets.</summary>
    /// <param name="Kind">"full dump" or "ME region".</param>
    /// <param name="Stock">False if the image was neutralized before.</param>
    /// <param name="ComposedSha256">Hash of the board's content with the image's regions in it, before anything is
    /// neutralized; empty if it was refused.</param>
    /// <param name="Brought">Ranges that come from the image.</param>
    /// <param name="Own">The board's own data in those ranges.</param>
    /// <param name="Content">Audit of the composed content; of the image alone if that was refused.</param>
    public sealed record ImageAudit(
        string Kind, bool Stock, string ComposedSha256, NamedRange[] Brought, MovedRange[] Own, Audit Content)
        : JournalData;

    /// <summary>Bytes that the board keeps, perhaps in another place.</summary>
    /// <param name="Name">What they are.</param>
    /// <param name="FromStart">Where the board had them.</param>
    /// <param name="Start">Where it shall have them.</param>
    /// <param name="End">Behind the last one there.</param>
    public sealed record MovedRange(string Name, uint FromStart, uint Start, uint End);
}
