using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FlashBench.Bench.Config;
using FlashBench.Bench.Power;
using FlashBench.Bench.Journal;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Programmers;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation;
using FlashBench.Simulation.Images;
using FlashBench.Simulation.Served;

namespace FlashBench.Cli.Certify;

/// <summary>Clock, names and parts of a virtual bench. In virtual time all of it comes from the seed.</summary>
internal sealed class VirtualWorld
{
    private const int HostUptimeDays = 1;
    private static readonly DateTimeOffset FirstDay = new(2026, 1, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly BenchEntry _bench;
    private readonly VirtualBenchEntry _parts;
    private readonly int _seed;
    private readonly Random _random;
    private readonly VirtualTime? _virtual;
    private readonly ServedJob? _overUsb;
    private readonly bool _realTime;

    public VirtualWorld(BenchEntry bench, int seed, bool realTime, bool overUsb = false)
    {
        _bench = bench;
        _parts = bench.Virtual ?? throw new ArgumentException("the bench is not virtual", nameof(bench));
        _seed = seed;
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{bench.Id}/{seed}"));
        _random = new Random(BinaryPrimitives.ReadInt32LittleEndian(digest));
        _realTime = realTime;
        DateTimeOffset start = FirstDay.AddDays(digest[4]);
        if (overUsb)
            _overUsb = ServedFrom(start);
        else if (!realTime)
            _virtual = new VirtualTime(start);
        Time = (TimeProvider?)_virtual ?? _overUsb?.Time ?? TimeProvider.System;
        HostName = realTime ? Environment.MachineName : "virtual-host";
        JobId = realTime
            ? string.Create(CultureInfo.InvariantCulture, $"FBJ-{Time.GetUtcNow():yyyyMMdd-HHmmss}")
            : $"FBJ-{Convert.ToHexString(digest.AsSpan(0, 4))}";
    }

    /// <summary>A bench that other programs drive, on their clock; no job runs on it.</summary>
    public VirtualWorld(BenchEntry bench, TimeProvider time)
        : this(bench, bench.Virtual?.Seed ?? 0, realTime: true) => Time = time;

    public TimeProvider Time { get; }

    public string HostName { get; }

    public string JobId { get; }

    /// <summary>Runs the job to its end; a world over USB does so once.</summary>
    public T Run<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        if (_virtual is not null)
            return _virtual.Run(work, cancel);
        using ServedJob? job = _overUsb;
        return SingleThread.Run(job is null ? work : stop => job.RunAsync(work, stop), cancel);
    }

    // Ends with the one run that it is for.
    private static ServedJob ServedFrom(DateTimeOffset start) => new(TimeProvider.System, start);

    public BenchClock Clock() => _realTime
        ? new BenchClock(Time, new HostBootClock(), HostIdentity.Read().BootId)
        : new BenchClock(Time, new VirtualBootClock(Time, TimeSpan.FromDays(HostUptimeDays)), VirtualBootId());

    public string DrawNonce() => _realTime
        ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))
        : _random.Next(1, int.MaxValue).ToString("x8", CultureInfo.InvariantCulture);

    public byte[] GenerateImage() => ImageGenerator.Create(_parts.Image, ChipOf(null).SizeBytes);

    public VirtualBench Create(string path, byte[] image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return VirtualBench.Create(OptionsFor(path, image), image, Time);
    }

    public VirtualBench Open(string path) => VirtualBench.Open(OptionsFor(path, null), Time);

    /// <summary>Lends the programmer to the USB library of this host; for a world over USB.</summary>
    /// <param name="bench">A bench of this world.</param>
    /// <param name="tcpPort">Where the USB/IP server listens, on the loopback.</param>
    /// <param name="note">Told what a person has to do.</param>
    /// <exception cref="CommandFailure">The TCP port is taken or not allowed.</exception>
    public Task<ProgrammerOverUsb> ExportAsync(VirtualBench bench, int tcpPort, Action<string> note) =>
        _overUsb is { } job
            ? ProgrammerOverUsb.StartAsync(bench, job, TimeProvider.System, tcpPort, note)
            : throw new InvalidOperationException("this world has its programmer in the process");

    /// <summary>The parts as a job gets them.</summary>
    /// <param name="bench">A bench of this world.</param>
    /// <param name="usb">The way to its programmer; null for the one in the process.</param>
    public BenchParts Parts(VirtualBench bench, ProgrammerOverUsb? usb = null) => new(
        async cancel => await OpenAsync(
            usb is null ? await bench.OpenProgrammerAsync(cancel) : await usb.OpenAsync(cancel), cancel),
        new RelayPower(bench.PowerRelay), bench.Sensor, bench.Console);

    private async Task<ISpiBus> OpenAsync(IUsbDevice usb, CancellationToken cancel) =>
        usb.Identity.VendorId == Ch341aProtocol.VendorId
            ? await Ch341aProgrammer.OpenAsync(usb, Time, cancel)
            : await FtdiProgrammer.OpenAsync(usb, new FtdiOptions(), Time, cancel);

    private VirtualBenchOptions OptionsFor(string path, byte[]? image) => new(_bench.Id, path, ChipOf(image), _seed)
    {
        Agent = _parts.Agent,
        HiddenUnderHap = _parts.HiddenUnderHap,
        ExactTimes = _parts.ExactTimes,
        Programmer = _parts.Programmer == "ft2232h" ? VirtualProgrammer.Ft2232h : VirtualProgrammer.Ch341a,
    };

    // An image given by the user decides how large the virtual chip is.
    private SpiNorChip ChipOf(byte[]? image) =>
        BenchConfigFile.Chips.Select(SpiNorChips.ByName).FirstOrDefault(chip => chip?.SizeBytes == image?.Length)
            ?? SpiNorChips.ByName(_parts.Chip)
            ?? throw new ConfigException("bench-config.json", $"bench {_bench.Id} names an unknown chip");

    private string VirtualBootId() =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"boot/{_seed}"))[..16]).ToString();
}
