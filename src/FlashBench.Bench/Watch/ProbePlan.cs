namespace FlashBench.Bench.Watch;

/// <summary>Decides what to ask the board on its console, and when: damaged and missing answers are asked for
/// again.</summary>
/// <remarks>
/// Pure: it has no clock. It only ever adds evidence to the record; the verdict does not depend on what was asked. A
/// board whose agent has not spoken is not asked.
/// </remarks>
/// <param name="watch">The boot being watched.</param>
/// <param name="settings">Its numbers.</param>
/// <param name="nonce">Its nonce.</param>
internal sealed class ProbePlan(BootWatch watch, BootSettings settings, string nonce)
{
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
    private int _factQuestions;

    /// <summary>What to send now.</summary>
    /// <param name="nowUs">The present.</param>
    /// <returns>A line without its end; null for nothing.</returns>
    public string? Next(long nowUs)
    {
        if (!watch.AgentSpoke)
            return null;
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

    private bool SampleWanted(long nowUs)
    {
        if (watch.NeedsChallenge || watch.LastSampleUs is not long last || nowUs - last > SampleMissingUs)
            return true;
        return watch.ClockStartUs + settings.MinimumUs is long mark && nowUs > mark && last <= mark;
    }

    private string Ask(string question, long nowUs)
    {
        _askedUs = nowUs;
        return $"{question} {nonce}";
    }
}
