using System.Diagnostics;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Power;
using FlashBench.Cli.Certify;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;
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
    private TroubledClock? _host;
    private KillPoint? _kill;
    private VirtualTime? _time;
    private long _stopped;
    private int _lives;
    private bool _baselineDone;

    /// <summary>"me8", "me10" or "me11": board profile and generated image.</summary>
    public string Kind { get; init; } = "me8";

    public VirtualProgrammer Programmer { get; init; } = VirtualProgrammer.Ch341a;

    public byte[]? Image { get; init; }

    /// <summary>The image of which the board gets something.</summary>
    public ImageToTake? Takes { get; init; }

    public string Job { get; init; } = "FBJ-TEST";

    /// <summary>The bench's name; null for its kind.</summary>
    public string? BenchId { get; init; }

    /// <summary>The chip; null for the first of the table with the image's size.</summary>
    public SpiNorChip? Chip { get; init; }

    public bool Agent { get; init; } = true;

    public bool HiddenUnderHap { get; init; }

    public NegativeControl? Control { get; init; }

    public EvidenceLevel Require { get; init; } = EvidenceLevel.L3;

    public bool DryRun { get; init; }

    public string Policy { get; init; } = NeutralizationPolicy.Purism;

    public TimeSpan? ShortenedWatch { get; init; }

    public TimeSpan? BaselineMinimum { get; init; }

    /// <summary>The commissioning record that the job cites, given its profile.</summary>
    public Func<DutProfile, JournalData.Commissioning?> Commissioned { get; init; } = _ => null;

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

    public Action<JournalMoment, string>? Probe { get; set; }

    /// <summary>What its phases wait for; null for a bench that shares nothing.</summary>
    public PhaseGate? Gate { get; init; }

    /// <summary>The second Ctrl-C.</summary>
    public CancellationToken Now { get; init; }

    /// <summary>Called with every job event, with the bench and a way to press Ctrl-C.</summary>
    public Action<JobEvent, VirtualBench, Action> Watch { get; init; } = (_, _, _) => { };

    public string Directory { get; set; } = "";

    public string Folder => _folder.At($"life-{_lives}");

    /// <summary>Seed of the bench, and with it the chip's unique id.</summary>
    public Func<int> Seed { get; init; } = () => 7;

    /// <summary>True to put another chip of the same type, with the same content, onto the bench.</summary>
    public bool Swapped { get; set; }

    /// <summary>The bench whose memory this one shares.</summary>
    public JobBench? StateOf { get; init; }

    /// <summary>How long nobody looks after the job before it goes on, by the calendar.</summary>
    public TimeSpan Away { get; set; }

    /// <summary>True if the board was left without power and the programmer let go.</summary>
    public bool IsSafe { get; private set; }

    /// <summary>Bench time from <see cref="StoppedAt"/> to the end of the job.</summary>
    public double SecondsSinceStop { get; private set; }

    /// <summary>Told to the clock of a job that goes on; "boot" is that of the first run.</summary>
    public string BootId { get; set; } = "boot";

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

    public BenchState State => StateOf?.State ?? new(Path.Combine(Folder, "state"));

    public Vault Vault => new(Path.Combine(Folder, "vault"));

    public IReadOnlyList<JournalRecord> Records =>
        JournalReader.ReadPrefix(File.ReadAllBytes(Path.Combine(Directory, JournalWriter.FileName)), out _, out _);

    /// <summary>Runs the job.</summary>
    /// <returns>The exit code of the process, and the result.</returns>
    public (int ExitCode, JobResult Result) Run()
    {
        FlashBefore = Image ?? ImageGenerator.Create(Kind, Kind == "me11" ? 16u << 20 : 8u << 20);
        Key = StationKey.LoadOrCreate(KeysFolder);
        Directory = JobFolders.Create(Path.Combine(Folder, "evidence"), "FBJ-TEST");
        var time = new VirtualTime();
        _host = HostClock?.Invoke(time);
        BenchClock clock = _host is { } host ? new BenchClock(host, host, "boot")
            : new BenchClock(time, new VirtualBootClock(time, TimeSpan.FromDays(1)), "boot");
        return Run(
            time, clock, Options(), options => VirtualBench.Create(Knowing(options), FlashBefore, time),
            (job, cancel) => job.RunAsync(cancel));
    }

    /// <summary>Goes on with the job after <see cref="RunUntilKilled"/>, in what is a new process.</summary>
    public (int ExitCode, JobResult Result) Resume()
    {
        InterruptedJob interrupted = InterruptedJob.Read(Directory);
        _baselineDone = interrupted.IsBaselineWatched;
        JournalTime last = interrupted.Last;
        var time = new VirtualTime(last.Utc + Away);
        BenchClock clock = interrupted.Clock(
            time, new VirtualBootClock(time, TimeSpan.FromMicroseconds(last.BootUs)), BootId);
        CertifyOptions asked = Options();
        CertifyOptions options = interrupted.Options(asked.Profile, asked.Keys, TestKeyName, asked.DrawNonce);
        return Run(
            time, clock, options, state => VirtualBench.Open(state, time),
            (job, cancel) => job.ResumeAsync(interrupted, cancel));
    }

    /// <summary>Puts a backup back, in what is a new process.</summary>
    public (int ExitCode, JobResult Result) Restore(BackupToRestore backup, string job = "FBJ-RESTORE")
    {
        Directory = JobFolders.Create(Path.Combine(Folder, "evidence"), "FBJ-RESTORE");
        var time = new VirtualTime();
        var clock = new BenchClock(time, new VirtualBootClock(time, TimeSpan.FromDays(1)), "boot");
        CertifyOptions options = Options() with
        {
            Job = job,
            BindDut = false,
        };
        return Run(
            time, clock, options, state => VirtualBench.Open(state, time),
            (job, cancel) => job.RestoreAsync(backup, cancel));
    }

    /// <summary>Notes the moment from which <see cref="SecondsSinceStop"/> counts.</summary>
    public void StoppedAt() => _stopped = _time!.GetTimestamp();

    /// <summary>Runs the job, or goes on with it, until it is killed at one moment of one journal append.</summary>
    /// <param name="type">Record type.</param>
    /// <param name="occurrence">Which one of this type in this run, from 1.</param>
    /// <param name="moment">The moment.</param>
    /// <returns>False if the job ended before.</returns>
    public bool RunUntilKilled(string type, int occurrence, JournalMoment moment)
    {
        _kill = new KillPoint(this, type, occurrence, moment);
        try
        {
            if (Directory.Length == 0)
                Run();
            else
                Resume();
            return false;
        }
        catch (KilledException)
        {
            _lives++;
            Directory = Path.Combine(Folder, "evidence", "FBJ-TEST");
            return true;
        }
        finally
        {
            _kill = null;
        }
    }

    private (int ExitCode, JobResult Result) Run(
        VirtualTime time, BenchClock clock, CertifyOptions options, Func<VirtualBenchOptions, VirtualBench> open,
        Func<CertifyJob, CancellationToken, Task<JobResult>> run)
    {
        _time = time;
        SpiNorChip chip = Chip ?? SpiNorChips.All.First(row => row.SizeBytes == FlashBefore.Length);
        var state = new VirtualBenchOptions(Kind, Path.Combine(Folder, "bench.flash"), chip, Swapped ? 8 : Seed())
        {
            Agent = Agent,
            HiddenUnderHap = HiddenUnderHap,
            Programmer = Programmer,
        };
        using var stop = new CancellationTokenSource();
        JobResult result = time.Run(async cancel =>
        {
            await using VirtualBench bench = open(state);
            ControlFaults.Arrange(Control, bench.Faults, _baselineDone);
            Arrange(bench);
            await Prepare(bench, time);
            var parts = new BenchParts(
                async opening => await OpenAsync(await bench.OpenProgrammerAsync(opening), time, opening),
                new RelayPower(bench.PowerRelay), bench.Sensor, bench.Console);
            if (_host is { } host)
            {
                parts = parts with
                {
                    Console = new RetimedConsole(parts.Console, host)
                };
            }

            var job = new CertifyJob(Equip(parts, time), options, Folders(), clock)
            {
                JournalProbe = (moment, type) =>
                {
                    Probe?.Invoke(moment, type);
                    _kill?.At(moment, type);
                },
                Gate = Gate,
                Now = Now,
                Listener = happened =>
                {
                    Events.Add(happened);
                    Watch(happened, bench, stop.Cancel);
                },
            };
            try
            {
                return await run(job, cancel);
            }
            finally
            {
                HalfWritten = job.ChipHalfWritten;
                IsSafe = await bench.PowerRelay.ReadAsync(CancellationToken.None) == false
                    && !bench.Programmer.IsAttached;
                SecondsSinceStop = time.GetElapsedTime(_stopped).TotalSeconds;
                FlashAfter = bench.Chip.Cells.ToArray();
                Contentions = bench.Chip.ContentionCount;
            }
        }, stop.Token);
        return (JobExit.CodeOf(result, DryRun), result);
    }

    // A job that goes on finds what the board knows in the bench's file.
    private VirtualBenchOptions Knowing(VirtualBenchOptions options) => options with
    {
        Published = Takes is null ? [] : [Takes.File],
    };

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

    private JobFolders Folders()
    {
        var reserve = new DiskReserve(Path.Combine(Folder, "evidence", DiskReserve.FileName));
        reserve.Take();
        return new JobFolders(Directory, Vault, State, Key)
        {
            Reserve = reserve,
        };
    }

    private CertifyOptions Options()
    {
        DutProfile profile = Describe(DutProfiles.Load($"virtual-{Kind}"));
        var random = new Random(7);
        return new CertifyOptions
        {
            Job = Job,
            Policy = Policy,
            Bench = BenchId ?? Kind,
            Profile = profile with { Console = profile.Console with { ProbesLogin = ProbesLogin } },
            Dut = Dut,
            BindDut = true,
            ConfirmChip = ConfirmChip,
            Operator = "tester",
            Host = "host",
            Software = "flashbench test",
            Require = Require,
            Control = Control,
            Image = Takes,
            DryRun = DryRun,
            ShortenedWatch = ShortenedWatch,
            BaselineMinimum = BaselineMinimum,
            Commissioning = Commissioned(profile),
            Keys = Simulated ? KeyRing.Intel.With(TestKeyName, TestKey.FingerprintSha256) : KeyRing.Intel,
            TestKeyName = TestKeyName,
            Simulated = Simulated,
            DrawNonce = () => random.Next(1, int.MaxValue)
                .ToString("x8", System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    // A killed process runs no handler: what is on disk at this moment is all that the next one finds.
    private sealed class KillPoint(JobBench bench, string type, int occurrence, JournalMoment moment)
    {
        private int _left = occurrence;

        public void At(JournalMoment now, string written)
        {
            if (now != moment || written != type || --_left != 0)
                return;
            // Another process, since the chip's file is locked against this one's reads too.
            using Process copy = Process.Start(
                "cp", ["-r", bench.Folder, bench._folder.At($"life-{bench._lives + 1}")]);
            copy.WaitForExit();
            throw new KilledException();
        }
    }

    private sealed class KilledException : Exception;
}
