namespace FlashBench.Bench.Config;

/// <summary>The benches of one host, as bench-config.json describes them.</summary>
/// <param name="Paths">Folders; a null entry means the user's XDG folder.</param>
/// <param name="Benches">In file order; ids are unique and at most one is the default.</param>
public sealed record BenchConfig(ConfigPaths Paths, IReadOnlyList<BenchEntry> Benches)
{
    /// <summary>What the laboratory wants its reports to say of it.</summary>
    public LabEntry Lab { get; init; } = LabEntry.NotStated;

    /// <summary>What must be free in the evidence folder before a job begins, in MiB.</summary>
    public int MinFreeMiB { get; init; } = 64;

    /// <summary>Benches that share a supply; ids are unique.</summary>
    public IReadOnlyList<PowerGroupEntry> PowerGroups { get; init; } = [];

    /// <summary>Programmers that share the bandwidth of a USB hub; ids are unique, also among
    /// <see cref="PowerGroups"/>.</summary>
    public IReadOnlyList<UsbGroupEntry> UsbGroups { get; init; } = [];

    /// <summary>Rules for many benches together.</summary>
    public FleetPolicy Policy { get; init; } = new();
}

/// <summary>Folders named in the configuration; null means the user's XDG folder.</summary>
/// <param name="State">Virtual bench states and DUT bindings.</param>
/// <param name="Vault">Backups, content-addressed.</param>
/// <param name="Evidence">Job directories.</param>
/// <param name="Log">Diagnostic log.</param>
public sealed record ConfigPaths(string? State, string? Vault, string? Evidence, string? Log);

/// <summary>One bench: virtual, with a QEMU board, or with a programmer on a USB port or in the network. Exactly one of
/// <paramref name="Virtual"/>, <see cref="Qemu"/> and <paramref name="Programmer"/> is there.</summary>
/// <param name="Id">Unique name: lower-case letters, digits and dashes.</param>
/// <param name="Default">True for the bench that `certify` takes when none is named; it must be virtual.</param>
/// <param name="DutProfile">Id of the DUT profile.</param>
/// <param name="Virtual">What the virtual bench consists of; null for others.</param>
/// <param name="Programmer">The programmer of a real bench; null for others.</param>
public sealed record BenchEntry(
    string Id, bool Default, string DutProfile, VirtualBenchEntry? Virtual, ProgrammerEntry? Programmer)
{
    /// <summary>SHA-256 of the entry as its file has it, lower-case hex: the same if nothing of the bench has changed.
    /// "" for a bench that no file describes.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>What the QEMU bench consists of; null for others.</summary>
    public QemuBenchEntry? Qemu { get; init; }

    /// <summary>True if nothing of the bench is real: what passes there is evidence of no board (rule I7).</summary>
    public bool IsSimulated => Virtual is not null || Qemu is not null;

    /// <summary>Id of the supply that its board shares with others; null for one of its own.</summary>
    public string? PowerGroup { get; init; }

    /// <summary>Id of the USB hub whose bandwidth its programmer shares with others; null for none.</summary>
    public string? UsbGroup { get; init; }

    /// <summary>Image whose ME a health check puts onto the board; null for the board's own.</summary>
    public string? GoldenImage { get; init; }

    /// <summary>Relays of a real bench; null if a person switches nothing and only the flash verbs are used.</summary>
    public RelaysEntry? Relays { get; init; }

    /// <summary>Power sensor of a real bench; null if nothing measures.</summary>
    public PowerSensorEntry? PowerSensor { get; init; }

    /// <summary>Console of a real bench; null if it has none.</summary>
    public ConsoleEntry? Console { get; init; }
}

/// <summary>The programmers that a bench can have.</summary>
public enum ProgrammerKind
{
    /// <summary>CH341A, 1A86:5512.</summary>
    Ch341a,

    /// <summary>FT2232H, FT4232H or FT232H.</summary>
    Ft2232h,

    /// <summary>Whatever speaks serprog, over TCP or a serial port.</summary>
    Serprog,
}

/// <summary>The programmer of a real bench.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Port">USB bus and port path as sysfs writes it, "1-4.2"; null: the only one, or by serial.</param>
/// <param name="Serial">USB serial number; null: by port.</param>
/// <param name="Address">serprog only: "host:port" or "/dev/ttyX:baud".</param>
/// <param name="Channel">FT2232H only: "A" or "B".</param>
/// <param name="ClockHz">SPI clock in hertz that must not be exceeded; 0 for no limit.</param>
/// <param name="Millivolts">Supply of the chip in millivolts, as the fixture is built; 3300 or 1800.</param>
public sealed record ProgrammerEntry(
    ProgrammerKind Kind, string? Port, string? Serial, string? Address, string Channel, int ClockHz, int Millivolts);

/// <summary>A virtual bench: everything behind its seams is simulated.</summary>
/// <param name="Image">Generated image that its chip holds when new: "me8", "me10" or "me11".</param>
/// <param name="Chip">Part name of the chip (hardware/chips.json).</param>
/// <param name="Seed">Seed of everything random on this bench.</param>
/// <param name="Agent">True if the board's operating system runs the FB1 agent.</param>
/// <param name="HiddenUnderHap">True if the firmware prints no ME status while the ME is disabled by HAP.</param>
/// <param name="Programmer">What stands between host and chip: "ch341a" or "ft2232h".</param>
/// <param name="ExactTimes">True if every erase and page takes its typical time; else they vary by a fifth.</param>
public sealed record VirtualBenchEntry(
    string Image, string Chip, int Seed, bool Agent, bool HiddenUnderHap,
    string Programmer = VirtualBenchEntry.DefaultProgrammer, bool ExactTimes = false)
{
    /// <summary>The programmer of an entry that names none.</summary>
    public const string DefaultProgrammer = "ch341a";
}
