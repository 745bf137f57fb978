using System.Security.Cryptography;
using System.Text;
using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Firmware.Registers;
using FlashBench.Hardware;

namespace FlashBench.Tests.Evidence;

/// <summary>Jobs written by hand, each with the judgement that belongs to it.</summary>
internal static class SampleJobs
{
    public const uint ChipBytes = 8 << 20;

    public static readonly EvidenceDigest Digest = new(
        new RecordDigest(new FileDigest(Hash("journal"), 123_456), 789, Hash("head"),
            new FileDigest(Hash("console"), 23_114), new FileDigest(Hash("index"), 9_000)),
        new FileDigest(Hash("report"), 222_222), new FileDigest(Hash("junit"), 4_444));

    private static readonly MeRegisters Running = new(0x1E000255, 0x66002306, 0, 0, 0, 0);

    private static readonly MeRegisters Disabled = new(0x1E020191, 0x160A0100, null, null, null, null);

    private static readonly MeRegisters Armed = new(0x00003006, 0x80040000);

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>A PASS at L3: baseline and two cold boots.</summary>
    public static (JobFacts Facts, Judgement Judgement) Pass(bool simulated = true)
    {
        JobFacts facts = Complete(simulated);
        return (facts, new Judgement(
            Verdict.Pass, EvidenceLevel.L3, EvidenceLevel.L3,
            "all mandatory checks passed: the ME is neutralized in flash and reports itself disabled",
            ErrorClass.None, Checks([])));
    }

    /// <summary>The negative control: the board loses power at 30:00.</summary>
    public static (JobFacts Facts, Judgement Judgement) WatchdogLoss()
    {
        JobFacts facts = Complete(simulated: true);
        BootObservation lost = SampleBoots.Lost(2, Armed, 1_800_000_000);
        facts = facts with
        {
            Start = facts.Start with { Control = "damaged-manifest" },
            Boots = [facts.Boots[0], lost],
            Deviations = ["the second cold boot was not made: the first one failed"],
        };
        return (facts, new Judgement(
            Verdict.Fail, EvidenceLevel.L0, EvidenceLevel.L3,
            "boot 2: power was lost 30:00.0 after power-good without a shutdown text: consistent with the ME watchdog",
            ErrorClass.Dut, Checks([("D1", Verdict.Fail), ("C1", Verdict.Fail), ("A4", Verdict.Fail)])));
    }

    /// <summary>Nothing failed, but the agent fell silent and the operator asked for less than the profile.</summary>
    public static (JobFacts Facts, Judgement Judgement) Inconclusive()
    {
        JobFacts facts = Complete(simulated: false);
        BootObservation silent = facts.Boots[1] with
        {
            Class = BootClass.SignsOfLifeLost,
            Explanation = "the last sign of life came 30:59.0 after power-good, before the mark at 31:00.0; "
                + "the board stayed powered",
        };
        return (facts with { Boots = [facts.Boots[0], silent] }, new Judgement(
            Verdict.Inconclusive, EvidenceLevel.L1, EvidenceLevel.L2, "boot 2 fell silent before the mark",
            ErrorClass.Dut, Checks([("D1", Verdict.Inconclusive), ("C2", Verdict.Inconclusive)])));
    }

    /// <summary>The two backup reads disagreed: almost nothing is known.</summary>
    public static (JobFacts Facts, Judgement Judgement) EndedInBackup()
    {
        JobFacts facts = Complete(simulated: true);
        facts = facts with
        {
            Phases = [facts.Phases[0], new PhaseFacts(
                "backup", 900_000, 60_000_000, Verdict.Inconclusive, "two reads of the chip differ",
                ErrorClass.Infrastructure)],
            Backup = facts.Backup! with { Agree = false, Stored = false, DifferingBytes = 3, FirstDifference = 0x1234 },
            Audit = null,
            Plan = null,
            BlocksWritten = 0,
            ReadBacks = new Dictionary<string, JournalData.ReadBack>(),
            FlashChecks = new Dictionary<string, JournalData.FlashCheck>(),
            Boots = [],
            Console = [],
            CourseFaults = [],
            Records = 14,
        };
        return (facts, new Judgement(
            Verdict.Inconclusive, EvidenceLevel.None, EvidenceLevel.L3, "two reads of the chip differ",
            ErrorClass.Infrastructure, []));
    }

    /// <summary>Not even the chip was found.</summary>
    public static (JobFacts Facts, Judgement Judgement) NothingAtAll()
    {
        JobFacts facts = EndedInBackup().Facts with { Chip = null, BackupPasses = [], Backup = null, Phases = [] };
        return (facts, new Judgement(
            Verdict.Error, EvidenceLevel.None, EvidenceLevel.L3, "no programmer answers",
            ErrorClass.Infrastructure, []));
    }

