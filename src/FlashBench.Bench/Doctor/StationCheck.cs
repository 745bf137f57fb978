using System.Globalization;
using FlashBench.Bench.Config;
using FlashBench.Hardware.Host;

namespace FlashBench.Bench.Doctor;

/// <summary>Can evidence be kept: space, disk, clock, sleep, keys, and the relay holder?</summary>
internal static class StationCheck
{
    public const string SpaceName = "disk-space", DurableName = "evidence-disk", ClockName = "clock",
        SleepName = "host-sleep", KeyName = "station-key", TrustedName = "trusted-stations",
        HolderName = "relay-holder";

    private const long FreeMin = 256L << 20; // a job writes some 50 MiB: vault, console, journal
    private const int OwnerBits = 0x1C0; // 0700

    private static readonly TimeSpan SlowDisk = TimeSpan.FromMilliseconds(100); // ten records a second is a busy watch
    private static readonly string[] Volatile = ["tmpfs", "ramfs"];

    public static IEnumerable<HostFinding> Of(DoctorCase asked)
    {
        StationReading station = asked.Station;
        return
        [
            .. station.Folders.Select(folder => Space(folder, station.FreeWanted)), Durable(station), Clock(asked.Host),
            Sleep(asked), Key(station.Key, asked.Host.User.Name), Trusted(station), .. Holder(asked),
        ];
    }

    private static HostFinding Space(FolderReading folder, long wanted)
    {
        string place = $"{folder.Name} {folder.Path}", path = MendLines.Quoted(folder.Path);
        if (!folder.Writable)
        {
            return new HostFinding(
                SpaceName, Soundness.Problem, $"{place}: this user may not write there",
                $"sudo mkdir -p {path} && sudo chown \"$(id -un):\" {path}");
        }

        if (folder.FreeBytes is not { } free)
            return new HostFinding(SpaceName, Soundness.Unknown, $"{place}: free space is not known", $"df -h {path}");
        string room = $"{place}: {Mebibytes(free)} free";
        if (free < wanted)
        {
            return new HostFinding(
                SpaceName, free < FreeMin ? Soundness.Problem : Soundness.Warning,
                $"{room}, wanted are {Mebibytes(wanted)}",
                $"df -h {path}   # make room, or move it: paths in bench-config.json");
        }

        return folder.FileSystem is { } kind && Volatile.Contains(kind)
            ? new HostFinding(
                SpaceName, Soundness.Warning, $"{room}, but on {kind}: it is gone with the next restart",
                $"\"paths\": {{ \"{folder.Name}\": \"/srv/flashbench/{folder.Name}\" }} in bench-config.json")
            {
                ByHand = true,
            }
            : new HostFinding(SpaceName, Soundness.Ok, room);
    }

    private static HostFinding Durable(StationReading station) => station.Durable switch
    {
        null => new HostFinding(
            DurableName, Soundness.Unknown, "whether evidence reaches the disk was not tried", "flashbench doctor"),
        { Fault: { } fault } tried => new HostFinding(
            DurableName, Soundness.Problem, $"{tried.Folder}: a file cannot be synced to disk: {fault.TrimEnd('.')}",
            $"df -T {MendLines.Quoted(tried.Folder)}   # take another file system for evidence"),
        { } tried when tried.Slowest > SlowDisk => new HostFinding(
            DurableName, Soundness.Warning,
            $"{tried.Folder}: syncing a file and its folder takes {Milliseconds(tried)}",
            $"df -T {MendLines.Quoted(tried.Folder)}   # a local disk takes less than 100 ms"),
        { } tried => new HostFinding(
            DurableName, Soundness.Ok, $"{tried.Folder}: a file and its folder are on disk in {Milliseconds(tried)}"),
    };

    private static HostFinding Clock(HostSnapshot host)
    {
        bool? daemon = host.Programs?.Any(name => name is "chronyd" or "ntpd" or "ntpsec" or "systemd-timesyn");
        return host.Clock switch
        {
            { Kernel: true } => new HostFinding(ClockName, Soundness.Ok, "the clock is synchronised"),
            { Timesyncd: true } => new HostFinding(
                ClockName, Soundness.Ok, "systemd-timesyncd has synchronised the clock since the start"),
            { Kernel: null } or { Kernel: false } when daemon is null or true => new HostFinding(
                ClockName, Soundness.Unknown, daemon is true
                    ? "a time service runs, but the kernel does not call the clock synchronised"
                    : "whether the clock is synchronised is not known",
                "timedatectl timesync-status || chronyc tracking"),
            _ => new HostFinding(
                ClockName, Soundness.Warning, "nothing synchronises the clock: dates in records may be wrong",
                host.Sleep.Systemd ? "sudo timedatectl set-ntp true" : "sudo apt-get install chrony"),
        };
    }

