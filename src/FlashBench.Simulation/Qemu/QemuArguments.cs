using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FlashBench.Simulation.State;

namespace FlashBench.Simulation.Qemu;

/// <summary>The command line of a QEMU board. Every relative name is one in the process's own folder.</summary>
/// <remarks>
/// Source: QEMU 7.2, qemu(1), QEMU block driver reference (raw: offset, size; vvfat), QMP reference.
/// </remarks>
internal static class QemuArguments
{
    public const string PidFile = "pid", QmpSocket = "qmp", ConsoleSocket = "console", Log = "qemu.log";

    private const string Flash = "flash", Disk = "system";
    private const string CloseOthers = "3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-"; // all that a shell can name

    /// <summary>The arguments behind the program's name; the processor waits for `cont`.</summary>
    public static IReadOnlyList<string> Of(QemuBenchOptions options)
    {
        List<string> arguments =
        [
            "-accel", "tcg", // KVM may be there and not work
            "-machine", $"pc,pflash0={Flash}", "-m", "256", "-nodefaults", "-no-user-config", "-display", "none",
            "-no-shutdown", // a board that powers down keeps its standby supply
            "-S", "-pidfile", PidFile,
            "-qmp", $"unix:{QmpSocket},server=on,wait=off",
            "-chardev", $"socket,id=uart,path={ConsoleSocket},server=on,wait=off", "-serial", "chardev:uart",
            "-blockdev", FlashDevice(options),
        ];
        if (options.System == QemuSystem.Linux)
            arguments.AddRange(["-blockdev", DiskDevice(options), "-device", $"virtio-blk-pci,drive={Disk}"]);
        return arguments;
    }

    /// <summary>Runs a program in a session of its own, ended after a time, its words in a file.</summary>
    /// <remarks>The session keeps a Ctrl-C at the terminal away from the board. What the starting program has open,
    /// the lock of its build for one, is not the board's.</remarks>
    public static IReadOnlyList<string> Shell(QemuBenchOptions options) =>
    [
        "-c", $"exec setsid timeout --signal=KILL \"$0\" \"$@\" </dev/null >{Log} 2>&1 {CloseOthers}",
        options.Lifetime.TotalSeconds.ToString("0", CultureInfo.InvariantCulture), options.Files.Program,
        .. Of(options),
    ];

    // The cells where they lie in the state file. Its lock is another kind than QEMU's, which is not needed.
    private static string FlashDevice(QemuBenchOptions options) => Json(json =>
    {
        json.WriteString("driver", "raw");
        json.WriteString("node-name", Flash);
        json.WriteBoolean("read-only", true);
        json.WriteNumber("offset", BenchStateFile.CellsOffset);
        json.WriteNumber("size", options.Chip.SizeBytes);
        json.WriteStartObject("file");
        json.WriteString("driver", "file");
        json.WriteString("filename", Path.GetFullPath(options.StatePath));
        json.WriteString("locking", "off");
        json.WriteBoolean("read-only", true);
        json.WriteEndObject();
    });

    private static string DiskDevice(QemuBenchOptions options) => Json(json =>
    {
        json.WriteString("driver", "vvfat");
        json.WriteString("node-name", Disk);
        json.WriteBoolean("read-only", true);
        json.WriteString("dir", options.Files.System);
    });

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
