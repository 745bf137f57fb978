using FlashBench.Bench.Config;
using FlashBench.Bench.Watch;
using FlashBench.Hardware;
using FlashBench.Hardware.Power;

namespace FlashBench.Bench.Power;

/// <summary>The power sensor does not follow what happens: nothing can be said about the board.</summary>
public sealed class SensorFrozenException(string message) : BenchException(message);

/// <summary>Reads a power sensor and holds its readings against the board's thresholds.</summary>
internal sealed class PowerGauge(IPowerSensor sensor, PowerProfile limits, TimeProvider time)
{
    // What no laptop board reaches on its main rail or draws from its supply.
    private const int RailMillivoltsMax = 30_000, SupplyMilliampsMax = 30_000;

    private PowerSample? _last;

    /// <summary>True once two samples differed: the sensor lives.</summary>
    public bool Moved { get; private set; }

    /// <summary>Takes one sample.</summary>
    /// <exception cref="PowerException">The sensor failed, or reads what no board can draw.</exception>
    public async ValueTask<PowerSample> SampleAsync(CancellationToken cancel)
    {
        PowerSample sample = await sensor.SampleAsync(cancel);
        if (sample.RailMillivolts is < 0 or > RailMillivoltsMax
            || sample.SupplyMilliamps is < 0 or > SupplyMilliampsMax)
        {
            throw new PowerException($"the power sensor is broken: it reads {Words(sample)}");
        }

        Moved |= _last is { } last && last != sample;
        _last = sample;
        return sample;
    }

    /// <summary>Off, standby or on. What lies between the thresholds is no state to drive anything in: standby.
    /// </summary>
    public BoardPowerState StateOf(PowerSample sample)
    {
        if (IsOff(sample))
            return BoardPowerState.Off;
        return sample.RailMillivolts >= limits.OnMillivolts ? BoardPowerState.On : BoardPowerState.Standby;
    }

    /// <summary>Waits for a sample that says off. After the limit the sensor gets the time that tells a frozen one from
    /// a relay that did not move.</summary>
    /// <exception cref="PowerException">The sensor still sees power after the limit.</exception>
    /// <exception cref="SensorFrozenException">The sensor repeats one value.</exception>
    public async Task<PowerSample> ConfirmOffAsync(CancellationToken cancel)
    {
        int limit = (int)(limits.OffLimit / limits.SampleInterval);
        int equal = 0;
        PowerSample before = default;
        for (int i = 0; i <= Math.Max(limit, PowerTrace.EqualSamplesMax + 1); i++)
        {
            PowerSample sample = await SampleAsync(cancel);
            if (IsOff(sample))
                return sample;
            equal = sample == before ? equal + 1 : 0;
            before = sample;
            await Task.Delay(limits.SampleInterval, time, cancel);
        }

        throw equal >= PowerTrace.EqualSamplesMax
            ? new SensorFrozenException($"the power sensor repeats {Words(before)} whatever the relay does")
            : new PowerException(
                $"the relay was opened, but the sensor still reads {Words(before)}: the relay is stuck");
    }

    /// <summary>Waits for a sample that says on.</summary>
    /// <exception cref="PowerException">The main rail did not come up within the profile's limit.</exception>
    public async Task<PowerSample> ConfirmOnAsync(CancellationToken cancel)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            PowerSample sample = await SampleAsync(cancel);
            if (StateOf(sample) == BoardPowerState.On)
                return sample;
            if (time.GetElapsedTime(began) >= limits.OnLimit)
            {
                throw new PowerException(
                    "the relay was closed, but the main rail did not come up within "
                    + $"{limits.OnLimit.TotalSeconds:0} s: the sensor reads {Words(sample)}");
            }

            await Task.Delay(limits.SampleInterval, time, cancel);
        }
    }

    /// <summary>Holds off for a time.</summary>
    /// <exception cref="PowerException">The supply came back.</exception>
    public async Task<PowerSample> HoldOffAsync(PowerSample off, TimeSpan span, CancellationToken cancel)
    {
        long began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < span)
        {
            await Task.Delay(limits.SampleInterval, time, cancel);
            off = await SampleAsync(cancel);
            if (!IsOff(off))
                throw new PowerException($"the supply came back while it was switched off: {Words(off)}");
        }

        return off;
    }

    /// <summary>For messages: "3300 mV and 410 mA".</summary>
    public static string Words(PowerSample sample) => $"{sample.RailMillivolts} mV and {sample.SupplyMilliamps} mA";

    private bool IsOff(PowerSample sample) =>
        sample.RailMillivolts <= limits.OffMillivolts && sample.SupplyMilliamps <= limits.OffMilliamps;
}
