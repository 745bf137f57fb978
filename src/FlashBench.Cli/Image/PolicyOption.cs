using System.CommandLine;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Cli.Image;

/// <summary>The option that names a policy.</summary>
internal static class PolicyOption
{
    /// <summary>Makes the option; its value is null when it is not given.</summary>
    public static Option<string?> Create()
    {
        var option = new Option<string?>("--policy")
        {
            Description = $"What to do: {string.Join(", ", NeutralizationPolicy.Names)} (default: the first)",
            HelpName = "NAME",
        };
        option.AcceptOnlyFromAmong([.. NeutralizationPolicy.Names]);
        return option;
    }
}
