namespace FlashBench.Bench.Watch;

/// <summary>When the signs of life of one boot came. First, last, number and longest silence are exact however many
/// come; the list, for the drawing, is bounded.</summary>
internal sealed class SignTrace
{
    /// <summary>The list has all of the first ones, then no more than one each second.</summary>
    public const int AllUntil = 10_000;

    /// <summary>Nor does it ever grow longer than this, enough for the longest watch.</summary>
    public const int ListedMax = 100_000;

    private const long UsPerSecond = 1_000_000;

    private readonly List<long> _listed = [];
    private long _longestUs;

    /// <summary>Times in order.</summary>
    public IReadOnlyList<long> Listed => _listed;

    /// <summary>How many came.</summary>
    public int Count { get; private set; }

    /// <summary>The first one; null so far.</summary>
    public long? FirstUs { get; private set; }

    /// <summary>The last one; null so far.</summary>
    public long? LastUs { get; private set; }

    /// <summary>Longest time without one, from the first to <paramref name="endUs"/>; 0 if none came.</summary>
    public long LongestSilenceUs(long endUs) => LastUs is long last ? Math.Max(_longestUs, endUs - last) : 0;

    /// <summary>Takes the next one.</summary>
    public void Add(long atUs)
    {
        _longestUs = Math.Max(_longestUs, atUs - (LastUs ?? atUs));
        FirstUs ??= atUs;
        LastUs = atUs;
        Count++;
        bool draws = _listed.Count < AllUntil || (_listed.Count < ListedMax && atUs - _listed[^1] >= UsPerSecond);
        if (draws)
            _listed.Add(atUs);
    }
}
