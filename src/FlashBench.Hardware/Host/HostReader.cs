using System.Globalization;
using FlashBench.Hardware.Native;
using FlashBench.Hardware.Usb;

namespace FlashBench.Hardware.Host;

/// <summary>What can only be learned by asking the kernel or a library; a test answers in their place.</summary>
public sealed record HostProbes
{
    /// <summary>Label and lines of the GPIO chip behind a device node.</summary>
    public Func<string, (string Label, int Lines)?> GpioChip { get; init; } = HostCalls.DescribeGpioChip;

    /// <summary>True if this process may read and write a file.</summary>
    public Func<string, bool> MayUse { get; init; } = HostCalls.MayUse;

    /// <summary>True if something disciplines the clock.</summary>
    public Func<bool?> ClockSynchronised { get; init; } = HostCalls.IsClockSynchronised;

    /// <summary>Why libusb cannot be used; null if it can.</summary>
    public Func<string?> LibUsbFault { get; init; } = TryLibUsb;

    private static string? TryLibUsb()
    {
        try
        {
            new LibUsbHost(TimeProvider.System).Dispose();
            return null;
        }
        catch (ProgrammerException fault)
        {
            return fault.Message;
        }
    }
}

/// <summary>Takes the snapshot of a host: reads files, opens no device but GPIO chips, changes nothing.</summary>
public static class HostReader
{
    /// <summary>Reads the host.</summary>
    /// <param name="tree">Its files.</param>
    /// <param name="probes">Its kernel.</param>
    /// <param name="nodes">Device nodes that somebody named, "/dev/serial/by-id/...".</param>
    public static HostSnapshot Read(HostTree tree, HostProbes probes, IEnumerable<string> nodes)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(probes);
        var accounts = new AccountFiles(tree);
        var reader = new NodeReader(tree, probes, accounts);
        return new HostSnapshot
        {
            HasUsb = tree.Has("/sys/bus/usb/devices"),
            Usb = UsbTree.Read(tree, reader),
            SerialPorts = BusParts.SerialPorts(tree, reader),
            GpioChips = BusParts.GpioChips(tree, reader),
            I2cAdapters = BusParts.I2cAdapters(tree, reader),
            Nodes = nodes.Distinct(StringComparer.Ordinal).ToDictionary(path => path, reader.At),
            User = accounts.OfThisProcess(),
            Rules = UdevRules.Find(tree, UdevRules.FileName) is [{ } installed, ..] ? installed : null,
            BrailleRules = UdevRules.Find(tree, "brltty"),
            Programs = Programs(tree),
            Clock = new ClockReading(probes.ClockSynchronised(), tree.Has("/run/systemd/timesync/synchronized")),
            Sleep = SleepFiles.Read(tree),
            LibUsbFault = probes.LibUsbFault(),
        };
    }

    // Source: Linux proc_pid_comm(5): 15 characters at most.
    private static HashSet<string>? Programs(HostTree tree)
    {
        string[] processes = [.. tree.Names("/proc").Where(name => name.All(char.IsAsciiDigit))];
        return processes.Length == 0
            ? null
            : [.. processes.Select(process => tree.Line($"/proc/{process}/comm")).OfType<string>()];
    }
}

/// <summary>Looks at device nodes.</summary>
internal sealed class NodeReader(HostTree tree, HostProbes probes, AccountFiles accounts)
{
    private const int GroupReadWrite = 0x30; // 0060

    public HostProbes Probes => probes;

    public DeviceNode At(string path)
    {
        string real = tree.Real(path) ?? path, place = tree.PathOf(real);
        if (FileRights.Of(place) is not { } rights)
            return new DeviceNode(real, Exists: false, Usable: false, Group: null, GroupMayUse: false);
        return new DeviceNode(
            real, Exists: true, probes.MayUse(place), accounts.GroupName(rights.Group),
            (rights.Mode & GroupReadWrite) == GroupReadWrite);
    }
}

