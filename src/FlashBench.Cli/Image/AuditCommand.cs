using System.CommandLine;
using System.Text;
using FlashBench.Firmware;
using FlashBench.Firmware.Audit;
using FlashBench.Firmware.Formats;

namespace FlashBench.Cli.Image;

/// <summary>`image audit`: AMT, locks, fuses, and what speaks against neutralizing the image.</summary>
internal static class AuditCommand
{
    /// <summary>Makes the verb.</summary>
    public static Command Create()
    {
        Argument<string> file = ImageCommand.FileArgument();
        var host = new Option<string?>("--host")
        {
            HelpName = "FILE",
            Description =
                "text from the board: cpuinfo, lspci -nn, dmidecode, MEInfo, intelmetool, fw_status, console log",
        };
        var policy = new Option<string?>("--policy")
        {
            HelpName = "NAME",
            Description = "the planned policy: purism, me-cleaner, hap-only or none; without it the image's default",
        };
        policy.AcceptOnlyFromAmong([.. PlannedWork.ByPolicy.Keys]);
        var bios = new Option<bool>("--replaces-bios") { Description = "the BIOS is going to be replaced as well" };
        var command = new Command(
            "audit", "Show AMT's ingredients, locks, fuses and what speaks against neutralizing an image")
        {
            file, host, policy, bios,
        };
        command.SetAction(result => ImageCommand.Run(result, file, (input, output) =>
        {
            var image = ImageAnalysis.Read(input.Bytes, KeyRing.Intel);
            HostFacts facts = result.GetValue(host) is { } path ? ReadHost(path) : HostFacts.None;
            PlannedChange change = result.GetValue(policy) is { } name
                ? PlannedWork.ByPolicy[name]
                : PlannedWork.DefaultFor(image).Change;
            var audit = ImageAudit.Of(image, facts, new PlannedWork(change, result.GetValue(bios)));
            if (result.GetValue(GlobalOptions.Json))
                output.WriteLine(AuditJson.Of(input, audit));
            else
                AuditTree.Of(input, audit).Write(output);
            ThrowWhenRefused(input, audit);
        }));
        return command.WithExamples(
            "flashbench image audit backup.bin",
            "flashbench image audit backup.bin --host facts.txt    # cat /proc/cpuinfo; lspci -nn; ... > facts.txt",
            "flashbench image audit backup.bin --host facts.txt --policy hap-only --json");
    }

    private static void ThrowWhenRefused(ImageFile input, ImageAudit audit)
    {
        string[] refusals = [.. audit.Refusals.Select(rule => rule.Id)];
        if (refusals.Length > 0)
        {
            string which = string.Join(", ", refusals);
            string rules = refusals.Length == 1 ? "the rule" : $"{refusals.Length} rules";
            throw new CommandFailure(ExitCodes.BadInput, $"{input.Path}: refused by {rules} {which}");
        }
    }

    private static HostFacts ReadHost(string path)
    {
        byte[] bytes = ImageFile.Load(path).Bytes;
        try
        {
            return bytes.Length <= HostText.LengthMax
                ? HostText.Read(Encoding.Latin1.GetString(bytes)) // every line that counts is ASCII
                : throw new ImageFormatException(HostText.LengthMax, "a host text of more than 1 MiB is not read");
        }
        catch (ImageFormatException refusal)
        {
            throw new CommandFailure(ExitCodes.BadInput, $"{path}: {refusal.Reason}");
        }
    }
}
