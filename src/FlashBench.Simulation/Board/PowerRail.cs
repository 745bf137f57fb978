namespace FlashBench.Simulation.Board;

/// <summary>The voltage of one supply rail over time.</summary>
/// <remarks>
/// Modelled: linear rise, exponential discharge through the load. Not modelled: ripple (the sensor adds noise),
/// overshoot, sag under load.
/// </remarks>
/// <param name="nominalMillivolts">Level when up.</param>
/// <param name="riseTime">From 0 to nominal.</param>
/// <param name="discharge">Time constant of the discharge.</param>
internal sealed class PowerRail(double nominalMillivolts, TimeSpan riseTime, TimeSpan discharge)
{
    private bool _rising;
    private TimeSpan _since = TimeSpan.MinValue / 4; // long ago: discharged
    private double _from;

    /// <summary>Level at <paramref name="at"/>, in millivolts; not before the last change.</summary>
    public double MillivoltsAt(TimeSpan at)
    {
        double elapsed = Math.Max(0, (at - _since).TotalSeconds);
        return _rising
            ? Math.Min(nominalMillivolts, _from + nominalMillivolts * elapsed / riseTime.TotalSeconds)
            : _from * Math.Exp(-elapsed / discharge.TotalSeconds);
    }

    /// <summary>The supply is switched on.</summary>
    public void Rise(TimeSpan at) => Change(at, true);

    /// <summary>The supply is switched off.</summary>
    public void Fall(TimeSpan at) => Change(at, false);

    /// <summary>When the falling rail passes <paramref name="millivolts"/>.</summary>
    public TimeSpan FallsBelow(double millivolts) =>
        _from <= millivolts ? _since : _since + discharge * Math.Log(_from / millivolts);

    private void Change(TimeSpan at, bool rising) => (_from, _since, _rising) = (MillivoltsAt(at), at, rising);
}
