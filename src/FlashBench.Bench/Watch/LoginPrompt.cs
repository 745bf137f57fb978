namespace FlashBench.Bench.Watch;

/// <summary>Tells an answer of a login prompt from a prompt that merely stands there or repeats itself.</summary>
/// <remarks>
/// A probe is a bare carriage return. A prompt counts only as the first one after a probe, soon after it, and only if
/// none came for a while before. A console that repeats its last line every few seconds has no such pause; one that does
/// so more slowly meets a probe by chance only, far too seldom to be alive. An echo has no prompt in it.
/// </remarks>
internal sealed class LoginPrompt
{
    /// <summary>No prompt may have come for this long before a probe.</summary>
    public const long QuietUs = 5_000_000;

    /// <summary>An answer comes within this time.</summary>
    public const long AnswerUs = 1_000_000;

    private long? _probeUs;

    /// <summary>Last prompt, asked for or not; null so far.</summary>
    public long? LastUs { get; private set; }

    /// <summary>True if the text that stands after the last line end is a prompt.</summary>
    public static bool IsPrompt(ReadOnlySpan<byte> pending) => pending.TrimEnd((byte)' ').EndsWith("login:"u8);

    /// <summary>A probe was sent.</summary>
    public void OnProbe(long atUs) => _probeUs = IsQuiet(atUs) ? atUs : null;

    /// <summary>A prompt has come.</summary>
    /// <returns>True if it answers a probe.</returns>
    public bool OnPrompt(long atUs)
    {
        bool answers = atUs - _probeUs is >= 0 and <= AnswerUs;
        (_probeUs, LastUs) = (null, atUs);
        return answers;
    }

    /// <summary>True if a probe sent now could be answered: a prompt was there, but not a moment ago.</summary>
    public bool IsQuiet(long nowUs) => LastUs is long last && nowUs - last > QuietUs;
}
