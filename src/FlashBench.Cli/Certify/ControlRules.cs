using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;

namespace FlashBench.Cli.Certify;

/// <summary>Which negative controls a bench may run.</summary>
internal static class ControlRules
{
    /// <summary>Why a bench may not run a control, as the failure to end with; null if it may.</summary>
    public static Exception? WhyNot(NegativeControl control, BenchEntry bench, DutProfile profile)
    {
        string name = NegativeControls.NameOf(control);
        if (!profile.Me.Silicon)
        {
            return new UsageException(
                $"--control {name} shows nothing on bench {bench.Id}: its board has no ME silicon");
        }

        if (bench.Virtual is not null)
            return null;
        if (!NegativeControls.IsImage(control))
            return new UsageException($"--control {name} is an event that only a virtual board can be told to have");
        return profile.Sacrificial ? null : new CommandFailure(
            ExitCodes.Configuration, $"--control {name} needs a board that may be lost, and the profile {profile.Id} "
            + "does not say \"sacrificial\": true");
    }

    /// <summary>The same reason for a list, in a few words.</summary>
    public static string Short(NegativeControl control, DutProfile profile) => profile switch
    {
        { Me.Silicon: false } => "the board has no ME silicon",
        _ when !NegativeControls.IsImage(control) => "only a virtual board can be told to have this event",
        _ => "the profile does not say that such boards may be lost",
    };
}
