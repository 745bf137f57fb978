namespace FlashBench.Hardware.Flash.Writing;

/// <summary>When to look at the status of a page that is being programmed: learned from page to page.</summary>
/// <remarks>
/// A page is followed by a pause and then by a stream of status samples, one a byte time. The stream has to begin while
/// the chip is still busy (so the page was started) and to end when it is ready (so the next one will be). The window
/// follows the earliest and the latest end seen, forgets slowly, and keeps a margin on both sides. Source: spi-flash
/// 2.4, point 1.
/// </remarks>
internal sealed class ProgramWindow
{
    private const double PagesToForget = 128; // so many pages replace what was seen before
    private const double MarginFraction = 0.015; // of the time of a page
    private const int MarginSamples = 2;
    private const double FirstPauseFraction = 0.5, FirstEndFraction = 1.5; // of the typical time
    private const int SamplesMax = 4096;
    private const int EarlyMax = 3;

    private readonly double _sample, _typical, _endMax; // seconds
    private double _earliest, _latest;
    private int _earlyCount; // batches in a row of which most pages were early
    private bool _withoutPause;

    /// <summary>Starts with what the datasheet says.</summary>
    /// <param name="chip">For its page program times.</param>
    /// <param name="clockHz">SPI clock in hertz; a status sample takes 8 clocks.</param>
    public ProgramWindow(SpiNorChip chip, int clockHz)
    {
        _sample = 8.0 / clockHz;
        _typical = chip.PageProgramTypical.TotalSeconds;
        _endMax = chip.PageProgramMax.TotalSeconds;
        _earliest = _typical * FirstPauseFraction;
        _latest = _typical * FirstEndFraction;
    }

    /// <summary>Pause between the page and its first status sample.</summary>
    public TimeSpan Pause => TimeSpan.FromSeconds(PauseSeconds);

    /// <summary>Status samples to take after the pause; at least 2.</summary>
    public int Samples
    {
        get
        {
            double end = Math.Min(_latest + Margin, Math.Max(_endMax, _typical));
            return (int)Math.Clamp(Math.Ceiling((end - PauseSeconds) / _sample) + 1, 2, SamplesMax);
        }
    }

    private double Margin => Math.Max(MarginSamples * _sample, MarginFraction * _latest);

    private double PauseSeconds => _withoutPause ? 0 : Math.Max(0, _earliest - Margin);

    /// <summary>Learns from one batch.</summary>
    /// <param name="pages">Pages that were looked at; above 0.</param>
    /// <param name="early">How many of them were ready at their first sample: their stream began too late.</param>
    /// <param name="firstReady">Lowest index of a first ready sample among its pages; 0 = a stream began too late.
    /// </param>
    /// <param name="lastReady">Highest index of a first ready sample; <see cref="Samples"/> = a page ended too late.
    /// </param>
    public void Learn(int pages, int early, int firstReady, int lastReady)
    {
        double pause = PauseSeconds;
        double earliest = pause + firstReady * _sample, latest = pause + lastReady * _sample;
        _earlyCount = early * 2 > pages ? _earlyCount + 1 : 0;
        if (early > 0)
            earliest = pause / 2;

        if (lastReady >= Samples)
            latest = Math.Min(_endMax, _latest + (_latest - pause + _typical) / 4);
        _withoutPause |= _earlyCount >= EarlyMax; // a bus whose pauses are far longer than asked never sees it busy
        double weight = Math.Min(1, pages / PagesToForget);
        _earliest = earliest < _earliest ? earliest : _earliest + (earliest - _earliest) * weight;
        _latest = latest > _latest ? latest : _latest + (latest - _latest) * weight;
    }
}
