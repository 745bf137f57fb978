namespace FlashBench.Firmware;

/// <summary>How much a <see cref="Finding"/> matters.</summary>
public enum FindingSeverity
{
    /// <summary>Worth knowing; changes nothing.</summary>
    Note,

    /// <summary>Unusual, but no reason to refuse the image.</summary>
    Warning,

    /// <summary>The image is not sound: no plan is made for it.</summary>
    Error,
}

/// <summary>Something that the analysis noticed.</summary>
/// <param name="Offset">Byte offset from the start of the image.</param>
/// <param name="Severity">How much it matters; any <see cref="FindingSeverity.Error"/> makes a plan impossible.</param>
/// <param name="Text">One sentence without offset and full stop.</param>
public sealed record Finding(long Offset, FindingSeverity Severity, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Severity} at 0x{Offset:X6}: {Text}";
}
