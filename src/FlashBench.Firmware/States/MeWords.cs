using System.Globalization;

namespace FlashBench.Firmware.States;

/// <summary>The words that coreboot, intelmetool and MEInfo have for the fields of HFSTS1.</summary>
/// <remarks>Source: me-firmware, sections 3.3 and 3.4.</remarks>
internal static class MeWords
{
    private static readonly Dictionary<(MeKey Key, string Word), ulong> Words = new()
    {
        [(MeKey.WorkingState, "Reset")] = 0,
        [(MeKey.WorkingState, "Initializing")] = 1,
        [(MeKey.WorkingState, "Recovery")] = 2,
        [(MeKey.WorkingState, "Test")] = 3,
        [(MeKey.WorkingState, "Disabled")] = 4,
        [(MeKey.WorkingState, "Normal")] = 5,
        [(MeKey.WorkingState, "Platform Disable Wait")] = 6,
        [(MeKey.WorkingState, "OP State Transition")] = 7,
        [(MeKey.WorkingState, "Invalid CPU Plugged In")] = 8,
        [(MeKey.OperationState, "Preboot")] = 0,
        [(MeKey.OperationState, "M0 with UMA")] = 1,
        [(MeKey.OperationState, "CM0 with UMA")] = 1,
        [(MeKey.OperationState, "M3 without UMA")] = 4,
        [(MeKey.OperationState, "M0 without UMA")] = 5,
        [(MeKey.OperationState, "Bring up")] = 6,
        [(MeKey.OperationState, "M0 without UMA but with error")] = 7,
        [(MeKey.OperationMode, "Normal")] = 0,
        [(MeKey.OperationMode, "Debug")] = 2,
        [(MeKey.OperationMode, "Debug or Disabled by AltDisableBit")] = 2,
        [(MeKey.OperationMode, "Alt Disable Mode")] = 2,
        [(MeKey.OperationMode, "Soft Temporary Disable")] = 3,
        [(MeKey.OperationMode, "Security Override via Jumper")] = 4,
        [(MeKey.OperationMode, "Security Override via MEI Message")] = 5,
        [(MeKey.ErrorCode, "No Error")] = 0,
        [(MeKey.ErrorCode, "Uncategorized Failure")] = 1,
        [(MeKey.ErrorCode, "Disabled")] = 2,
        [(MeKey.ErrorCode, "Image Failure")] = 3,
        [(MeKey.ErrorCode, "Debug Failure")] = 4,
        [(MeKey.InitComplete, "NO")] = 0,
        [(MeKey.InitComplete, "YES")] = 1,
        [(MeKey.InitComplete, "Initializing")] = 0,
        [(MeKey.InitComplete, "Complete")] = 1,
    };

    /// <summary>The value of a field; null inside when the program had no word for it, null when damaged.</summary>
    public static (ulong? Value, bool IsWord)? Read(MeKey key, string value)
    {
        if (Words.TryGetValue((key, value), out ulong number))
            return (number, true);
        if (ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong digit) && digit <= 15)
            return (digit, false);
        bool unlisted = value is "(null)" or "Transitioning" || value.StartsWith("Unknown (", StringComparison.Ordinal);
        // MEInfo's names of operation states vary with its version and decide nothing.
        return unlisted || key is MeKey.OperationState ? (null, false) : null;
    }
}
