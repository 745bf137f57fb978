using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Power;
using FlashBench.Cli.Certify;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Power;
using FlashBench.Simulation;
using FlashBench.Simulation.Qemu;

namespace FlashBench.Cli.Benches;

/// <summary>A bench whose board is QEMU.</summary>
internal sealed class QemuWorld(BenchEntry bench, BenchPaths paths, string? jobId) : HostWorld(jobId)
{
    // Nothing on the way to the chip is real, so it need not take a programmer's real minutes.
    private const int FlashPace = 50;
    private static readonly TimeSpan ResetPress = TimeSpan.FromMilliseconds(200);

    private readonly QemuBenchEntry _parts =
        bench.Qemu ?? throw new ArgumentException("the bench is no QEMU bench", nameof(bench));

    /// <inheritdoc/>
    public override bool IsSimulated => true;

    /// <inheritdoc/>
    public override BenchState State { get; } = VirtualStore.StateOf(paths, bench.Id);

    /// <inheritdoc/>
    public override async Task<OpenedBench> OpenAsync(BenchOpening opening, CancellationToken cancel)
    {
        string path = VirtualStore.FlashOf(paths, bench.Id);
        QemuBenchOptions options = Options(path);
        BenchLock? mine = opening.Held ? null : BenchLock.Take(paths.State, bench.Id, opening.Work);
        bool done = false;
        try
        {
            QemuBench opened = opening.Fresh || opening.Image is not null || !File.Exists(path)
                ? await CreateAsync(options, opening.Image)
                : await QemuBench.OpenAsync(options, Time);
            done = true;
            return mine is null ? new OpenedBench(Parts(opened), opened) : new OpenedBench(Parts(opened), opened, mine);
        }
        finally
        {
            if (!done && mine is not null)
                await mine.DisposeAsync();
        }
    }

    private async Task<QemuBench> CreateAsync(QemuBenchOptions options, byte[]? image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(options.StatePath)!);
        QemuBench created = await QemuBench.CreateAsync(
            options,
            image ?? QemuImage.Compose(
                _parts.Image, options.Chip.SizeBytes, await File.ReadAllBytesAsync(options.Files.Firmware)),
            Time);
        State.ClearDirty(bench.Id);
        State.Chips.Clear();
        return created;
    }

    private BenchParts Parts(QemuBench opened) => new(
        async cancel => await VirtualWorld.OpenProgrammerAsync(
            await opened.OpenProgrammerAsync(cancel), opened.FlashTime, cancel),
        new RelayPower(opened.PowerRelay), opened.Sensor, opened.Console)
    {
        Controls = new BoardControls { Reset = new PushButton(opened.ResetLine, ResetPress, Time) },
    };

    private QemuBenchOptions Options(string path)
    {
        string? folder = Environment.GetEnvironmentVariable(QemuBoardFiles.Variable);
        string? missing = QemuBoardFiles.Find(
            folder, Environment.GetEnvironmentVariable("PATH"), out QemuBoardFiles files);
        if (missing is not null)
            throw new CommandFailure(ExitCodes.Unavailable, $"bench {bench.Id} cannot run: {missing}");
        bool linux = _parts.System == "linux";
        if (linux && files.System is null)
        {
            throw new CommandFailure(
                ExitCodes.Unavailable, $"bench {bench.Id} cannot run: its Linux system is not there; "
                + $"scripts/qemu-board makes it, and {QemuBoardFiles.Variable} names the folder");
        }

        SpiNorChip chip = SpiNorChips.ByName(_parts.Chip)
            ?? throw new ConfigException(BenchConfigFile.DefaultName, $"bench {bench.Id} names an unknown chip");
        return new QemuBenchOptions(bench.Id, path, chip, _parts.Seed, files)
        {
            System = linux ? QemuSystem.Linux : QemuSystem.UBoot,
            Programmer = _parts.Programmer == "ft2232h" ? VirtualProgrammer.Ft2232h : VirtualProgrammer.Ch341a,
            FlashPace = FlashPace,
        };
    }
}
