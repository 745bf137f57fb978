using System.CommandLine;
using FlashBench.Firmware.Formats;

namespace FlashBench.Cli.Image;

/// <summary>The option that names the board's platform, and with it the place of the disable bit.</summary>
internal static class PlatformOption
{
    /// <summary>Makes the option.</summary>
    public static Option<string?> Create()
    {
        var option = new Option<string?>("--platform")
        {
            Description = "Platform of the board, where the descriptor alone does not tell which strap disables " +
                "the ME (300-series and later); the descriptor must confirm it",
            HelpName = "NAME",
        };
        option.AcceptOnlyFromAmong([.. DisablePlatform.All.Select(p => p.Name)]);
        return option;
    }

    /// <summary>The platform that a command line names, or null.</summary>
    public static DisablePlatform? Of(ParseResult result, Option<string?> option) =>
        result.GetValue(option) is { } name ? DisablePlatform.Find(name) : null;
}
