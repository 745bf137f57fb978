using FlashBench.Hardware.Host;

namespace FlashBench.Bench.Doctor;

/// <summary>Lines that mend more than one thing.</summary>
internal static class MendLines
{
    public const string InstallRules = "flashbench doctor --rules | sudo tee /etc/udev/rules.d/" + UdevRules.FileName
        + " >/dev/null && sudo udevadm control --reload && sudo udevadm trigger";

    public const string ReloadRules = "sudo udevadm control --reload && sudo udevadm trigger";

    public const string Suggest = "flashbench suggest";

    /// <summary>What gives this user access to a node that is there and may not be used.</summary>
    public static string Access(HostSnapshot host, DeviceNode node)
    {
        string user = Quoted(host.User.Name);
        if (node.Group is not { } group || !node.GroupMayUse || group == "root")
            return host.Rules is null ? InstallRules : ReloadRules;
        if (!host.User.Registered.Contains(group))
            return $"sudo usermod --append --groups {Quoted(group)} {user}   # then log in again";
        return host.User.Groups.Contains(group)
            ? $"ls -l {Quoted(node.Path)}"
            : $"newgrp {Quoted(group)}   # for this shell; log in again for all";
    }

    /// <summary>A word as a shell takes it, whatever is in it.</summary>
    public static string Quoted(string word) => word.Length > 0 && word.All(IsPlain)
        ? word
        : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static bool IsPlain(char c) =>
        char.IsAsciiLetterOrDigit(c) || "/._-:+@,=".Contains(c, StringComparison.Ordinal);
}
