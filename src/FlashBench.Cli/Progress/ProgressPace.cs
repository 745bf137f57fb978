namespace FlashBench.Cli.Progress;

/// <summary>Lets few of many progress values through: every so many percent, or after so long.</summary>
internal sealed class ProgressPace(TimeProvider time, int stepPercent, TimeSpan interval)
{
    private int _step;
    private long _shownAt = time.GetTimestamp();

    /// <summary>A new phase begins: the next value counts from zero again.</summary>
    public void Restart() => (_step, _shownAt) = (0, time.GetTimestamp());

    /// <summary>True if this value is due; it then counts as shown.</summary>
    public bool IsDue(int percent)
    {
        int step = percent / stepPercent;
        if (step == _step && time.GetElapsedTime(_shownAt) < interval)
            return false;
        (_step, _shownAt) = (step, time.GetTimestamp());
        return true;
    }
}
