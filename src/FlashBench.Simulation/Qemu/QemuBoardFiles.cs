namespace FlashBench.Simulation.Qemu;

/// <summary>What a QEMU board is made of outside of its flash chip: programs and files of the host.</summary>
/// <param name="Program">Name or path of qemu-system-x86_64.</param>
/// <param name="Firmware">U-Boot for x86, a ROM of at most 1 MiB that ends at the reset vector.</param>
/// <param name="System">Folder that the board sees as its disk (boot.scr, vmlinuz, initrd.gz); null if there is none.
/// </param>
/// <remarks>Source: the Debian packages qemu-system-x86 and u-boot-qemu; `scripts/qemu-board` makes the folder.
/// </remarks>
public sealed record QemuBoardFiles(string Program, string Firmware, string? System)
{
    /// <summary>File name of the firmware in a prepared folder.</summary>
    public const string FirmwareName = "u-boot.rom";

    /// <summary>Name of the disk's folder in a prepared folder.</summary>
    public const string SystemName = "system";

    /// <summary>Environment variable that names a prepared folder.</summary>
    public const string Variable = "FLASHBENCH_QEMU_BOARD";

    private static readonly string[] SystemFiles = ["boot.scr", "vmlinuz", "initrd.gz"];

    private const string ProgramName = "qemu-system-x86_64";
    private const string PackagedFirmware = "/usr/lib/u-boot/qemu-x86/u-boot.rom"; // package u-boot-qemu

    /// <summary>Looks for them: in a prepared folder first, then where Debian's packages put them.</summary>
    /// <param name="folder">Folder that scripts/qemu-board has filled; null or missing if there is none.</param>
    /// <param name="searchPath">The value of PATH; null if it is not set.</param>
    /// <param name="files">What was found.</param>
    /// <returns>Null, or what is missing and how to get it, as one sentence without a full stop.</returns>
    public static string? Find(string? folder, string? searchPath, out QemuBoardFiles files)
    {
        string prepared = folder is null ? "" : Path.GetFullPath(folder);
        string own = Path.Combine(prepared, FirmwareName), system = Path.Combine(prepared, SystemName);
        string firmware = prepared.Length > 0 && File.Exists(own) ? own : PackagedFirmware;
        string? program = (searchPath ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(place => Path.Combine(place, ProgramName)).FirstOrDefault(File.Exists);
        files = new QemuBoardFiles(
            program ?? ProgramName, firmware, prepared.Length > 0 && HasSystem(system) ? system : null);
        if (program is null)
            return $"{ProgramName} is not on PATH: apt-get install qemu-system-x86";
        return File.Exists(firmware) ? null : $"there is no {firmware}: apt-get install u-boot-qemu";
    }

    private static bool HasSystem(string folder) => SystemFiles.All(name => File.Exists(Path.Combine(folder, name)));
}
