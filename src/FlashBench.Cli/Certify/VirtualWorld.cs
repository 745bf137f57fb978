using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Power;
using FlashBench.Cli.Benches;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Programmers;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation;
using FlashBench.Simulation.Faults;
using FlashBench.Simulation.Images;
using FlashBench.Simulation.Served;
using FlashBench.Simulation.State;

namespace FlashBench.Cli.Certify;

/// <summary>Clock, names and parts of a virtual bench. In virtual time all of it comes from the seed.</summary>
internal sealed class VirtualWorld : BenchWorld
{
    private const int HostUptimeDays = 1;
    private const uint SmallestOrdinary = 4 << 20; // bytes; no maker chooses less, but a job there is short
    private static readonly DateTimeOffset FirstDay = new(2026, 1, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly BenchEntry _bench;
    private readonly VirtualBenchEntry _parts;
    private readonly Random _random;
    private readonly VirtualTime? _virtual;
    private readonly ServedJob? _overUsb;
    private readonly bool _realTime;
    private readonly BenchPaths _paths;
    private readonly int? _usbPort;
    private readonly TimeSpan _uptime;
    private VirtualBootClock? _bootClock;
    private ReadOnlyMemory<byte>[] _published = [];

    public VirtualWorld(BenchEntry bench, BenchPaths paths, WorldWishes wishes)
    {
        _parts = bench.Virtual ?? throw new ArgumentException("the bench is not virtual", nameof(bench));
        Seed = wishes.Seed ?? _parts.Seed;
        _uptime = wishes.GoesOnFrom is { } from
            ? TimeSpan.FromMicroseconds(from.BootUs)
            : TimeSpan.FromDays(HostUptimeDays);
        (_bench, _paths, _usbPort, _realTime) = (bench, paths, wishes.UsbPort, wishes.RealTime);
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{bench.Id}/{Seed}"));
        _random = new Random(BinaryPrimitives.ReadInt32LittleEndian(digest));
        DateTimeOffset start = wishes.GoesOnFrom?.Utc ?? FirstDay.AddDays(digest[4]);
        if (_usbPort is not null)
            _overUsb = ServedFrom(start);
        else if (!_realTime)
            _virtual = wishes.Shared ?? new VirtualTime(start);
        Time = (TimeProvider?)_virtual ?? _overUsb?.Time ?? TimeProvider.System;
        HostName = _realTime ? Environment.MachineName : "virtual-host";
        JobId = wishes.JobId ?? (_realTime
            ? HostWorld.JobIdAt(Time)
            : $"FBJ-{Convert.ToHexString(digest.AsSpan(0, 4))}");
    }

    /// <summary>A bench that other programs drive, on their clock; no job runs on it.</summary>
    public VirtualWorld(BenchEntry bench, BenchPaths paths, TimeProvider time)
        : this(bench, paths, new WorldWishes(RealTime: true, null, null, MayAsk: false)) => Time = time;

    /// <inheritdoc/>
    public override TimeProvider Time { get; }

    /// <inheritdoc/>
    public override string HostName { get; }

    /// <inheritdoc/>
    public override string JobId { get; }

    /// <inheritdoc/>
    public override bool IsSimulated => true;

    /// <inheritdoc/>
    public override BenchState State => VirtualStore.StateOf(_paths, _bench.Id);

    /// <inheritdoc/>
    public override T Run<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        if (_virtual is not null)
            return _virtual.Run(work, cancel);
        using ServedJob? job = _overUsb;
        return SingleThread.Run(job is null ? work : stop => job.RunAsync(work, stop), cancel);
    }

    // Ends with the one run that it is for.
    private static ServedJob ServedFrom(DateTimeOffset start) => new(TimeProvider.System, start);

    /// <inheritdoc/>
    public override BenchClock Clock() => _realTime
        ? HostWorld.ClockOf(Time)
        : new BenchClock(Time, BootClock(), VirtualBootId())
        {
            Limits = _overUsb is null ? Time : TimeProvider.System, // that of a job over USB jumps to the next limit
        };

    /// <inheritdoc/>
    public override BenchClock ClockOf(InterruptedJob job) => _realTime
        ? base.ClockOf(job)
        : job.Clock(Time, BootClock(), VirtualBootId());

