using FlashBench.Bench.Config;
using FlashBench.Bench.Journal;
using FlashBench.Hardware;

namespace FlashBench.Bench.Jobs;

// What the job is asked to do, as its first record.
public sealed partial class CertifyJob
{
    // A control shows in one plain boot what it must: it is neither repeated warm, nor soaked, nor ended early.
    private bool IsControl => options.Control is not null;

    private int[] Soaks() => IsControl ? [] :
    [
        .. options.Profile.Watch.SoakMinutes.Concat(options.SoakMinutes).Order().Take(WatchLimits.SoaksMax),
    ];

    private JournalData.JobStart FirstRecord()
    {
        WatchProfile watch = options.Profile.Watch;
        PowerProfile power = options.Profile.Power;
        TimeSpan minimum = options.ShortenedWatch ?? watch.Minimum;
        bool baselineShort = options is { Commissioning: not null, ShortenedWatch: null };
        TimeSpan baseline = options.ShortenedWatch ?? options.BaselineMinimum
            ?? (baselineShort ? watch.BaselineShort : watch.BaselineMinimum);
        PartIdentity[] identities = [.. parts.Identities];
        bool simulated = options.Simulated || identities.Any(identity => identity.Simulated);
        int coldBoots = simulated ? watch.ColdBoots : Math.Max(watch.ColdBoots, WatchLimits.RealColdBootsMin);
        return new JournalData.JobStart(
            options.Job, options.Bench, options.Dut, options.Operator, _backup is null ? options.Policy : Restore,
            options.ControlName,
            options.Require.ToString(), options.Host, options.Software, simulated,
            new JournalData.ProfileRef(
                options.Profile.Id, options.Profile.Board, options.Profile.Sha256,
                    options.Profile.RequiredLevel.ToString())
            {
                NoMeSilicon = !options.Profile.Me.Silicon,
            },
            new JournalData.WatchNumbers(
                minimum.TotalSeconds, coldBoots, watch.GapMax.TotalSeconds, watch.Grace.TotalSeconds,
                baseline.TotalSeconds, options.Profile.Console.BootLimit.TotalSeconds,
                options.Profile.Console.Banner)
            {
                BaselineShort = baselineShort,
                Shortened = options.ShortenedWatch is not null,
                WarmBoots = IsControl ? 0 : watch.WarmBoots,
                SoakMinutes = Soaks(),
                ExpectedSilence = options.Profile.Console.ExpectedSilence,
                FailFast = watch.FailFast && !IsControl,
            },
            new JournalData.PowerNumbers(
                power.OnMillivolts, power.OffMillivolts, power.OffMilliamps, power.SampleInterval.TotalSeconds)
            {
                SleepMilliampsMin = power.SleepMilliamps.From,
                SleepMilliampsMax = power.SleepMilliamps.To,
            },
            identities)
        {
            Request = new JournalData.JobRequest(
                _backup is null ? JournalData.JobRequest.Certify : JournalData.JobRequest.Restore,
                options.BindDut, options.ConfirmChip, options.DryRun, options.Seed,
                options.RealTime),
        };
    }
}
