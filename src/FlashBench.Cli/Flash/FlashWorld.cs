using System.CommandLine;
using System.Security.Cryptography;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Programming;
using FlashBench.Cli.Certify;
using FlashBench.Simulation;
using FlashBench.Simulation.State;

namespace FlashBench.Cli.Flash;

/// <summary>Opens the chip of a bench for a flash verb, whatever the bench is made of.</summary>
internal sealed class FlashWorld
{
    private readonly ParseResult _parse;
    private readonly VirtualWorld? _virtual;

    public FlashWorld(ParseResult parse)
    {
        _parse = parse;
        BenchConfig config = ConfigSource.Load(parse);
        Bench = ConfigSource.Bench(config, parse.GetValue(FlashOptions.Bench));
        Paths = ConfigSource.Paths(config);
        bool realTime = parse.GetValue(FlashOptions.RealTime);
        if (Bench.Virtual is { } parts)
        {
            _virtual = new VirtualWorld(Bench, parts.Seed, realTime);
            State = VirtualStore.StateOf(Paths, Bench.Id);
            Random = new Random(parts.Seed);
        }
        else
        {
            RefuseVirtualOptions(realTime);
            State = new BenchState(Paths.State);
            Random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        }
    }

    public BenchEntry Bench { get; }

    public BenchPaths Paths { get; }

    public BenchState State { get; }

    /// <summary>Draws the sectors of spot checks: unpredictable on a real bench.</summary>
    public Random Random { get; }

    public TimeProvider Time => _virtual?.Time ?? TimeProvider.System;

    /// <summary>Opens the chip, runs the work, releases the chip.</summary>
    public int Run(Func<FlashSession, CancellationToken, Task<int>> work, CancellationToken cancel)
    {
        try
        {
            return _virtual is null
                ? SingleThread.Run(stop => OnProgrammerAsync(work, stop), cancel)
                : _virtual.Run(stop => OnVirtualBenchAsync(_virtual, work, stop), cancel);
        }
        catch (BenchStateException e)
        {
            throw new CommandFailure(e.InUse ? ExitCodes.Unavailable : ExitCodes.BenchError, e.Message);
        }
    }

    private async Task<int> OnVirtualBenchAsync(
        VirtualWorld world, Func<FlashSession, CancellationToken, Task<int>> work, CancellationToken cancel)
    {
        await using VirtualBench bench = OpenBench(world);
        await using FlashSession session = await FlashSession.OpenAsync(
            world.Parts(bench), DutProfiles.Load(Bench.DutProfile), world.Clock(), cancel);
        return await work(session, cancel);
    }

    private async Task<int> OnProgrammerAsync(
        Func<FlashSession, CancellationToken, Task<int>> work, CancellationToken cancel)
    {
        if (!_parse.GetValue(FlashOptions.BoardOff))
        {
            throw new UsageException(
                $"bench {Bench.Id} has no sensor: disconnect AC and battery, then say so with --board-off");
        }

        using var door = new ProgrammerDoor(Time);
        await using FlashSession session = await FlashSession.OpenAsync(
            await door.OpenAsync(Bench.Programmer!, cancel), Time, cancel);
        return await work(session, cancel);
    }

    private VirtualBench OpenBench(VirtualWorld world)
    {
        string path = VirtualStore.FlashOf(Paths, Bench.Id);
        if (_parse.GetValue(FlashOptions.VirtualFlash) is { } file)
            return VirtualStore.Create(world, path, VirtualFlashFile.Read(file), State, Bench.Id);
        return File.Exists(path)
            ? world.Open(path)
            : VirtualStore.Create(world, path, world.GenerateImage(), State, Bench.Id);
    }

    private void RefuseVirtualOptions(bool realTime)
    {
        if (realTime)
            throw new UsageException("--real-time is for virtual benches: a real one knows no other time");
        if (_parse.GetValue(FlashOptions.VirtualFlash) is not null)
            throw new UsageException($"--virtual-flash is for virtual benches, and {Bench.Id} has a real programmer");
    }
}