    /// <inheritdoc/>
    public override string DrawNonce() => _realTime
        ? HostWorld.UnforeseenNonce()
        : _random.Next(1, int.MaxValue).ToString("x8", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override async Task<OpenedBench> OpenAsync(BenchOpening opening, CancellationToken cancel)
    {
        var owned = new OwnedParts();
        bool opened = false;
        try
        {
            if (!opening.Held)
                owned.Add(BenchLock.Take(_paths.State, _bench.Id, opening.Work)); // a bench in use must have no effect
            VirtualBench bench = owned.Add(OpenBench(opening));
            ProgrammerOverUsb? usb =
                _usbPort is { } port ? owned.Add(await ExportAsync(bench, port, opening.Note)) : null;
            ControlFaults.Arrange(opening.Control, bench.Faults, opening.BaselineDone);
            FaultPlan? plan = opening.Faults?.For(bench.Chip.Part.SizeBytes);
            plan?.Arm(new FaultSite(bench, Time, BootClock()));
            opened = true;
            return new OpenedBench(Parts(bench, usb), owned)
            {
                Faults = plan,
            };
        }
        finally
        {
            if (!opened)
                await owned.DisposeAsync();
        }
    }

    /// <summary>The virtual bench itself, for whoever lends its programmer.</summary>
    public VirtualBench OpenBench(BenchOpening opening)
    {
        string path = VirtualStore.FlashOf(_paths, _bench.Id);
        _published = opening.Published is { } image ? [image] : [];
        return opening.Fresh || opening.Image is not null || !File.Exists(path)
            ? VirtualStore.Create(this, path, opening.Image ?? GenerateImage(), State, _bench.Id)
            : Open(path);
    }

    public byte[] GenerateImage()
    {
        uint size = ChipOf(null).SizeBytes;
        return size < SmallestOrdinary
            ? ImageGenerator.CreateSmall(_parts.Image, size, (byte)(Seed & byte.MaxValue))
            : ImageGenerator.Create(_parts.Image, size);
    }

    public VirtualBench Create(string path, byte[] image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return VirtualBench.Create(OptionsFor(path, image.Length), image, Time);
    }

    // An image given by the user decided how large the chip is.
    private VirtualBench Open(string path) =>
        VirtualBench.Open(OptionsFor(path, BenchStateFile.ChipBytesOf(path)), Time);

    /// <summary>Lends the programmer to the USB library of this host; for a world over USB.</summary>
    /// <param name="bench">A bench of this world.</param>
    /// <param name="tcpPort">Where the USB/IP server listens, on the loopback.</param>
    /// <param name="note">Told what a person has to do.</param>
    /// <exception cref="CommandFailure">The TCP port is taken or not allowed.</exception>
    private Task<ProgrammerOverUsb> ExportAsync(VirtualBench bench, int tcpPort, Action<string> note) =>
        _overUsb is { } job
            ? ProgrammerOverUsb.StartAsync(bench, job, TimeProvider.System, tcpPort, note)
            : throw new InvalidOperationException("this world has its programmer in the process");

    /// <summary>The parts as a job gets them.</summary>
    /// <param name="bench">A bench of this world.</param>
    /// <param name="usb">The way to its programmer; null for the one in the process.</param>
    public BenchParts Parts(VirtualBench bench, ProgrammerOverUsb? usb = null) => new(
        async cancel => await OpenProgrammerAsync(
            usb is null ? await bench.OpenProgrammerAsync(cancel) : await usb.OpenAsync(cancel), Time, cancel),
        new RelayPower(bench.PowerRelay), bench.Sensor, bench.Console);

    /// <summary>Puts the driver on a virtual programmer.</summary>
    public static async Task<ISpiBus> OpenProgrammerAsync(
        IUsbDevice usb, TimeProvider time, CancellationToken cancel) =>
        usb.Identity.VendorId == Ch341aProtocol.VendorId
            ? await Ch341aProgrammer.OpenAsync(usb, time, cancel)
            : await FtdiProgrammer.OpenAsync(usb, new FtdiOptions(), time, cancel);

    private VirtualBenchOptions OptionsFor(string path, long? chipBytes) =>
        new(_bench.Id, path, ChipOf(chipBytes), Seed)
        {
            Agent = _parts.Agent,
            HiddenUnderHap = _parts.HiddenUnderHap,
            ExactTimes = _parts.ExactTimes,
            Published = _published,
            Programmer = _parts.Programmer == "ft2232h" ? VirtualProgrammer.Ft2232h : VirtualProgrammer.Ch341a,
        };

    // An image given by the user decides how large the virtual chip is.
    private SpiNorChip ChipOf(long? chipBytes) =>
        BenchConfigFile.Chips.Select(SpiNorChips.ByName).FirstOrDefault(chip => chip?.SizeBytes == chipBytes)
            ?? SpiNorChips.ByName(_parts.Chip)
            ?? throw new ConfigException("bench-config.json", $"bench {_bench.Id} names an unknown chip");

    private VirtualBootClock BootClock() =>
        _bootClock ??= new VirtualBootClock(Time, _uptime);

    private string VirtualBootId() =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"boot/{Seed}"))[..16]).ToString();
}
