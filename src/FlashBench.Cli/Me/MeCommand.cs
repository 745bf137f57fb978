using System.CommandLine;
using System.Globalization;
using FlashBench.Firmware;
using FlashBench.Firmware.Registers;
using FlashBench.Firmware.States;

namespace FlashBench.Cli.Me;

/// <summary>The `me` verbs: what logs and register values say about an ME. Pure: no hardware.</summary>
internal static class MeCommand
{
    private static readonly Argument<string> File = new("FILE")
    {
        Description = "text to read, at most 16 MiB; - or nothing for standard input",
        DefaultValueFactory = _ => MeTextFile.StandardInput,
    };

    private static readonly Option<int?> Generation = new("--generation")
    {
        Description = "generation of the firmware, when the text does not tell: 1 (ME 2-5), 2 (ME 6-10), 3 (ME 11-)",
        HelpName = "1|2|3",
    };

    private static readonly Option<string?> MeVersion = new("--me-version")
    {
        Description = "version of the firmware, when the text does not tell: 11 or 11.8.50.3425",
        HelpName = "X",
    };

    private static readonly Option<string> DisableBit = new("--disable-bit")
    {
        Description = "whether HAP or AltMeDisable is set in the flash (image inspect shows it)",
        DefaultValueFactory = _ => "unknown",
    };

    /// <summary>Makes `me` with its verbs.</summary>
    public static Command Create()
    {
        DisableBit.AcceptOnlyFromAmong("set", "clear", "unknown");
        var decode = new Command("decode", "Say what a log or register values show about the ME's state")
        {
            File, Generation, MeVersion, DisableBit,
        };
        decode.SetAction(Decode);
        decode.WithExamples(
            "flashbench me decode boot.log                       # a coreboot console, cbmem or dmesg log",
            "flashbench me decode --me-version 11 --disable-bit set meinfo.txt",
            "flashbench me decode /sys/class/mei/mei0/fw_status  # on the board itself",
            "flashbench me decode --generation 2 --json          # text on standard input");
        return new Command("me", "Decode what logs say about an ME: no hardware")
        {
            decode,
        }.WithExamples("flashbench me decode boot.log");
    }

    private static int Decode(ParseResult result)
    {
        MeTextContext context = Context(result);
        string path = result.GetValue(File)!;
        MeTextReport report = MeText.Decode(MeTextFile.Read(path), context);
        TextWriter output = result.InvocationConfiguration.Output;
        if (result.GetValue(GlobalOptions.Json))
            MeJson.Write(output, path, report);
        else
            MeReportText.Write(output, path, report);
        return report.Overall.Kind is MeStateKind.NoEvidence or MeStateKind.Unlisted
            ? ExitCodes.Inconclusive : ExitCodes.Ok;
    }

    private static MeTextContext Context(ParseResult result)
    {
        int? generation = result.GetValue(Generation);
        if (generation is < 1 or > 3)
            throw new UsageException("--generation must be 1, 2 or 3");
        int? major = result.GetValue(MeVersion) is { } version ? Major(version) : null;
        if (generation is { } given && major is { } of && (int)MeTextContext.Of(of) != given)
            throw new UsageException($"--me-version {of} is not of generation {given}");
        bool? bit = result.GetValue(DisableBit) switch
        {
            "set" => true,
            "clear" => false,
            _ => null,
        };
        return new((MeGeneration?)generation, major, bit);
    }

    private static int Major(string version)
    {
        bool isNumber = int.TryParse(
            version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major);
        return isNumber && major is >= 2 and <= 30
            ? major : throw new UsageException("--me-version must begin with a number from 2 to 30");
    }
}
