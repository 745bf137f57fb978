using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;

namespace FlashBench.Cli.Certify;

/// <summary>`flashbench certify`: the main job.</summary>
public static class CertifyCommand
{
    private const int PortMax = 65535;

    private static readonly Option<string?> VirtualFlash = new("--virtual-flash")
    {
        Description = "What the virtual chip holds: a whole flash image, plain or .gz",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Control = new("--control")
    {
        Description = "Negative control, which must not pass: " + string.Join(", ", NegativeControls.Names),
        HelpName = "NAME",
    };

    private static readonly Option<EvidenceLevel?> Require = new("--require")
    {
        Description = "Level that a PASS needs: L0, L1, L2 or L3; without it the profile's",
        HelpName = "LEVEL",
    };

    private static readonly Option<string?> Faults = new("--faults")
    {
        Description = "What shall go wrong on a virtual bench: a seed that draws it, or the file of a fault plan",
        HelpName = "SEED|FILE",
    };

    private static readonly Option<bool> ConfirmChip = new("--confirm-chip")
    {
        Description = "The board named by --dut has another chip than before, and that is right",
    };

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Stop after the plan: nothing is written to the chip",
    };

    private static readonly Option<bool> Keep = new("--keep")
    {
        Description = "Start from what the virtual chip holds, instead of a stock image",
    };

    private static readonly Option<bool> RealTime = new("--real-time")
    {
        Description = "Run a virtual bench in real time (about 100 minutes)",
    };

    private static readonly Option<int?> ShortenWatch = new("--shorten-watch")
    {
        Description = "Watch every boot only this long, to try a bench out; such a job never passes",
        HelpName = "SECONDS",
    };

    private static readonly Option<int[]> Soak = new("--soak")
    {
        Description = "Watch one more cold boot for this long, such as 65 or 130; may be given several times",
        HelpName = "MINUTES",
    };

    private static readonly Option<int?> Usb = new("--usb")
    {
        Description = "Reach the virtual programmer through the USB library: this loopback port exports it by USB/IP",
        HelpName = "PORT",
    };

    private static readonly Option<bool> DespiteQuarantine = new("--despite-quarantine")
    {
        Description = "Run although the bench takes no jobs, or bench, board or image is quarantined; "
            + "the record says so",
    };

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        Control.AcceptOnlyFromAmong([.. NegativeControls.Names]);
        Require.AcceptOnlyFromAmong("L0", "L1", "L2", "L3");
        var certify = new Command(
            "certify", "Back up, neutralize, write, watch past the 31-minute mark and sign: one board from end to end");
        Option[] options =
        [
            JobOptions.Bench, JobOptions.Dut, JobOptions.Operator, VirtualFlash, JobOptions.Evidence, Control, Require,
            JobOptions.Seed, ConfirmChip, DryRun, Keep, RealTime, ShortenWatch, Soak, Usb, Faults,
        ];
        foreach (Option option in options.Concat(ImageOptions.All).Concat(LaboratoryOptions.All))
            certify.Options.Add(option);

