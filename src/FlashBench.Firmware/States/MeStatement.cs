namespace FlashBench.Firmware.States;

/// <summary>What one line of a text states about the ME.</summary>
public enum MeKey
{
    /// <summary>HFSTS1; the others follow in order.</summary>
    Hfsts1 = 1,

    /// <summary>HFSTS2.</summary>
    Hfsts2,

    /// <summary>HFSTS3.</summary>
    Hfsts3,

    /// <summary>HFSTS4.</summary>
    Hfsts4,

    /// <summary>HFSTS5.</summary>
    Hfsts5,

    /// <summary>HFSTS6.</summary>
    Hfsts6,

    /// <summary>The working state, in words or as a number.</summary>
    WorkingState,

    /// <summary>The operation state, in words or as a number.</summary>
    OperationState,

    /// <summary>The operation mode, in words or as a number.</summary>
    OperationMode,

    /// <summary>The error code, in words or as a number.</summary>
    ErrorCode,

    /// <summary>Whether the start is complete.</summary>
    InitComplete,

    /// <summary>The program says that the ME reports itself as disabled.</summary>
    SaysDisabled,

    /// <summary>Major version of the firmware.</summary>
    Version,

    /// <summary>MSR 0x13A.</summary>
    BootGuard,

    /// <summary>A remark that proves no state, as "the ME device is hidden".</summary>
    Remark,

    /// <summary>A line that begins as a statement and is not whole.</summary>
    Damaged,
}

/// <summary>One statement.</summary>
/// <param name="Key">What it is about.</param>
/// <param name="Value">The value; null when the program had no word for it.</param>
/// <param name="IsWord">The value is a word, which no flipped byte turns into another one; a digit is not.</param>
/// <param name="Line">Number of the line, from 1.</param>
/// <param name="Text">The line as it stands in the text, unescaped.</param>
public readonly record struct MeStatement(MeKey Key, ulong? Value, bool IsWord, int Line, string Text);
