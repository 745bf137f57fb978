namespace FlashBench.Hardware.Power.Holder;

/// <summary>A line that the holder keeps, and whose it is.</summary>
/// <param name="place">The physical line.</param>
/// <param name="spec">How it was described when it was opened.</param>
/// <param name="line">The line.</param>
internal sealed class HeldPart(string place, OutputLineSpec spec, IOutputLine line)
{
    /// <summary>One command at a time.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>The physical line.</summary>
    public string Place => place;

    /// <summary>The line.</summary>
    public IOutputLine Line => line;

    /// <summary>The client that commands it; null if none has done so.</summary>
    public HolderClient? Owner { get; set; }

    /// <summary>True once the part was unplugged: whoever has a handle must open the line again.</summary>
    public bool IsGone { get; set; }

    /// <summary>True if a description asks for the same wiring.</summary>
    public bool IsWiredAs(OutputLineSpec other) => (spec, other) switch
    {
        (OutputLineSpec.Gpio a, OutputLineSpec.Gpio b) =>
            (a.ActiveLow, a.Drive, a.Bias) == (b.ActiveLow, b.Drive, b.Bias),
        (OutputLineSpec.Mcp23017 a, OutputLineSpec.Mcp23017 b) => a.ActiveLow == b.ActiveLow,
        (OutputLineSpec.Lcus a, OutputLineSpec.Lcus b) => a.Inverted == b.Inverted,
        (OutputLineSpec.Hook a, OutputLineSpec.Hook b) => a.Limit == b.Limit,
        _ => false,
    };
}
