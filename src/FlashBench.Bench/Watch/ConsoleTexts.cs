namespace FlashBench.Bench.Watch;

/// <summary>Words on the console that name what the board is about to do or has suffered.</summary>
/// <remarks>
/// None of them has a checksum: they explain a loss or a silence that something else shows, and never make one.
/// Sources: the wording is Linux's; the one about the processor is reported by owners of such boards.
/// </remarks>
internal sealed class ConsoleTexts
{
    private static readonly string[] Shutdown = ["reboot: Power down", "System halted"];

    private static readonly string[] Crash =
        ["Kernel panic", "Machine check", "critical temperature", "soft lockup", "hard LOCKUP", "thermal shutdown"];

    private static readonly string[] Suspend = ["PM: suspend entry", "PM: hibernation entry"];

    /// <summary>Last line by which the OS says that it powers down or halts.</summary>
    public long? ShutdownUs { get; private set; }

    /// <summary>Last line of a panic, a machine check, a lockup or a thermal trip.</summary>
    public long? CrashUs { get; private set; }

    /// <summary>Last line by which the OS says that it goes to sleep.</summary>
    public long? SuspendUs { get; private set; }

    /// <summary>True if the firmware said that processor and chipset do not go together.</summary>
    public bool NamesSkuLock { get; private set; }

    /// <summary>Takes a line that is neither the agent's nor a banner.</summary>
    /// <returns>True if it is one of these.</returns>
    public bool Take(long atUs, string text)
    {
        if (Has(text, Shutdown))
            ShutdownUs = atUs;
        else if (Has(text, Crash) && !text.Contains("events logged", StringComparison.Ordinal)) // corrected errors
            CrashUs = atUs;
        else if (Has(text, Suspend))
            SuspendUs = atUs;
        else if (text.Contains("INVALID CPU AND PCH COMBINATION", StringComparison.OrdinalIgnoreCase))
            NamesSkuLock = true;
        else
            return false;
        return true;
    }

    private static bool Has(string text, string[] words) =>
        words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
