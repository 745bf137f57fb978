using System.CommandLine;
using System.Net.Sockets;
using FlashBench.Bench.Config;
using FlashBench.Bench.Power;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Certify;
using FlashBench.Simulation;
using FlashBench.Simulation.Served;
using FlashBench.Simulation.State;

namespace FlashBench.Cli.Serve;

/// <summary>A virtual bench that is lent to other programs, on a clock of its own.</summary>
internal sealed class ServedBench : IAsyncDisposable
{
    private readonly VirtualWorld _world;

    private ServedBench(BenchEntry entry, ServedTime time, VirtualWorld world, VirtualBench bench) =>
        (Entry, Time, _world, Bench) = (entry, time, world, bench);

    public BenchEntry Entry { get; }

    public ServedTime Time { get; }

    public VirtualBench Bench { get; }

    /// <summary>What the jobs get of this bench; its programmer is opened by it.</summary>
    public BenchParts Parts => _world.Parts(Bench);

    /// <summary>Opens the bench: stock, or with an image, or as it is.</summary>
    /// <exception cref="CommandFailure">The bench is in use, or its file or the image is damaged.</exception>
    public static async Task<ServedBench> OpenAsync(ParseResult parse, ServeRequest request, ClockPace pace)
    {
        BenchConfig config = ConfigSource.Load(parse);
        BenchEntry entry = ConfigSource.Bench(config, request.Bench);
        if (entry.Virtual is null)
            throw new UsageException($"bench {entry.Id} is no virtual bench");
        byte[]? image = request.Image is { } file ? VirtualFlashFile.Read(file) : null;
        BenchPaths paths = ConfigSource.Paths(config);
        var time = new ServedTime(TimeProvider.System, pace);
        var world = new VirtualWorld(entry, paths, time);
        try
        {
            VirtualBench bench = await time.RunAsync(
                () => Task.FromResult(world.OpenBench(new BenchOpening(!request.Keep, image, _ => { }))));
            return new ServedBench(entry, time, world, bench);
        }
        catch (BenchStateException e)
        {
            time.Dispose();
            throw new CommandFailure(e.InUse ? ExitCodes.Unavailable : ExitCodes.BenchError, e.Message);
        }
    }

    /// <summary>Why a port could not be opened.</summary>
    public static CommandFailure Refused(SocketException failure, string what) => new(
        failure.SocketErrorCode == SocketError.AccessDenied ? ExitCodes.Permission : ExitCodes.Unavailable,
        $"cannot listen on {what}: {failure.Message}");

    public async ValueTask DisposeAsync()
    {
        await Time.RunAsync(async () => await Bench.DisposeAsync());
        Time.Dispose();
    }
}
