namespace FlashBench.Firmware.Registers;

/// <summary>What coreboot's log says about the ME: secondary evidence.</summary>
/// <param name="WorkingState">Number of the working state, or null when not said (or said twice differently).</param>
/// <param name="OperationMode">Number of the operation mode, or null.</param>
/// <param name="ErrorCode">Number of the error code, or null.</param>
/// <param name="Registers">Registers that were printed as numbers; null where they were not.</param>
/// <param name="SaysDisabled">True when romstage reported that the ME says it is disabled (operation mode 2).</param>
/// <param name="IsContradictory">True when two statements do not agree; nothing is claimed then.</param>
public sealed record CorebootMeReport(
    int? WorkingState, int? OperationMode, int? ErrorCode, MeRegisters Registers, bool SaysDisabled,
    bool IsContradictory)
{
    /// <summary>True when the log said nothing about the ME's state.</summary>
    public bool IsEmpty => WorkingState is null && OperationMode is null && ErrorCode is null &&
        Registers == new MeRegisters(null) && !SaysDisabled;
}

/// <summary>Reads the ME lines of a coreboot log.</summary>
public static class CorebootMeText
{
    /// <summary>Reads the lines of one boot.</summary>
    /// <param name="lines">Console lines without line ends; anything may stand between the ME lines.</param>
    /// <returns>What is said in intact lines; a damaged line or an unlisted word says nothing.</returns>
    public static CorebootMeReport Read(IEnumerable<string> lines) => throw new NotImplementedException();
}
