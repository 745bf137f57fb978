using System.Text;

namespace FlashBench.Bench.Watch;

/// <summary>Decides what to ask the board on its console, and when: damaged and missing answers are asked for
/// again.</summary>
/// <remarks>
/// Pure: it has no clock. It only ever adds evidence to the record; the verdict does not depend on what was asked. A
/// board whose agent has not spoken is not asked, but return may be pressed at its login prompt.
/// </remarks>
/// <param name="watch">The boot being watched.</param>
/// <param name="settings">Its numbers.</param>
/// <param name="nonce">Its nonce.</param>
/// <param name="probesLogin">True if return may be pressed at a login prompt.</param>
internal sealed class ProbePlan(BootWatch watch, BootSettings settings, string nonce, bool probesLogin = false)
{
    /// <summary>What <see cref="Next"/> gives for a press of return at a login prompt.</summary>
    public const string Return = "\r";

    /// <summary>Least time between two of these; up to half of it is added, so that no period fits.</summary>
    public const long LoginEveryUs = 6 * UsPerSecond;

    /// <summary>Between two questions for a sample, while one is missing.</summary>
    public const long SampleEveryUs = 5 * UsPerSecond;

    /// <summary>Between two questions while there is no sign of life.</summary>
    public const long SilenceEveryUs = 2 * UsPerSecond;

    /// <summary>An agent sends a sample every 30 s; one that is this old is missing.</summary>
    public const long SampleMissingUs = 45 * UsPerSecond;

    /// <summary>Between two questions for facts that are missing.</summary>
    public const long FactsEveryUs = 10 * UsPerSecond;

    /// <summary>So many questions for facts, then they stay unknown.</summary>
    public const int FactQuestionsMax = 40;

    private const long UsPerSecond = 1_000_000;

    private long? _askedUs;
    private long _nextReturnUs;
    private int _factQuestions, _returns;

    /// <summary>What to send now.</summary>
    /// <param name="nowUs">The present.</param>
    /// <returns>Text with its line end; null for nothing.</returns>
    public string? Next(long nowUs) => watch.AgentSpoke ? AskAgent(nowUs) : probesLogin ? PressReturn(nowUs) : null;

    private string? AskAgent(long nowUs)
    {
        long pause = nowUs - _askedUs ?? long.MaxValue;
        bool silent = nowUs - watch.LastSignUs > settings.GapMaxUs / 3;
        if ((silent && pause >= SilenceEveryUs) || (SampleWanted(nowUs) && pause >= SampleEveryUs))
            return Ask("FBQ", nowUs);
        bool factsWanted = watch.LastSampleUs is not null && !watch.FactsComplete && _factQuestions < FactQuestionsMax;
        if (!factsWanted || pause < FactsEveryUs)
            return null;
        _factQuestions++;
        return Ask("FBF", nowUs);
    }

    // A heartbeat makes it needless. A moment at which the prompt is not quiet is let go, not waited for: pressing
    // always just before the next repetition would take that for an answer.
    private string? PressReturn(long nowUs)
    {
        if (nowUs < _nextReturnUs)
            return null;
        _returns++;
        _nextReturnUs = nowUs + LoginEveryUs + Jitter();
        bool lately = nowUs - watch.LastSignUs < LoginEveryUs - UsPerSecond;
        return lately || !watch.CanProbeLogin(nowUs) ? null : Return;
    }

    private long Jitter() =>
        Crc32.Of(Encoding.ASCII.GetBytes($"{nonce} {_returns}")) % (LoginEveryUs / 2);

    private bool SampleWanted(long nowUs)
    {
        if (watch.NeedsChallenge || watch.LastSampleUs is not long last || nowUs - last > SampleMissingUs)
            return true;
        return watch.ClockStartUs + settings.MinimumUs is long mark && nowUs > mark && last <= mark;
    }

    private string Ask(string question, long nowUs)
    {
        _askedUs = nowUs;
        return $"{question} {nonce}\n";
    }
}
