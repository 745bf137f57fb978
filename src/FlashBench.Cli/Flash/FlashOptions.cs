using System.CommandLine;
using System.CommandLine.Parsing;
using FlashBench.Bench.Programming;

namespace FlashBench.Cli.Flash;

/// <summary>The options that the flash verbs share.</summary>
internal static class FlashOptions
{
    private const int KibibytesMax = 2 * 1024 * 1024; // 2 GiB

    public static Option<string?> Bench { get; } = new("--bench")
    {
        Description = "Bench id; without it the bench marked `default`, which is virtual",
        HelpName = "ID",
    };

    public static Option<string[]> Region { get; } = new("--region", "-i")
    {
        Description = "A region by name: of the chip's own descriptor (fd, bios, me, gbe, pd, ec), or of --layout",
        HelpName = "NAME",
    };

    public static Option<string[]> Range { get; } = new("--range")
    {
        Description = "A range of addresses, hexadecimal, both ends included: 1000-2fff",
        HelpName = "START-END",
    };

    public static Option<string?> Layout { get; } = new("--layout", "-l")
    {
        Description = "Layout file as flashrom reads it; --region then names its lines",
        HelpName = "FILE",
    };

    public static Option<VerifyPolicy?> Verify { get; } = new("--verify")
    {
        Description = "What is read back: changed blocks (without this option), full (everything selected), none",
        HelpName = "changed|full|none",
    };

    public static Option<TrustPolicy?> Trust { get; } = new("--trust")
    {
        Description = "What remembered content replaces a read: journal (all of it), region (what the board does not "
            + "write by itself; without this option) or none",
        HelpName = "journal|region|none",
    };

    public static Option<string?> NoBackup { get; } = new("--no-backup")
    {
        Description = "Write without a backup of this chip in the vault; type the bench id",
        HelpName = "ID",
    };

    public static Option<bool> AllowDescriptor { get; } = new("--allow-descriptor")
    {
        Description = "The flash descriptor may change",
    };

    public static Option<bool> Unprotect { get; } = new("--unprotect")
    {
        Description = "Take block protection away for the write, and put it back afterwards",
    };

    public static Option<bool> BoardOff { get; } = new("--board-off")
    {
        Description = "The board has no power: AC and battery are disconnected (needed where no sensor says so)",
    };

    public static Option<int?> Clock { get; } = new("--clock")
    {
        Description = "SPI clock in hertz, if the bus is healthy at it; without it one step below the highest good one",
        HelpName = "HZ",
    };

    public static Option<int?> Size { get; } = new("--size")
    {
        Description = "Capacity of a chip that nobody knows, in KiB: it is read only",
        HelpName = "KIB",
    };

    public static Option<int?> ChipMillivolts { get; } = new("--chip-millivolts")
    {
        Description = "Supply voltage of a chip for which none is known; without it such a chip is not written",
        HelpName = "MV",
    };

    public static Option<string?> VirtualFlash { get; } = new("--virtual-flash")
    {
        Description = "Put a new chip on the virtual bench that holds this image, plain or .gz",
        HelpName = "FILE",
    };

    public static Option<bool> RealTime { get; } = new("--real-time")
    {
        Description = "Run a virtual bench in real time",
    };

    /// <summary>Adds what every verb needs.</summary>
    public static Command WithBench(this Command command)
    {
        foreach (Option option in (Option[])[
            Bench, BoardOff, Clock, Size, ChipMillivolts, VirtualFlash, RealTime])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(RefuseSenselessNumbers);
        return command;
    }

    /// <summary>Adds what chooses bytes of the chip.</summary>
    public static Command WithSelection(this Command command)
    {
        foreach (Option option in (Option[])[Region, Range, Layout])
            command.Options.Add(option);
        return command;
    }

    /// <summary>Adds what changes a chip need.</summary>
    public static Command WithWriting(this Command command)
    {
        Verify.AcceptOnlyFromAmong("changed", "full", "none");
        Trust.AcceptOnlyFromAmong("journal", "region", "none");
        foreach (Option option in (Option[])[Verify, Trust, NoBackup, AllowDescriptor, Unprotect])
            command.Options.Add(option);
        return command;
    }

    private static void RefuseSenselessNumbers(CommandResult result)
    {
        if (result.GetValue(Size) is { } size && (size <= 0 || size % 4 != 0 || size > KibibytesMax))
            result.AddError($"--size {size} is no multiple of 4 from 4 to {KibibytesMax}");
        if (result.GetValue(ChipMillivolts) is { } millivolts and not (>= 1000 and <= 5500))
            result.AddError($"--chip-millivolts {millivolts} is no supply of a flash chip, 1000 to 5500");
    }
}
