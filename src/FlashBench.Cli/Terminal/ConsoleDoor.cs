using FlashBench.Bench.Config;
using FlashBench.Cli.Benches;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Simulation.State;

namespace FlashBench.Cli.Terminal;

/// <summary>Opens the console of a bench, whatever it is made of and whoever holds it.</summary>
internal sealed class ConsoleDoor(BenchEntry bench, BenchPaths paths, Action<string> note) : IAsyncDisposable
{
    private OpenedBench? _opened;
    private ConsoleShare? _share;

    /// <summary>The console's readers; there is one once <see cref="OpenAsync"/> returned.</summary>
    public ConsoleHub Hub => _share?.Hub ?? throw new InvalidOperationException("the console is not open");

    /// <summary>True if another process holds the port.</summary>
    public bool Shared { get; private set; }

    /// <summary>Opens it and joins its readers.</summary>
    /// <param name="wantsToWrite">True to ask for the right to write.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The seat, which sees everything from the opening on, and whether it may write.</returns>
    /// <exception cref="CommandFailure">The bench has no console, or its state cannot be opened.</exception>
    /// <exception cref="ConsoleException">The port cannot be opened.</exception>
    public async Task<(ConsoleSeat Seat, bool MayWrite)> OpenAsync(bool wantsToWrite, CancellationToken cancel)
    {
        string path = ConsoleShare.SocketOf(paths, bench.Id);
        ConsoleClient? client = await ConsoleClient.JoinAsync(path, wantsToWrite, TimeProvider.System, cancel);
        Shared = client is not null;
        _share = client is not null
            ? ConsoleShare.Of(client)
            : ConsoleShare.Start(new ConsoleHub(await OpenPortAsync(cancel)), path, TimeProvider.System, note);
        ConsoleSeat seat = Hub.Join(fromOldest: true);
        bool mayWrite = wantsToWrite && (client?.MayWrite ?? true) && seat.TryTakePen();
        return (seat, mayWrite);
    }

    /// <summary>Lets the console go. What came until now can still be read from its seats.</summary>
    public async ValueTask DisposeAsync()
    {
        (ConsoleShare? share, OpenedBench? board) = (_share, _opened);
        (_share, _opened) = (null, null);
        if (share is not null)
            await share.DisposeAsync();
        if (board is not null)
            await board.DisposeAsync();
    }

    // A simulated bench goes on as the last command left it: a board that ran runs on, in real time.
    private async Task<IConsolePort> OpenPortAsync(CancellationToken cancel)
    {
        if (bench.Programmer is not null)
        {
            ConsoleEntry entry = bench.Console ?? throw new CommandFailure(
                ExitCodes.Configuration,
                $"bench {bench.Id} has no \"console\" in the configuration, and no process shares one");
            return WiredConsole.Open(entry, TimeProvider.System);
        }

        var wishes = new WorldWishes(RealTime: bench.Virtual is not null, Seed: null, UsbPort: null, MayAsk: false);
        try
        {
            _opened = await BenchWorld.Of(bench, paths, [], wishes).OpenAsync(BenchOpening.AsItIs, cancel);
            return _opened.Parts.Console;
        }
        catch (BenchStateException e)
        {
            throw new CommandFailure(e.InUse ? ExitCodes.Unavailable : ExitCodes.BenchError, e.Message);
        }
    }
}
