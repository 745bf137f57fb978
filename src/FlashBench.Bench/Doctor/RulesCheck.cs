using FlashBench.Bench.Config;
using FlashBench.Hardware.Host;

namespace FlashBench.Bench.Doctor;

/// <summary>Are the udev rules installed, and the groups that they name there?</summary>
internal static class RulesCheck
{
    public const string Name = "udev-rules", GroupsName = "groups";

    public static IEnumerable<HostFinding> Of(DoctorCase asked)
    {
        yield return Rules(asked);
        foreach (HostFinding finding in Groups(asked))
            yield return finding;
    }

    private static HostFinding Rules(DoctorCase asked) => asked.Host.Rules switch
    {
        null when asked.UsesHost || asked.Host.Usb.Any(part => DeviceMatch.IsProgrammer(part) && !part.IsVirtual) =>
            new HostFinding(
                Name, asked.Grave, $"{UdevRules.FileName} is not installed: only root may use programmers and relays",
                MendLines.InstallRules),
        null => new HostFinding(
            Name, Soundness.Ok, $"{UdevRules.FileName} is not installed, and nothing here needs it"),
        { Masked: true, Path: var path } => new HostFinding(
            Name, asked.Grave, $"{path} is a link to /dev/null: the rules are switched off", MendLines.InstallRules),
        { Text: null, Path: var path } => new HostFinding(
            Name, Soundness.Unknown, $"{path} cannot be read, so whether it is up to date is not known",
            $"sudo chmod 644 {MendLines.Quoted(path)}"),
        { Text: var text, Path: var path } when text != UdevRules.Text => new HostFinding(
            Name, Soundness.Warning, $"{path} differs from the rules of this version", MendLines.InstallRules),
        { Path: var path } => new HostFinding(Name, Soundness.Ok, $"{path} is installed and up to date"),
    };

    private static IEnumerable<HostFinding> Groups(DoctorCase asked)
    {
        string[] missing = [.. Needed(asked).Where(group => !asked.Host.User.Existing.Contains(group))];
        if (!asked.UsesHost)
            return [];
        if (missing.Length == 0)
            return [new HostFinding(GroupsName, Soundness.Ok, $"the groups are there: {List(Needed(asked))}")];
        return missing.Select(group => new HostFinding(
            GroupsName, Soundness.Problem,
            $"there is no group {group} on this host, so udev cannot give it the devices",
            $"sudo groupadd --system --force {group} && {MendLines.ReloadRules}"));
    }

    // Names as the rules file has them.
    private static IEnumerable<string> Needed(DoctorCase asked)
    {
        if (asked.Programmers.Any())
            yield return "plugdev";
        if (asked.SerialLines.Any())
            yield return "dialout";
        if (asked.Uses.OfType<DeviceUse.GpioLine>().Any())
            yield return "gpio";
        if (asked.Uses.OfType<DeviceUse.I2cPart>().Any())
            yield return "i2c";
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names);
}
