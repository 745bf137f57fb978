using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Power;
using FlashBench.Cli.Flash;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Power.Lines;

namespace FlashBench.Cli.Benches;

/// <summary>A bench of real parts on this host.</summary>
/// <param name="bench">The bench.</param>
/// <param name="paths">Folders of the host.</param>
/// <param name="groups">Supplies that several boards share.</param>
/// <param name="wishes">What the verb wants.</param>
internal sealed class WiredWorld(
    BenchEntry bench, BenchPaths paths, IReadOnlyList<PowerGroupEntry> groups, WorldWishes wishes)
    : HostWorld(wishes.JobId)
{
    /// <inheritdoc/>
    public override bool IsSimulated => false;

    /// <inheritdoc/>
    public override BenchState State { get; } = new(paths.State);

    /// <inheritdoc/>
    public override async Task<OpenedBench> OpenAsync(BenchOpening opening, CancellationToken cancel)
    {
        if (opening.Fresh || opening.Image is not null)
            throw new UsageException($"bench {bench.Id} has a real chip: it holds what it holds");
        RelaysEntry relays = bench.Relays ?? throw new CommandFailure(
            ExitCodes.Configuration, $"bench {bench.Id} has no relays: add them to the configuration; an operator can "
            + "be one (kind \"operator\")");
        if (opening.NeedsConsole && bench.Console is null)
        {
            throw new CommandFailure(
                ExitCodes.Configuration, $"bench {bench.Id} has no console: nothing would show that its board lives");
        }

        var owned = new OwnedParts();
        bool opened = false;
        try
        {
            if (!opening.Held)
                owned.Add(BenchLock.Take(paths.State, bench.Id, opening.Work));
            if (bench.Programmer is { } programmer && ProgrammerDoor.PlaceOf(programmer, Time) is { } place)
                owned.Add(BenchLock.TakeProgrammer(paths.State, place, opening.Work));
            IConsolePort console = opening.NeedsConsole
                ? WiredConsole.OpenShared(bench.Id, bench.Console!, paths, owned, opening.Note)
                : new AbsentConsole();
            BenchParts parts = await OpenPartsAsync(relays, console, owned, cancel);
            opened = true;
            return new OpenedBench(parts, owned);
        }
        finally
        {
            if (!opened)
                await owned.DisposeAsync();
        }
    }

    private async Task<BenchParts> OpenPartsAsync(
        RelaysEntry relays, IConsolePort console, OwnedParts owned, CancellationToken cancel)
    {
        ProgrammerDoor door = owned.Add(new ProgrammerDoor(Time));
        var lines = new WiredLines(paths, Person(), Time, owned);
        IOutputLine power = await lines.OpenAsync(relays.Power.Line, cancel);
        var controls = new BoardControls
        {
            Button = relays.Button is { } button
                ? new PushButton(await lines.OpenAsync(button.Line, cancel), button.Press, Time)
                : null,
            ForceOff = relays.Button?.ForceOff ?? TimeSpan.Zero,
            ButtonStartsBoard = relays.Button is { StartsBoard: true },
            Reset = relays.Reset is { } reset
                ? new PushButton(await lines.OpenAsync(reset.Line, cancel), reset.Press, Time)
                : null,
            Spi = relays.Spi is { } spi ? await lines.OpenAsync(spi, cancel) : null,
            MinOff = relays.Power.MinOff,
            Group = relays.Power.Group is { } group ? GroupOf(group) : null,
        };
        return new BenchParts(
            stop => door.OpenAsync(bench.Programmer!, stop), new RelayPower(power), lines.OpenSensor(bench.PowerSensor),
            console)
        {
            Controls = controls,
            Calibration = bench.PowerSensor is { } sensor ? new SensorCalibration(sensor.CalibratedUntil) : null,
        };
    }

    private IOperator Person() => wishes.MayAsk
        ? new TerminalOperator(Console.In, Console.Error)
        : new AbsentOperator("--non-interactive was given, or there is no terminal");

    private SupplyGroup GroupOf(string id)
    {
        string folder = Path.Combine(paths.State, "groups");
        Directory.CreateDirectory(folder);
        return new SupplyGroup(
            Path.Combine(folder, id + ".lock"), id, groups.First(group => group.Id == id).Stagger, Time);
    }
}
