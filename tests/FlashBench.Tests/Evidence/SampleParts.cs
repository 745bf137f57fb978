using System.Security.Cryptography;
using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Hardware;
using static FlashBench.Bench.Journal.JournalData;

namespace FlashBench.Tests.Evidence;

/// <summary>Parts of hand-made jobs: an ME 8 board whose image is trimmed by the default policy.</summary>
internal static class SampleParts
{
    public static readonly IReadOnlyList<Check> Checks =
    [
        Pass("A1", "Backup", "2 of 2 reads identical, 8,388,608 bytes", "2 identical whole reads"),
        Pass("A2", "Original valid", "signature valid, table checksum right", "all valid"),
        Pass("A3", "Every change attributed", "0 bytes unattributed", "0"),
        Pass("A4", "Kept ranges", "3 of 3 equal", "all equal"),
        Pass("A5", "Removal", "62,112 bytes left", "67,000 bytes"),
        Pass("A6", "Disable bit", "AltMeDisable set, 1 bit changed", "set, exactly 1"),
        Pass("A7", "Write", "0 bytes differ after re-open", "0"),
        Pass("B1", "Pre-flight", "0 refusals", "0"),
        Pass("B2", "Stock baseline", "alive 31:30.0, ME running", "31:00"),
        Pass("C1", "Register state", "5 of 5 windows: 1E020191", "a disabled state in each window"),
        Pass("C2", "Console ME block", "agrees", "agrees") with { Mandatory = false },
        Pass("D1", "Uptime", "31:34.2 since the last reset", "31:00"),
        Pass("D2", "Cold boots", "2", "2"),
        Pass("E1", "Flash re-read", "0 bytes differ", "0"),
    ];

    private const string SoftwareVersion = "0.1.0";

    public static JobStart Start(bool simulated) => new(
        "20260314-092653-me8", "me8", "X230-0417", "J. Miller", "purism", null, "L3", "bench-host-1", SoftwareVersion,
        simulated, new ProfileRef("virtual-me8", "FlashBench virtual board, 7-series PCH, ME 8",
            SampleJobs.Hash("profile"), "L3"),
        new WatchNumbers(1860, 2, 20, 120, 1860, 180, "^coreboot-"), new PowerNumbers(3000, 300, 5, 0.5),
        [
            new PartIdentity("programmer", "CH341A, USB 1-4.2", simulated),
            new PartIdentity("relay", "two-channel relay card, GPIO 17", simulated),
            new PartIdentity("power sensor", "INA219 at 0x40", simulated),
            new PartIdentity("console", "ttyUSB0, 115200 8N1", simulated),
        ]);

    public static PhaseFacts[] Phases()
    {
        (string Name, long Seconds)[] phases =
        [
            ("identify", 1), ("backup", 58), ("audit", 1), ("baseline", 1912), ("plan", 1), ("write", 74),
            ("verify", 29), ("watch", 3720), ("re-read", 30),
        ];
        long at = 0;
        return [.. phases.Select(phase => new PhaseFacts(
            phase.Name, at, at += phase.Seconds * 1_000_000, Verdict.Pass, "", ErrorClass.None))];
    }

    public static Audit Audit() => new(
        2, "ME", "8.0.20.1513", "consumer, 1.5 MB", true, "Intel ME 8", false, true,
        new DisableBitState("AltMeDisable", 0x128, 7, false, 0x00000000),
        [
            new NamedRange("fd", 0, 0x1000), new NamedRange("bios", 0x180000, 0x800000),
            new NamedRange("me", 0x3000, 0x180000), new NamedRange("gbe", 0x1000, 0x3000),
        ],
        [
            new NamedRange("PSVN", 0x3C00, 0x4000), new NamedRange("FOVD", 0x3400, 0x3C00),
            new NamedRange("MDES", 0x4000, 0x5000), new NamedRange("FCRS", 0x5000, 0x6000),
            new NamedRange("EFFS", 0x6000, 0x66000), new NamedRange("NVCP", 0x66000, 0x67000),
            new NamedRange("FTPR", 0x67000, 0xE7000), new NamedRange("NFTP", 0xE7000, 0x14C000),
        ],
        1_412_096, [new AuditFinding(0x3010, "note", "table checksum is right")], []);

    public static Plan Plan() => new(
        "purism", SampleJobs.Hash("planned"), 1_349_984, 0,
        [
            new PlanChange(0x128, 0x129, "disable-bit", "AltMeDisable is set", SampleJobs.Hash("a"),
                SampleJobs.Hash("b")),
            new PlanChange(0x3014, 0x3018, "partition-table", "entry count becomes 1", SampleJobs.Hash("c"),
                SampleJobs.Hash("d")),
            Erased(0x3040, 0x67000, "partitions other than FTPR are removed"),
            Erased(0x77400, 0xE7000, "modules of FTPR other than ROMP and BUP are removed"),
            Erased(0xE7000, 0x14C000, "partitions other than FTPR are removed"),
        ],
        [
            new HashedRange("FTPR manifest", 0x67000, 0x67800, SampleJobs.Hash("m")),
            new HashedRange("ROMP", 0x67800, 0x68000, SampleJobs.Hash("r")),
            new HashedRange("BUP", 0x68000, 0x77400, SampleJobs.Hash("p")),
        ]);

    public static FlashCheck FlashCheck(string purpose) => new(
        purpose,
        [
            new KeptState("FTPR manifest", 0x67000, 0x67800, true), new KeptState("ROMP", 0x67800, 0x68000, true),
            new KeptState("BUP", 0x68000, 0x77400, true),
        ],
        62_112, 67_000, [], true, new DisableBitState("AltMeDisable", 0x128, 7, true, 0x00000080), true, []);

    private static PlanChange Erased(uint start, uint end, string text)
    {
        byte[] erased = new byte[end - start];
        Array.Fill(erased, (byte)0xFF);
        string newHash = Convert.ToHexStringLower(SHA256.HashData(erased));
        return new PlanChange(start, end, "removal", text, SampleJobs.Hash($"{start}"), newHash);
    }

    private static Check Pass(string id, string title, string measured, string limit) =>
        new(id, title, Verdict.Pass, true, measured, limit, "measured and inside its limits");
}
