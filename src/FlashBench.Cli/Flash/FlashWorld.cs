using System.CommandLine;
using System.Security.Cryptography;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Programming;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Certify;
using FlashBench.Simulation.State;

namespace FlashBench.Cli.Flash;

/// <summary>Opens the chip of a bench for a flash verb, whatever the bench is made of.</summary>
internal sealed class FlashWorld
{
    private readonly ParseResult _parse;
    private readonly BenchWorld? _world; // null for a programmer alone

    public FlashWorld(ParseResult parse)
    {
        _parse = parse;
        BenchConfig config = ConfigSource.Load(parse);
        Bench = ConfigSource.Bench(config, parse.GetValue(FlashOptions.Bench));
        Paths = ConfigSource.Paths(config);
        bool realTime = parse.GetValue(FlashOptions.RealTime);
        if (Bench is { Programmer: not null, Relays: null })
            RefuseVirtualOptions(realTime);
        else
            _world = BenchWorld.Of(Bench, Paths, config.PowerGroups, new WorldWishes(realTime, null, null, MayAsk()));
        State = _world?.State ?? new BenchState(Paths.State);
        Random = new Random(Bench.Virtual?.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue));
    }

    public BenchEntry Bench { get; }

    public BenchPaths Paths { get; }

    public BenchState State { get; }

    /// <summary>Draws the sectors of spot checks: unpredictable on a real bench.</summary>
    public Random Random { get; }

    public TimeProvider Time => _world?.Time ?? TimeProvider.System;

    /// <summary>Opens the chip, runs the work, releases the chip.</summary>
    public int Run(Func<FlashSession, CancellationToken, Task<int>> work, CancellationToken cancel)
    {
        try
        {
            return _world is null
                ? SingleThread.Run(stop => OnProgrammerAsync(work, stop), cancel)
                : _world.Run(stop => OnBenchAsync(_world, work, stop), cancel);
        }
        catch (BenchStateException e)
        {
            throw new CommandFailure(e.InUse ? ExitCodes.Unavailable : ExitCodes.BenchError, e.Message);
        }
    }

    private async Task<int> OnBenchAsync(
        BenchWorld world, Func<FlashSession, CancellationToken, Task<int>> work, CancellationToken cancel)
    {
        byte[]? image = _parse.GetValue(FlashOptions.VirtualFlash) is { } file ? VirtualFlashFile.Read(file) : null;
        await using OpenedBench bench = await world.OpenAsync(
            BenchOpening.AsItIs with { Image = image, NeedsConsole = false }, cancel);
        await using FlashSession session = await FlashSession.OpenAsync(
            bench.Parts, DutProfiles.Load(Bench.DutProfile), world.Clock(), cancel);
        return await work(session, cancel);
    }

    private async Task<int> OnProgrammerAsync(
        Func<FlashSession, CancellationToken, Task<int>> work, CancellationToken cancel)
    {
        if (!_parse.GetValue(FlashOptions.BoardOff))
        {
            throw new UsageException(
                $"bench {Bench.Id} has no relays and no sensor: disconnect AC and battery, then say so with "
                + "--board-off");
        }

        using var door = new ProgrammerDoor(Time);
        await using FlashSession session = await FlashSession.OpenAsync(
            await door.OpenAsync(Bench.Programmer!, cancel), Time, cancel);
        return await work(session, cancel);
    }

    private bool MayAsk() => !_parse.GetValue(GlobalOptions.NonInteractive) && !Console.IsInputRedirected;

    private void RefuseVirtualOptions(bool realTime)
    {
        if (realTime)
            throw new UsageException("--real-time is for virtual benches: a real one knows no other time");
        if (_parse.GetValue(FlashOptions.VirtualFlash) is not null)
            throw new UsageException($"--virtual-flash is for virtual benches, and {Bench.Id} has a real programmer");
    }
}