    /// <summary>The PASS again, with a text in every foreign place.</summary>
    public static (JobFacts Facts, Judgement Judgement) WithForeignText(string text)
    {
        (JobFacts facts, Judgement judgement) = Pass(simulated: false);
        JournalData.JobStart start = facts.Start;
        JournalData.Audit audit = facts.Audit!;
        return (facts with
        {
            Start = start with
            {
                Job = text,
                Bench = text,
                Dut = text,
                Operator = text,
                Policy = text,
                Control = text,
                Host = text,
                Software = text,
                Parts = [new PartIdentity(text, text, false)],
                Profile = start.Profile with { Id = text, Board = text },
            },
            Laboratory = new JournalData.Laboratory(text, text, text, text, text, text, text, text),
            Phases = [new PhaseFacts(text, 0, 1, Verdict.Fail, text, ErrorClass.Dut)],
            Chip = facts.Chip! with
            {
                Name = text,
                JedecId = text,
                UniqueId = text,
                Health = text,
                Programmer = new PartIdentity(text, text, false),
            },
            Audit = audit with
            {
                Family = text,
                Version = text,
                Sku = text,
                Key = text,
                Regions = [.. audit.Regions, new JournalData.NamedRange(text, 1, 2)],
                Partitions = [new JournalData.NamedRange(text, 0x3000, 0x9000)],
                Findings = [new JournalData.AuditFinding(1, text, text)],
                Refusals = [text],
                DisableBit = audit.DisableBit with { Name = text },
            },
            Plan = facts.Plan! with
            {
                Policy = text,
                Changes = [facts.Plan.Changes[0] with { Rule = text, Text = text }],
            },
            FlashChecks = new Dictionary<string, JournalData.FlashCheck>
            {
                ["re-read"] = facts.FlashChecks["re-read"] with
                {
                    Left = [text],
                    Kept = [new JournalData.KeptState(text, 0, 1, false)],
                },
            },
            Boots = [.. facts.Boots.Select(boot => boot with { Explanation = text })],
            Deviations = [text],
        }, judgement with
        {
            Reason = text,
            Checks = [new Check(text, text, Verdict.Inconclusive, true, text, text, text)],
        });
    }

    private static JobFacts Complete(bool simulated) => new()
    {
        Start = SampleParts.Start(simulated),
        StartedUtc = new DateTimeOffset(2026, 3, 14, 9, 26, 53, TimeSpan.Zero),
        EndedUtc = new DateTimeOffset(2026, 3, 14, 11, 4, 1, TimeSpan.Zero),
        EndedUs = 5_828_000_000,
        Phases = SampleParts.Phases(),
        Chip = new JournalData.Chip(
            new PartIdentity("programmer", "CH341A (virtual), USB 1-4.2", Simulated: false), 1_500_000, "EF4017",
            "W25Q64", ChipBytes, "D2 64 18 29 AB 33 12 07",
            "RDID stable over 100 reads"),
        BackupPasses =
        [
            new JournalData.BackupPass(1, Hash("backup"), ChipBytes, false),
            new JournalData.BackupPass(2, Hash("backup"), ChipBytes, false),
        ],
        Backup = new JournalData.Backup(Hash("backup"), ChipBytes, 2, true, 0, 0, true),
        Audit = SampleParts.Audit(),
        Plan = SampleParts.Plan(),
        IsDirty = false,
        BlocksWritten = 371,
        ReadBacks = new Dictionary<string, JournalData.ReadBack>
        {
            ["verify"] = new("verify", Hash("planned"), Hash("planned"), 0, 0, true, []),
            ["re-read"] = new("re-read", Hash("planned"), Hash("planned"), 0, 0, true, []),
        },
        FlashChecks = new Dictionary<string, JournalData.FlashCheck>
        {
            ["verify"] = SampleParts.FlashCheck("verify"),
            ["re-read"] = SampleParts.FlashCheck("re-read"),
        },
        Boots =
        [
            SampleBoots.Alive(1, BootKind.Baseline, Running), SampleBoots.Alive(2, BootKind.Watch, Disabled),
            SampleBoots.Alive(3, BootKind.Watch, Disabled),
        ],
        Deviations = [],
        Console =
        [
            new JournalData.ConsoleChunk(0, 9_000, Hash("c1"), 0, 3_000, Hash("i1")),
            new JournalData.ConsoleChunk(9_000, 14_114, Hash("c2"), 3_000, 6_000, Hash("i2")),
        ],
        CourseFaults = [],
        Records = 788,
    };

    private static List<Check> Checks((string Id, Verdict Outcome)[] exceptions) =>
    [
        .. SampleParts.Checks.Select(check =>
            exceptions.FirstOrDefault(e => e.Id == check.Id) is (not null, var outcome)
                ? check with { Outcome = outcome, Text = $"this check ended {outcome}" }
                : check),
    ];
}
