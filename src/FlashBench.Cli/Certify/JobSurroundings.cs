using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Fleet;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Power;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Diagnostics;
using FlashBench.Cli.Progress;
using FlashBench.Firmware.Formats;
using FlashBench.Simulation.Images;
using FlashBench.Simulation.State;
using Serilog;

namespace FlashBench.Cli.Certify;

/// <summary>What every verb that runs a job has around it: configuration, folders, display, diagnostic log, and the
/// exit code of a job that ends without a record.</summary>
internal sealed class JobSurroundings
{
    private const string TestKeyName = "FlashBench test key";

    private readonly ParseResult _parse;
    private readonly CrashPoint? _crash;

    /// <summary>Reads the configuration.</summary>
    /// <exception cref="ConfigException">It cannot be used.</exception>
    public JobSurroundings(ParseResult parse)
    {
        _parse = parse;
        _crash = CrashPoint.FromEnvironment();
        Config = ConfigSource.Load(parse);
        Paths = ConfigSource.Paths(Config);
        MayAsk = GlobalOptions.MayAsk(parse);
    }

    // The same process, so the same crash point and terminal.
    private JobSurroundings(JobSurroundings around, BenchConfig config, BenchPaths paths)
    {
        (_parse, _crash, MayAsk) = (around._parse, around._crash, false);
        (Config, Paths) = (config, paths);
    }

    /// <summary>The same for a job on a virtual bench that is not in the configuration and shares nothing.</summary>
    /// <param name="bench">The bench.</param>
    /// <param name="state">State folder of this bench alone.</param>
    public JobSurroundings OnBenchOfItsOwn(BenchEntry bench, string state) => new(
        this,
        Config with
        {
            Benches = [bench],
        },
        Paths with
        {
            State = state,
            Vault = Path.Combine(state, "vault"), // a simulated board has no data that must outlive its job
        });

    /// <summary>The host's configuration.</summary>
    public BenchConfig Config { get; }

    /// <summary>Where things are kept.</summary>
    public BenchPaths Paths { get; }

    /// <summary>True if a person can be asked.</summary>
    public bool MayAsk { get; }

    /// <summary>What jobs wait for before their phases; null where nothing is shared.</summary>
    public SharedLocks? Locks { get; private set; }

    /// <summary>What keeps boards on one supply from starting in the same moment; null where nothing is shared.
    /// </summary>
    public SupplyGroups? Supplies { get; private set; }

    /// <summary>Lets the jobs of this process, all on one clock, wait for what their benches share; in real time they
    /// wait for those of the host's other processes too.</summary>
    /// <param name="time">Their clock.</param>
    public void Share(TimeProvider time)
    {
        bool withOthers = time == TimeProvider.System;
        Locks = SharedLocks.Of(
            Config, withOthers ? new SlotFiles(SlotFiles.FolderOf(Paths.State), time) : null);
        Supplies = new SupplyGroups(
            Config.PowerGroups, withOthers ? Path.Combine(Paths.State, "groups") : null, time);
    }

    /// <summary>The same for the only job of this process, which on a clock of its own shares nothing.</summary>
    /// <param name="time">Its clock.</param>
    public void ShareOnHost(TimeProvider time)
    {
        if (time == TimeProvider.System)
            Share(time);
    }

    /// <summary>Runs a verb, and gives what keeps its job from beginning an exit code.</summary>
    public static T Enter<T>(Func<T> verb)
    {
        try
        {
            return verb();
        }
        catch (StationKeyException e)
        {
            throw new CommandFailure(ExitCodes.Permission, e.Message);
        }
        catch (BenchStateException e)
        {
            throw new CommandFailure(e.InUse ? ExitCodes.Unavailable : ExitCodes.BenchError, e.Message);
        }
    }

    /// <summary>Runs a job's course with the diagnostic log open.</summary>
    /// <param name="bench">The bench that it is on.</param>
    /// <param name="halfWritten">Asked when it ended without a record: whether the chip is half-written.</param>
    /// <param name="course">Gets how things are shown, and the log.</param>
    /// <exception cref="CommandFailure">The job ended without a record.</exception>
    public T Run<T>(BenchEntry bench, Func<bool> halfWritten, Func<DisplaySettings, ILogger, T> course)
    {
        using DiagnosticLog diagnostics = DiagnosticLog.Create(Paths.Log);
        var settings = DisplaySettings.From(_parse);
        if (bench.Relays?.HasOperator == true)
            settings = settings with { Terminal = false }; // bars would wipe the instructions away
        if (diagnostics.Warning is { } warning)
            settings.Error.WriteLine($"flashbench: {warning}.");
        try
        {
            return course(settings, diagnostics.Log);
        }
        catch (Exception fault) when (JobExit.OfEscape(fault, halfWritten()) is { } failure)
        {
            diagnostics.Log.Error(fault, "The job ended without a record, exit {Code}", failure.ExitCode);
            throw failure;
        }
    }

    /// <summary>Lets the armed crash point count what is kept on disk from now on; before anything is.</summary>
    public void ArmCrash() => DiskFaults.Arm(_crash?.Disk);

    /// <summary>The reserve of the disk, for the evidence folder of a job directory.</summary>
    public DiskReserve Reserve(string directory) => FreeSpace.Claim(Config, Path.GetDirectoryName(directory)!);

    /// <summary>The keys that may have signed firmware: the test key only on a simulated bench (rule I7).</summary>
    public static KeyRing KeysOf(bool simulated) => simulated
        ? KeyRing.Intel.With(TestKeyName, TestKey.FingerprintSha256)
        : KeyRing.Intel;

    /// <summary>The test key's name among <see cref="KeysOf"/>; null if it is not.</summary>
    public static string? TestKeyOf(bool simulated) => simulated ? TestKeyName : null;

    /// <summary>The job, which tells what happens, listens to the second Ctrl-C, and can be killed.</summary>
    /// <param name="bench">The open bench.</param>
    /// <param name="options">What to do.</param>
    /// <param name="folders">Where to keep things.</param>
    /// <param name="clock">The bench's clocks.</param>
    /// <param name="listener">Told what happens.</param>
    public CertifyJob JobOn(
        OpenedBench bench, CertifyOptions options, JobFolders folders, BenchClock clock, Action<JobEvent> listener)
    {
        CrashPoint? crash = _crash ?? CrashPoint.Of(bench.Faults);
        BenchEntry entry = Config.Benches.First(entry => entry.Id == options.Bench);
        BenchParts parts = bench.Parts;
        if (Supplies?.Of(entry) is { } supply)
        {
            parts = parts with
            {
                Controls = parts.Controls with
                {
                    Group = supply,
                },
            };
        }

        return new CertifyJob(parts, options, folders, clock)
        {
            Listener = listener,
            JournalProbe = crash is null ? null : crash.At,
            Now = StopSignals.NowOf(_parse),
            Gate = Locks is null ? null : PhaseGate.Of(Locks, entry),
        };
    }
}
