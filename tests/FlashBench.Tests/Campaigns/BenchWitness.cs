using FlashBench.Hardware;
using FlashBench.Hardware.Power;
using FlashBench.Simulation;
using FlashBench.Simulation.Board;
using FlashBench.Simulation.State;

namespace FlashBench.Tests.Campaigns;

/// <summary>Watches the models of one bench, not the job, and writes down what breaks an invariant as it happens.
/// </summary>
/// <remarks>Stops watching at <see cref="Close"/>: what a killed process does afterwards does not exist.</remarks>
internal sealed class BenchWitness
{
    private readonly VirtualBench _bench;
    private readonly CampaignCase _case;
    private readonly CampaignProcess _process;
    private readonly TimeProvider _time;
    private readonly List<string> _broken = [];
    private readonly HashSet<string> _synced = new(StringComparer.Ordinal);
    private bool _closed;

    public BenchWitness(VirtualBench bench, CampaignCase @case, CampaignProcess process, TimeProvider time)
    {
        (_bench, _case, _process, _time) = (bench, @case, process, time);
        if (process.Earlier is [.., var last])
        {
            ControlVerified = process.Task == ProcessTask.Resume && last.Witness.ControlVerified;
            Original = last.Witness.Original;
            _synced.UnionWith(last.Witness._synced.Select(
                path => Path.Combine(Folders.Root, Path.GetRelativePath(last.Folders.Root, path))));
        }

        bench.Chip.Changing = OnChange;
    }

    /// <summary>Sentences that begin with the invariant's name.</summary>
    public IReadOnlyList<string> Broken => _broken;

    /// <summary>Commands to the relay.</summary>
    public List<bool> Relay { get; } = [];

    /// <summary>When the relay was commanded last, since the process began.</summary>
    public TimeSpan LastRelayAt { get; private set; }

    /// <summary>Boots before the last change of the chip.</summary>
    public int BootsBeforeChange { get; private set; }

    /// <summary>Times that the bus was driven.</summary>
    public long Batches { get; private set; }

    /// <summary>Whether a negative control's image lies on the chip and was verified, so that its board may boot
    /// although it is marked.</summary>
    public bool ControlVerified { get; set; }

    /// <summary>Changes of the chip until the process ended or was killed.</summary>
    public long ChangesAtClose { get; private set; }

    /// <summary>The boots until then, and when that was.</summary>
    public IReadOnlyList<BoardBoot> BootsAtClose { get; private set; } = [];

    /// <inheritdoc cref="BootsAtClose"/>
    public TimeSpan ClosedAt { get; private set; }

    /// <summary>What the chip held before this job, or an earlier process of it, changed it first; null until then.
    /// </summary>
    public byte[]? Original { get; private set; }

    /// <summary>The job directory, once there is one.</summary>
    public string Directory { get; set; } = "";

    private CampaignFolders Folders => _process.Folders;

    public void Close()
    {
        (_closed, ChangesAtClose) = (true, _bench.Chip.Changes);
        (BootsAtClose, ClosedAt) = ([.. _bench.History], _time.GetElapsedTime(0));
    }

    public void OnSynced(string path) => _synced.Add(Path.GetFullPath(path));

    public ISpiBus Watch(ISpiBus bus, Action? onBatch = null) => new WatchedBus(bus, this, onBatch);

    public IOutputLine Watch(IOutputLine relay) => new WatchedRelay(relay, this);

    // The first instruction that changes the chip, and every other: rule I1 and the mark of rule I4.
    private void OnChange(SpiNorOperation operation)
    {
        if (_closed)
            return;
        BootsBeforeChange = _bench.History.Count;
        if (_bench.BoardHasPower)
            Break("I2", "the chip is changed while the board has power");
        if (Folders.State.DirtyJob(CampaignJob.Bench) is null)
            Break("I4", $"the chip is changed at 0x{operation.Address:X6} and the bench is not marked");
        if (_bench.Chip.Changes > 0)
            return;
        Original ??= _bench.Chip.Cells.ToArray();
        var disk = new BackedUpDisk(Folders.VaultFolder, Directory, _synced, _process.Task);
        if (BackupInvariant.Fault(Original, disk, _case) is { } fault)
            Break("I1", fault);
    }

    private void OnBatch()
    {
        Batches++;
        if (!_closed && _bench.BoardHasPower && !SensorLies() && !RelayIsHidden())
            Break("I2", "the programmer drives the bus while the board has power");
    }

    private void OnRelay(bool active)
    {
        if (_closed)
            return;
        Relay.Add(active);
        LastRelayAt = _time.GetElapsedTime(0);
        if (active && _bench.Programmer.DrivesBus)
            Break("I2", "the relay closes while the programmer drives the bus");
        if (active && Folders.State.DirtyJob(CampaignJob.Bench) is not null && !ControlVerified)
            Break("I4", "a board that is marked half-written is switched on");
    }

    // Without a supply no sensor sees that a relay does not open. Once the supply is back the bench must see it before
    // the board's own masters come to the bus.
    private bool RelayIsHidden() =>
        _case.Plan.Find("dut.losesSupply") is not null && _case.Plan.Find("relay.stuckOn") is not null;

    // A sensor that is stuck or out of its mind by two faults at once can hide a relay that does not open.
    private bool SensorLies() => _case.Plan.Faults.Any(fault =>
        fault.Kind.Name is "sensor.frozen" || (fault.Kind.Name == "sensor.offset" && fault["millivolts"] <= -3000));

    private void Break(string invariant, string fault)
    {
        string line = $"{invariant}: {fault}";
        if (!_broken.Contains(line))
            _broken.Add(line);
    }

    private sealed class WatchedBus(ISpiBus bus, BenchWitness witness, Action? onBatch) : ISpiBus
    {
        public PartIdentity Identity => bus.Identity;

        public int FrequencyHz => bus.FrequencyHz;

        public SpiClock Clock => bus.Clock;

        public IReadOnlyList<SpiClock> Clocks => bus.Clocks;

        public int CommandBytesMax => bus.CommandBytesMax;

        public int ResponseBytesMax => bus.ResponseBytesMax;

        public ValueTask SetClockAsync(SpiClock clock, CancellationToken cancel) => bus.SetClockAsync(clock, cancel);

        public ValueTask ExecuteAsync(IReadOnlyList<SpiTransaction> batch, CancellationToken cancel)
        {
            witness.OnBatch();
            onBatch?.Invoke();
            return bus.ExecuteAsync(batch, cancel);
        }

        public ValueTask DisposeAsync() => bus.DisposeAsync();
    }

    private sealed class WatchedRelay(IOutputLine relay, BenchWitness witness) : IOutputLine
    {
        public PartIdentity Identity => relay.Identity;

        public ValueTask<bool?> ReadAsync(CancellationToken cancel) => relay.ReadAsync(cancel);

        public ValueTask DriveAsync(bool active, CancellationToken cancel)
        {
            witness.OnRelay(active);
            return relay.DriveAsync(active, cancel);
        }
    }
}
