using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Power;
using FlashBench.Cli.Certify;
using FlashBench.Firmware.Formats;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Programmers;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation;
using FlashBench.Simulation.Images;
using FlashBench.Tests.Watch.Figures;

namespace FlashBench.Tests.Jobs;

/// <summary>One `certify` job on a virtual bench in virtual time; a test names only what matters to it.</summary>
internal sealed class JobBench : IDisposable
{
    public const string TestKeyName = "FlashBench test key";

    private readonly TemporaryFolder _folder = new();

    /// <summary>"me8", "me10" or "me11": board profile and generated image.</summary>
    public string Kind { get; init; } = "me8";

    public VirtualProgrammer Programmer { get; init; } = VirtualProgrammer.Ch341a;

    public byte[]? Image { get; init; }

    public bool Agent { get; init; } = true;

    public bool HiddenUnderHap { get; init; }

    public NegativeControl? Control { get; init; }

    public EvidenceLevel Require { get; init; } = EvidenceLevel.L3;

    public bool DryRun { get; init; }

    public TimeSpan? ShortenedWatch { get; init; }

    public string Dut { get; init; } = "board-1";

    public bool Simulated { get; init; } = true;

    public bool ConfirmChip { get; init; }

    /// <summary>Changes what the bench expects of its board.</summary>
    public Func<DutProfile, DutProfile> Describe { get; init; } = profile => profile;

    /// <summary>Whether the profile lets the bench press return at a login prompt.</summary>
    public bool ProbesLogin { get; init; }

    /// <summary>Sets faults before the job begins.</summary>
    public Action<VirtualBench> Arrange { get; init; } = _ => { };

    /// <summary>Puts the bench into a state that takes time, before the job begins.</summary>
    public Func<VirtualBench, TimeProvider, Task> Prepare { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Replaces parts of the bench.</summary>
    public Func<BenchParts, TimeProvider, BenchParts> Equip { get; init; } = (parts, _) => parts;

    /// <summary>Clocks of the host that are not those of the world; null for good ones.</summary>
    public Func<VirtualTime, TroubledClock>? HostClock { get; init; }

    public Action<JournalMoment, string>? Probe { get; init; }

    /// <summary>Called with every job event, with the bench and a way to press Ctrl-C.</summary>
    public Action<JobEvent, VirtualBench, Action> Watch { get; init; } = (_, _, _) => { };

    public string Directory { get; private set; } = "";

    public string Folder => _folder.Path;

    public byte[] FlashBefore { get; private set; } = [];

    public byte[] FlashAfter { get; private set; } = [];

    /// <summary>Whether the job said that the chip is half-written, also after an exception.</summary>
    public bool HalfWritten { get; private set; }

    public IReadOnlyList<string> Deviations =>
        [.. Records.Select(record => record.Data).OfType<JournalData.Deviation>().Select(deviation => deviation.Text)];

    public int Contentions { get; private set; }

    public List<JobEvent> Events { get; } = [];

    public StationKey Key { get; private set; } = null!;

    public string KeysFolder => _folder.At("keys");

    public BenchState State => new(_folder.At("state"));

    public Vault Vault => new(_folder.At("vault"));

    public IReadOnlyList<JournalRecord> Records =>
        JournalReader.ReadPrefix(File.ReadAllBytes(Path.Combine(Directory, JournalWriter.FileName)), out _, out _);

    /// <summary>Runs the job.</summary>
    /// <returns>The exit code of the process, and the result.</returns>
    public (int ExitCode, JobResult Result) Run()
    {
        byte[] image = Image ?? ImageGenerator.Create(Kind, Kind == "me11" ? 16u << 20 : 8u << 20);
        SpiNorChip chip = SpiNorChips.All.First(row => row.SizeBytes == image.Length);
        var time = new VirtualTime();
        Key = StationKey.LoadOrCreate(KeysFolder);
        Directory = JobFolders.Create(_folder.At("evidence"), "FBJ-TEST");
        var options = new VirtualBenchOptions(Kind, _folder.At("bench.flash"), chip, 7)
        {
            Agent = Agent,
            HiddenUnderHap = HiddenUnderHap,
            Programmer = Programmer,
        };
        FlashBefore = image;
        using var stop = new CancellationTokenSource();
        JobResult result = time.Run(async cancel =>
        {
            await using VirtualBench bench = VirtualBench.Create(options, image, time);
            Arrange(bench);
            await Prepare(bench, time);
            var parts = new BenchParts(
                async open => await OpenAsync(await bench.OpenProgrammerAsync(open), time, open),
                new RelayPower(bench.PowerRelay), bench.Sensor, bench.Console);
            var clock = new BenchClock(time, new VirtualBootClock(time, TimeSpan.FromDays(1)), "boot");
            if (HostClock?.Invoke(time) is { } host)
            {
                clock = new BenchClock(host, host, "boot");
                parts = parts with { Console = new RetimedConsole(parts.Console, host) };
            }

            var job = new CertifyJob(Equip(parts, time), Options(), new JobFolders(Directory, Vault, State, Key), clock)
            {
                JournalProbe = Probe,
                Listener = happened =>
                {
                    Events.Add(happened);
                    Watch(happened, bench, stop.Cancel);
                },
            };
            try
            {
                return await job.RunAsync(cancel);
            }
            finally
            {
                HalfWritten = job.ChipHalfWritten;
                FlashAfter = bench.Chip.Cells.ToArray();
                Contentions = bench.Chip.ContentionCount;
            }
        }, stop.Token);
        return (JobExit.CodeOf(result, DryRun), result);
    }

    public VerifiedRecord Verify() => new EvidenceVerifier(Directory, TrustedStations.Load(KeysFolder)).Verify();

    public void Dispose()
    {
        Key?.Dispose();
        _folder.Dispose();
    }

    private async Task<ISpiBus> OpenAsync(IUsbDevice usb, TimeProvider time, CancellationToken cancel) =>
        Programmer == VirtualProgrammer.Ft2232h
            ? await FtdiProgrammer.OpenAsync(usb, new FtdiOptions(), time, cancel)
            : await Ch341aProgrammer.OpenAsync(usb, time, cancel);

    private CertifyOptions Options()
    {
        DutProfile profile = Describe(DutProfiles.Load($"virtual-{Kind}"));
        var random = new Random(7);
        return new CertifyOptions
        {
            Job = "FBJ-TEST",
            Bench = Kind,
            Profile = profile with { Console = profile.Console with { ProbesLogin = ProbesLogin } },
            Dut = Dut,
            BindDut = true,
            ConfirmChip = ConfirmChip,
            Operator = "tester",
            Host = "host",
            Software = "flashbench test",
            Require = Require,
            Control = Control,
            DryRun = DryRun,
            ShortenedWatch = ShortenedWatch,
            Keys = Simulated ? KeyRing.Intel.With(TestKeyName, TestKey.FingerprintSha256) : KeyRing.Intel,
            TestKeyName = TestKeyName,
            Simulated = Simulated,
            DrawNonce = () => random.Next(1, int.MaxValue)
                .ToString("x8", System.Globalization.CultureInfo.InvariantCulture),
        };
    }
}
