using System.Text;
using FlashBench.Bench.Config;
using FlashBench.Bench.Doctor;
using FlashBench.Hardware.Host;
using FlashBench.Tests.Hardware.Host;

namespace FlashBench.Tests.Doctor;

/// <summary>A made-up host with a configuration; without faults until a test makes one.</summary>
internal sealed class DoctorHost : IDisposable
{
    /// <summary>One bench of each kind: CH341A with a relay on a GPIO line and a sensor; FT2232H with its own
    /// console.</summary>
    public const string TwoBenches = """
        { "version": 1, "benches": [
          { "id": "b01", "dutProfile": "virtual-me8", "programmer": { "kind": "ch341a", "port": "1-4.2" },
            "relays": { "power": { "kind": "gpio", "chip": "relays", "line": "0" } },
            "powerSensor": { "rail": { "kind": "fromSupply", "onAboveMilliamps": 400, "reads": 5000 },
              "supply": { "kind": "ina219", "bus": "i2c-7", "address": "0x40" } },
            "console": { "tty": { "port": "1-4.3", "interface": 0 }, "baud": 115200 } },
          { "id": "b02", "dutProfile": "virtual-me8", "programmer": { "kind": "ft2232h", "serial": "FT4XYZ" },
            "relays": { "power": { "kind": "operator", "on": "plug", "off": "unplug", "timeoutSeconds": 60 } },
            "console": { "tty": { "serial": "FT4XYZ", "interface": 1 }, "baud": 115200 } } ] }
        """;

    public const string VirtualOnly = """
        { "version": 1, "benches": [ { "id": "me8", "default": true, "dutProfile": "virtual-me8",
          "virtual": { "image": "me8", "chip": "W25Q64", "seed": 8 } } ] }
        """;

    public SysfsTree Files { get; } = SysfsTree.Healthy().Hub("1-4", protocol: 2).Ch341a("1-4.2")
        .Ft2232h("1-3", "FT4XYZ").Tty("ttyUSB0", "1-3", 1)
        .Device("1-4.3", "10c4:ea60", product: "CP2102", serial: "0001").Interface("1-4.3", 0, "cp210x")
        .Tty("ttyUSB1", "1-4.3", 0).Gpio("gpiochip0", "1-4.3").I2c("i2c-7", "MCP2221", "1-4.3");

    public string Config { get; set; } = TwoBenches;

    public StationReading Station { get; set; } = new()
    {
        Folders =
        [
            new FolderReading("vault", "/data/vault", 100L << 30, "ext4", Writable: true),
            new FolderReading("evidence", "/data/evidence", 100L << 30, "ext4", Writable: true),
        ],
        Durable = new DurableWrite("/data/evidence", TimeSpan.FromMilliseconds(4.2), Fault: null),
        Key = new KeyReading("/data/keys/station.pem", Exists: true, 0x180, OwnedByUser: true),
        Trusted = 2,
        HolderSocket = "/run/user/1000/flashbench/relayd.sock",
        HolderAnswers = true,
    };

    public IReadOnlyList<DeviceUse> Uses =>
        DeviceUses.Of(BenchConfigFile.Parse(Encoding.UTF8.GetBytes(Config), "bench-config.json"));

    public HostSnapshot Read() => Files.Read(
        [.. Uses.OfType<DeviceUse.SerialLine>().Select(line => line.Tty.Device).OfType<string>()]);

    public IReadOnlyList<HostFinding> Examine(string? bench = null) => HostDoctor.Examine(new DoctorCase(
        Read(), [.. Uses.Where(use => bench is null || use.Bench == bench)], Station));

    /// <summary>Findings of one check that are not sound.</summary>
    public HostFinding[] Faults(string check) =>
        [.. Examine().Where(finding => finding.Check == check && finding.Soundness != Soundness.Ok)];

    /// <summary>The only finding that is not sound, and it belongs to this check.</summary>
    public HostFinding OnlyFault(string check)
    {
        HostFinding fault = Assert.Single(Examine(), finding => finding.Soundness != Soundness.Ok);
        Assert.Equal(check, fault.Check);
        return fault;
    }

    public void Dispose() => Files.Dispose();
}
