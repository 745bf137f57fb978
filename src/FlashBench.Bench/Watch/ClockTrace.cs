namespace FlashBench.Bench.Watch;

/// <summary>Holds the board's uptime against the bench's clock, from the first counted line of a boot to the last.
/// </summary>
internal sealed class ClockTrace
{
    private (long AtUs, TimeSpan Uptime)? _first, _last;

    /// <summary>The comparison; null while the lines are too close together to say anything.</summary>
    public ClockComparison? Result
    {
        get
        {
            if (_first is not { } first || _last is not { } last)
                return null;
            long span = last.AtUs - first.AtUs;
            long board = (long)(last.Uptime - first.Uptime).TotalMicroseconds;
            return span >= ClockComparison.SpanUsMin ? new ClockComparison(span, board - span) : null;
        }
    }

    /// <summary>Takes a line that counts.</summary>
    public void Add(long atUs, TimeSpan uptime)
    {
        _first ??= (atUs, uptime);
        _last = (atUs, uptime);
    }
}