/// <summary>/etc/passwd and /etc/group, and which of them this process is.</summary>
internal sealed class AccountFiles
{
    private const int FileMax = 1 << 20;

    private readonly HostTree _tree;
    private readonly Dictionary<uint, string> _users = [], _groups = [];
    private readonly List<(string Group, string[] Members)> _members = [];

    public AccountFiles(HostTree tree)
    {
        _tree = tree;
        foreach (string[] fields in Rows("/etc/passwd", count: 4))
        {
            if (Number(fields[2]) is { } id)
                _users.TryAdd(id, fields[0]);
        }

        foreach (string[] fields in Rows("/etc/group", count: 4))
        {
            if (Number(fields[2]) is { } id)
                _groups.TryAdd(id, fields[0]);
            _members.Add((fields[0], fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries)));
        }
    }

    public string GroupName(uint id) =>
        _groups.TryGetValue(id, out string? name) ? name : id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Source: Linux proc_pid_status(5): "Uid:" and "Gid:" real, effective, saved, file system.</summary>
    public UserAccount OfThisProcess()
    {
        string[] lines = (_tree.Text("/proc/self/status") ?? "").Split('\n');
        uint id = Values("Uid:").Skip(1).FirstOrDefault();
        string name = _users.TryGetValue(id, out string? known) ? known : id.ToString(CultureInfo.InvariantCulture);
        string[] groups = [.. Values("Groups:").Concat(Values("Gid:")).Distinct().Select(GroupName)];
        string[] registered = [.. _members.Where(row => row.Members.Contains(name)).Select(row => row.Group)];
        return new UserAccount(name, id, groups, registered) { Existing = [.. _members.Select(row => row.Group)] };

        IEnumerable<uint> Values(string key) =>
            (Array.Find(lines, line => line.StartsWith(key, StringComparison.Ordinal)) ?? "")
            .Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(Number).OfType<uint>();
    }

    private IEnumerable<string[]> Rows(string path, int count) =>
        (_tree.Text(path, FileMax) ?? "").Split('\n').Select(line => line.Split(':')).Where(row => row.Length >= count);

    private static uint? Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : null;
}

/// <summary>What can put the host to sleep.</summary>
internal static class SleepFiles
{
    private const int FileMax = 64 << 10;

    /// <summary>Source: systemd-sleep.conf(5), logind.conf(5) (S-92); Linux, Documentation/admin-guide/pm.</summary>
    public static SleepReading Read(HostTree tree)
    {
        bool hasLid = tree.Names("/proc/acpi/button/lid").Count > 0;
        return new SleepReading
        {
            Kernel = tree.Line("/sys/power/state"),
            Systemd = tree.Has("/run/systemd/system"),
            Masked = IsMasked(tree, "sleep") || (IsMasked(tree, "suspend") && IsMasked(tree, "hibernate")),
            IdleAction = Setting(tree, "IdleAction") ?? "ignore",
            LidAction = hasLid ? Setting(tree, "HandleLidSwitch") ?? "suspend" : null,
        };
    }

    private static bool IsMasked(HostTree tree, string target) =>
        tree.Link($"/etc/systemd/system/{target}.target") == "/dev/null"
        || tree.Link($"/run/systemd/system/{target}.target") == "/dev/null";

    // The last one counts; files of the folder come after the file beside it.
    private static string? Setting(HostTree tree, string key)
    {
        const string File = "/etc/systemd/logind.conf";
        IEnumerable<string> files = tree.Names(File + ".d")
            .Where(name => name.EndsWith(".conf", StringComparison.Ordinal))
            .Select(name => $"{File}.d/{name}").Prepend(File);
        return files.SelectMany(file => (tree.Text(file, FileMax) ?? "").Split('\n'))
            .Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries))
            .LastOrDefault(pair => pair.Length == 2 && pair[0] == key)?[1];
    }
}
