using System.Text;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;

namespace FlashBench.Bench.Jobs;

/// <summary>Boots the board once and watches it: power on from cold, samples, console, challenge, power off.</summary>
internal sealed class BootRun(JobContext job, string kind)
{
    private static readonly TimeSpan FlushInterval = TimeSpan.FromMinutes(1);

    private readonly PowerProfile _power = job.Options.Profile.Power;
    private readonly BenchClock _clock = job.Clock;
    private ConsoleCounters _counters;
    private JournalTime _begun;

    /// <summary>Runs one boot; power is verified off on return.</summary>
    /// <exception cref="PowerException">Closing the relay brought no supply to the board.</exception>
    public async Task<BootObservation> RunAsync(CancellationToken cancel)
    {
        await job.Power.EnsureOffAsync($"cold start for {kind}", cancel);
        int number = job.NextBoot();
        string nonce = job.DrawNonce();
        job.Console.BeginBoot();
        job.Journal.Append(new JournalData.BootBegin(number, kind, nonce));
        await job.Power.SwitchOnAsync(kind, cancel);
        var settings = BootSettings.For(job.Start, kind);
        var watch = new BootWatch(settings, number, (kind, nonce), _clock.NowUs);
        job.Console.Watch = watch;
        _counters = job.Console.Counters;
        _begun = _clock.Now();
        string why = JournalData.BootEnd.Stopped;
        try
        {
            why = await WatchAsync(watch, settings, (number, nonce), cancel);
        }
        finally
        {
            RecordErrors();
            job.Console.Watch = null;
            job.Journal.Append(new JournalData.BootEnd(number, why));
        }

        if (Suspended() is { } suspended)
            watch.OnGap(suspended);
        BootObservation seen = watch.Observe(_clock.NowUs);
        if (seen.PowerGoodUs is null && !watch.SupplySeen && seen.Class != BootClass.SensorFrozen)
        {
            throw new PowerException(job.Power.SensorMoved
                ? "the relay was closed, but no current flows into the board: relay, fuse or supply"
                : "the relay was closed, but the power sensor has not moved in the whole job: sensor, relay or supply");
        }

        await job.Power.EnsureOffAsync($"end of {kind}", cancel);
        return seen;
    }

    /// <summary>The boots that were watched before an interruption and still count; one that was cut off is made anew,
    /// whatever its ME had said.</summary>
    public static List<BootObservation> Before(JobContext job, string kind)
    {
        if (job.Interrupted is null)
            return [];
        JobFacts facts = job.Facts();
        return [.. facts.Boots.Where(boot => boot.Kind == kind && !facts.CutOff.Contains(boot.Number))];
    }

    private string? Suspended() => BootReplay.SuspendText(BootReplay.Drift(_clock.Now()) - BootReplay.Drift(_begun));

    // As they come: what damages bytes only while the board starts says nothing of a later silence.
    private void RecordErrors()
    {
        ConsoleCounters now = job.Console.Counters;
        ConsoleCounters grown = now.Since(_counters);
        _counters = now;
        long garbled = grown.FramingErrors + grown.ParityErrors;
        if (grown.LostBytes > 0)
            job.Console.Note("overrun", grown.LostBytes);
        if (garbled > 0)
            job.Console.Note(JournalData.ConsoleGap.Garbled, garbled);
    }

    private async Task<string> WatchAsync(
        BootWatch watch, BootSettings settings, (int Number, string Nonce) boot, CancellationToken cancel)
    {
        var series = new SampleSeries(boot.Number);
        long began = _clock.NowUs, flushed = began;
        var plan = new ProbePlan(
            watch, settings, boot.Nonce, job.Options.Profile.Console.ProbesLogin);
        var remarks = new BootRemarks(job, watch, settings);
        var restart = new WarmRestart(job, watch, boot);
        bool senseNoted = false, troubleKept = false;
        PowerSample sample = default;
        BoardVitals Board() => new(
            watch.LastSignUs is long sign ? TimeSpan.FromMicroseconds(Math.Max(0, _clock.NowUs - sign)) : null,
            sample.RailMillivolts, sample.SupplyMilliamps, watch.LastLine);
        Func<BoardVitals> board = Board;
        try
        {
            while (true)
            {
                sample = await job.Power.SampleAsync(cancel);
                long now = _clock.NowUs;
                series.Add(now, sample);
                watch.OnPower(now, sample.RailMillivolts, sample.SupplyMilliamps);
                job.Console.ThrowIfFailed();
                if (!senseNoted && watch.PowerGoodUs is not null)
                {
                    job.Journal.Append(new JournalData.PowerSense("on", sample.RailMillivolts, sample.SupplyMilliamps));
                    senseNoted = true;
                }

                if (!troubleKept && watch.HasFailed)
                {
                    Flush(series); // at once: a crash must not take it away
                    troubleKept = true;
                }

                remarks.Say(now);
                if ((watch.StopReason(now) ?? NeverUp(watch, now - began) ?? Suspended()) is string why)
                    return why;
                if (Due(ref flushed, now, FlushInterval))
                {
                    RecordErrors();
                    Flush(series);
                }

                await restart.AskAsync(now, cancel);
                if (plan.Next(now) is string question)
                    await AskAsync(watch, boot.Number, question, cancel);
                job.Report((now - began) / 1_000_000, settings.MinimumUs / 1_000_000, "s", board);
                await Task.Delay(_power.SampleInterval, _clock.Time, cancel);
            }
        }
        finally
        {
            Flush(series);
        }
    }

    // A press of return is journaled before it is made: only what comes after it can be its answer.
    private async Task AskAsync(BootWatch watch, int boot, string question, CancellationToken cancel)
    {
        if (question == ProbePlan.Return)
        {
            job.Journal.Append(new JournalData.ConsoleProbe(boot));
            watch.OnProbe(_clock.NowUs);
        }

        await job.Console.SendAsync(Encoding.ASCII.GetBytes(question), cancel);
    }

    // Long enough to tell a frozen sensor from a board that does not start.
    private string? NeverUp(BootWatch watch, long sinceOnUs)
    {
        TimeSpan limit = _power.OnLimit + _power.SampleInterval * (PowerTrace.EqualSamplesMax + 2);
        return watch.PowerGoodUs is null && sinceOnUs >= limit.TotalMicroseconds ? "no power-good" : null;
    }

    private void Flush(SampleSeries series)
    {
        if (series.Take() is { } record)
            job.Journal.Append(record);
        job.Console.Flush();
    }

    private static bool Due(ref long last, long now, TimeSpan interval)
    {
        if (now - last < interval.TotalMicroseconds)
            return false;
        last = now;
        return true;
    }
}