    private static HostFinding Sleep(DoctorCase asked)
    {
        const string Mask = "sudo systemctl mask sleep.target suspend.target hibernate.target hybrid-sleep.target";
        SleepReading sleep = asked.Host.Sleep;
        Soundness grave = asked.UsesHost ? Soundness.Warning : Soundness.Ok;
        string? mend = asked.UsesHost ? Mask : null;
        if (sleep.Kernel is "")
            return new HostFinding(SleepName, Soundness.Ok, "the kernel cannot sleep");
        if (sleep.Masked)
            return new HostFinding(SleepName, Soundness.Ok, "sleeping is switched off");
        if (!sleep.Systemd)
        {
            return new HostFinding(
                SleepName, Soundness.Unknown, "systemd does not run here: what puts this host to sleep is not known",
                "cat /sys/power/state");
        }

        if (sleep.IdleAction is not ("ignore" or "lock"))
        {
            return new HostFinding(
                SleepName, asked.Grave, $"the host does \"{sleep.IdleAction}\" when nobody types (IdleAction)", Mask);
        }

        return sleep.LidAction is { } lid && lid is not ("ignore" or "lock")
            ? new HostFinding(SleepName, grave, $"the host does \"{lid}\" when its lid closes", mend)
            : new HostFinding(
                SleepName, grave, "a desktop or a person may put this host to sleep in the middle of a watch", mend);
    }

    private static HostFinding Key(KeyReading key, string user)
    {
        string path = MendLines.Quoted(key.Path);
        if (!key.Exists)
            return new HostFinding(KeyName, Soundness.Ok, "there is no key yet; the first job makes it");
        if (!key.OwnedByUser)
        {
            return new HostFinding(
                KeyName, Soundness.Problem, $"{key.Path} belongs to another user",
                $"sudo chown {MendLines.Quoted(user)} {path}");
        }

        return (key.Mode & ~OwnerBits) != 0
            ? new HostFinding(
                KeyName, Soundness.Problem,
                $"{key.Path} has mode {Octal(key.Mode)}: others may use it; replace it if somebody may have read it",
                $"chmod 600 {path}")
            : new HostFinding(KeyName, Soundness.Ok, $"{key.Path} is for its owner alone");
    }

    private static HostFinding Trusted(StationReading station) => station.TrustedFault is { } fault
        ? new HostFinding(
            TrustedName, Soundness.Problem, $"no station is trusted: {fault.TrimEnd('.')}",
            $"ls -l {MendLines.Quoted(Path.Combine(Path.GetDirectoryName(station.Key.Path) ?? "", "trusted"))}")
        : new HostFinding(TrustedName, Soundness.Ok, station.Trusted switch
        {
            0 => "no station is trusted yet; the first job adds this one",
            1 => "one station is trusted",
            int count => $"{count} stations are trusted",
        });

    // Lines of a GPIO chip are freed when a process ends; expanders and relay boards keep theirs.
    private static IEnumerable<HostFinding> Holder(DoctorCase asked)
    {
        if (!asked.Uses.Any(use => use is DeviceUse.GpioLine { IsOutput: true }))
            return [];
        return
        [
            asked.Station.HolderAnswers switch
            {
                true => new HostFinding(
                    HolderName, Soundness.Ok, $"the relay holder answers at {asked.Station.HolderSocket}"),
                false => new HostFinding(
                    HolderName, Soundness.Problem,
                    $"no relay holder answers at {asked.Station.HolderSocket}: the bench's GPIO relays cannot be switched",
                    "flashbench relayd   # in a terminal of its own, or hardware/host/flashbench-relayd.service"),
                null => new HostFinding(
                    HolderName, Soundness.Unknown, "whether the relay holder runs was not tried", "pgrep -af relayd"),
            },
        ];
    }

    private static string Octal(int mode) => "0" + Convert.ToString(mode, 8);

    private static string Mebibytes(long bytes) => (bytes >> 20).ToString("#,0", CultureInfo.InvariantCulture) + " MiB";

    private static string Milliseconds(DurableWrite tried) =>
        tried.Slowest.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture) + " ms";
}