        certify.Options.Add(DespiteQuarantine);
        certify.SetAction((parse, cancel) => Task.FromResult(CertifyRun.Execute(parse, RequestOf(parse), cancel)));
        return certify.WithExamples(
            "flashbench certify                                   # the embedded virtual bench, no hardware",
            "flashbench certify --bench me11 --dut X230-0417 --operator ada",
            "flashbench certify --customer Example-GmbH --received 2026-03-09 --approved-by Hopper",
            "flashbench certify --virtual-flash dump.bin.gz --dry-run",
            "flashbench certify --image new-me.bin --dry-run      # another ME version, on this board's own data",
            "flashbench certify --bench desk1 --dut X230-0417 --image dump.bin --whole-chip   # asks for the serial",
            "flashbench certify --usb 3240                        # then: usbip attach -r 127.0.0.1 -b 9-1",
            "flashbench certify --control damaged-manifest        # must end in FAIL",
            "flashbench certify --faults 7                       # what can go wrong, by a seed",
            "flashbench certify --soak 65 --soak 130              # two further boots, longer than any known timer",
            "flashbench certify --bench qemu --shorten-watch 60   # tries a bench out; never a PASS");
    }

    private static CertifyRequest RequestOf(ParseResult parse)
    {
        RefuseContradictions(parse);
        return new CertifyRequest
        {
            Bench = JobOptions.NonEmpty(parse, JobOptions.Bench),
            Dut = JobOptions.Name(parse, JobOptions.Dut),
            Operator = JobOptions.Name(parse, JobOptions.Operator),
            Stated = LaboratoryOptions.Read(parse),
            VirtualFlash = JobOptions.NonEmpty(parse, VirtualFlash) is { } file ? VirtualFlashFile.Read(file) : null,
            Evidence = JobOptions.Folder(parse, JobOptions.Evidence),
            Image = ImageOptions.Read(parse, JobOptions.Name(parse, JobOptions.Dut)),
            Control = NegativeControls.Find(parse.GetValue(Control)),
            Require = parse.GetValue(Require),
            Seed = parse.GetValue(JobOptions.Seed),
            ConfirmChip = parse.GetValue(ConfirmChip),
            DryRun = parse.GetValue(DryRun),
            Keep = parse.GetValue(Keep),
            RealTime = parse.GetValue(RealTime),
            SoakMinutes = parse.GetValue(Soak) ?? [],
            UsbPort = parse.GetValue(Usb),
            Faults = JobOptions.NonEmpty(parse, Faults),
            Insists = parse.GetValue(DespiteQuarantine),
            ShortenedWatch = parse.GetValue(ShortenWatch) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
    }

    private static void RefuseContradictions(ParseResult parse)
    {
        if (parse.GetValue(Keep) && parse.GetValue(VirtualFlash) is not null)
            throw new UsageException("--keep and --virtual-flash contradict each other: which image?");
        if (parse.GetValue(ConfirmChip) && parse.GetValue(JobOptions.Dut) is null)
            throw new UsageException("--confirm-chip needs --dut: which board?");
        if (parse.GetValue(ShortenWatch) is < WatchLimits.ShortenedSecondsMin or >= WatchLimits.SecondsMin)
        {
            throw new UsageException($"--shorten-watch takes {WatchLimits.ShortenedSecondsMin} to "
                + $"{WatchLimits.SecondsMin - 1} seconds; without it every boot is watched past the mark");
        }

        RefuseSoaks(parse.GetValue(Soak) ?? []);
        if (parse.GetValue(DryRun) && parse.GetValue(Control) is not null)
            throw new UsageException("--control and --dry-run contradict each other: a control is shown by the watch");
        if (ImageOptions.IsGiven(parse) && parse.GetValue(Control) is not null)
            throw new UsageException("--control and --image contradict each other: a control is the board's own image");
        if (parse.GetValue(Soak) is { Length: > 0 } && parse.GetValue(Control) is not null)
            throw new UsageException("--control and --soak contradict each other: a control is shown by plain boots");
        if (parse.GetValue(Faults) is not null && (parse.GetValue(RealTime) || parse.GetValue(Usb) is not null))
            throw new UsageException("--faults needs virtual time: a plan must give the same job every time");
        if (parse.GetValue(Usb) is not null && parse.GetValue(RealTime))
            throw new UsageException("--usb and --real-time contradict each other: its time waits for the USB calls");
        if (parse.GetValue(Usb) is { } port and (< 1 or > PortMax))
            throw new UsageException($"--usb {port} is no TCP port: 1 to {PortMax}");
    }

    private static void RefuseSoaks(int[] soaks)
    {
        if (Array.Exists(soaks, minutes => minutes is < WatchLimits.SoakMinutesMin or > WatchLimits.SoakMinutesMax))
        {
            throw new UsageException(
                $"--soak takes {WatchLimits.SoakMinutesMin} to {WatchLimits.SoakMinutesMax} minutes");
        }

        if (soaks.Length > WatchLimits.SoaksMax)
            throw new UsageException($"--soak was given {soaks.Length} times, more than {WatchLimits.SoaksMax}");
    }
}
