using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Certify;

namespace FlashBench.Cli.Commissioning;

/// <summary>Which controls a commissioning runs, and why not the others.</summary>
/// <param name="Run">Controls in their order.</param>
/// <param name="NotRun">The others.</param>
internal sealed record CommissionPlan(
    IReadOnlyList<NegativeControl> Run, IReadOnlyList<JournalData.ControlNotRun> NotRun)
{
    /// <summary>Chooses.</summary>
    /// <param name="asked">What was asked for; null for all that the bench may run.</param>
    /// <param name="bench">The bench.</param>
    /// <param name="profile">Its board's profile.</param>
    /// <exception cref="UsageException">A control was asked for that the bench may not run.</exception>
    /// <exception cref="CommandFailure">Likewise, for want of a sacrificial board.</exception>
    public static CommissionPlan Of(
        IReadOnlyList<NegativeControl>? asked, BenchEntry bench, DutProfile profile)
    {
        var run = new List<NegativeControl>();
        var not = new List<JournalData.ControlNotRun>();
        foreach (string name in NegativeControls.Names)
        {
            NegativeControl control = NegativeControls.Find(name)!.Value;
            Exception? refusal = ControlRules.WhyNot(control, bench, profile);
            if (asked?.Contains(control) == false)
                not.Add(new JournalData.ControlNotRun(name, "not asked for"));
            else if (refusal is null)
                run.Add(control);
            else if (asked is null)
                not.Add(new JournalData.ControlNotRun(name, ControlRules.Short(control, profile)));
            else
                throw refusal;
        }

        return new CommissionPlan(run, not);
    }
}
