using System.CommandLine;
using System.Text.Json;
using FlashBench.Bench.Config;
using FlashBench.Bench.Programming;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;

namespace FlashBench.Cli.Flash;

/// <summary>One run of a flash verb: the opened chip, its display, and the clock.</summary>
internal sealed class FlashRun : IDisposable
{
    private readonly JobDisplay _display;
    private readonly TextWriter _output;
    private readonly bool _json;
    private readonly long _start;
    private FlashPhase? _phase;
    private long _phaseStart;
    private int _phases;

    private FlashRun(ParseResult parse, FlashWorld world, FlashSession session)
    {
        (Parse, World, Session) = (parse, world, session);
        var settings = DisplaySettings.From(parse);
        (_display, _output, _json) = (new JobDisplay(settings), settings.Output, settings.Json);
        _start = world.Time.GetTimestamp();
        Supply = SupplyOf(world.Bench, parse.GetValue(FlashOptions.ChipMillivolts));
        Flash = new SpiNorFlash(session.Bus, ChipOf(session.Identity, parse), world.Time) { Supply = Supply };
    }

    public ParseResult Parse { get; }

    public FlashWorld World { get; }

    public FlashSession Session { get; }

    public SpiNorFlash Flash { get; }

    /// <summary>The voltage at the chip.</summary>
    public SupplyGuard Supply { get; }

    /// <summary>Names this chip; null if it has no unique id.</summary>
    public ChipKey? Key => ChipKey.Of(Session.Identity);

    /// <summary>Bench time since the chip was opened.</summary>
    public TimeSpan Elapsed => World.Time.GetElapsedTime(_start);

    /// <summary>Runs a verb on the chip of its bench, at a clock at which the bus is healthy.</summary>
    /// <returns>Exit code.</returns>
    public static int ExecuteHealthy(
        ParseResult parse, Func<FlashRun, CancellationToken, Task<int>> work, CancellationToken cancel) => Execute(
            parse,
            async (run, stop) =>
            {
                ClockReport clock = await run.CalibrateAsync(stop);
                return clock.IsHealthy
                    ? await work(run, stop)
                    : throw new CommandFailure(ExitCodes.BenchError, $"the bus is not healthy: {clock}");
            },
            cancel);

    /// <summary>Runs a verb on the chip of its bench.</summary>
    /// <returns>Exit code.</returns>
    public static int Execute(
        ParseResult parse, Func<FlashRun, CancellationToken, Task<int>> work, CancellationToken cancel)
    {
        var world = new FlashWorld(parse);
        try
        {
            return world.Run(
                async (session, stop) =>
                {
                    using var run = new FlashRun(parse, world, session);
                    bool done = false;
                    try
                    {
                        int code = await work(run, stop);
                        done = true;
                        return code;
                    }
                    finally
                    {
                        await run.LeaveAsync(done);
                    }
                },
                cancel);
        }
        catch (FlashRefusedException refusal)
        {
            int code = refusal.NeedsConfirmation ? ExitCodes.Usage : ExitCodes.BadInput;
            throw new CommandFailure(code, refusal.Message);
        }
    }

    /// <summary>Finds the clock; refuses a bus that cannot be trusted.</summary>
    /// <exception cref="CommandFailure">No clock is good.</exception>
    public async Task<ClockReport> CalibrateAsync(CancellationToken cancel)
    {
        ClockWish wish = (Parse.GetValue(FlashOptions.Clock), World.Bench.Programmer?.ClockHz) switch
        {
            (int hz, _) => new ClockWish(hz, Exactly: true),
            (_, > 0 and int limit) => new ClockWish(limit, Exactly: false),
            _ => ClockWish.None,
        };
        return await Session.CalibrateAsync(Flash.Chip, Supply, wish, World.Time, cancel);
    }

    /// <summary>Shows progress.</summary>
    public void Show(FlashProgress progress)
    {
        if (_phase != progress.Phase)
        {
            EndPhase();
            (_phase, _phaseStart) = (progress.Phase, World.Time.GetTimestamp());
            _display.PhaseStarted(++_phases, _phases, NameOf(progress.Phase));
        }

        TimeSpan elapsed = World.Time.GetElapsedTime(_phaseStart);
        _display.Progress(NameOf(progress.Phase), progress.Done, progress.Total, "bytes", elapsed);
    }

    /// <summary>A line beside the progress.</summary>
    public void Note(string text) => _display.Note(text);

    /// <summary>Prints the result: one sentence for people, one object for programs.</summary>
    public void Report(string kind, string sentence, Action<Utf8JsonWriter> members)
    {
        EndPhase();
        _display.Dispose();
        if (!_json)
        {
            _output.WriteLine(PlainText.Of(sentence));
            return;
        }

        JsonLine.Write(_output, kind, json =>
        {
            json.WriteString("bench", World.Bench.Id);
            json.WriteString("chip", Flash.Chip.Name);
            json.WriteString("jedecId", $"{Session.Identity.JedecId:X6}");
            json.WriteBoolean("simulated", Session.Bus.Identity.Simulated);
            json.WriteNumber("seconds", Math.Round(Elapsed.TotalSeconds, 6));
            members(json);
        });
    }

    public void Dispose() => _display.Dispose();

    // Leaves 4-byte addressing. After a failure that one is reported: it may say that the chip is half-written.
    private async Task LeaveAsync(bool done)
    {
        try
        {
            await Flash.DisposeAsync();
        }
        catch (BenchException fault) when (!done)
        {
            Note($"the chip could not be put back to three address bytes: {fault.Message}");
        }
    }

    private void EndPhase()
    {
        if (_phase is { } phase)
            _display.PhaseEnded(NameOf(phase), "done", "");
        _phase = null;
    }

    private static SupplyGuard SupplyOf(BenchEntry bench, int? confirmedMillivolts)
    {
        bool shifted = bench.Programmer is { Millivolts: 1800 };
        return new SupplyGuard(shifted ? 1800 : SupplyGuard.Default.BusMillivolts, shifted, confirmedMillivolts);
    }

    // A chip that nobody knows is read as far as the user says, and never written.
    private static SpiNorChip ChipOf(SpiNorIdentity identity, ParseResult parse)
    {
        if (identity.Chip is { } chip)
            return chip;
        string damage = identity.SfdpDamage is { } reason ? $" ({reason})" : "";
        return parse.GetValue(FlashOptions.Size) is { } kibibytes
            ? SpiNorChip.ReadOnly(identity.JedecId, checked((uint)kibibytes * 1024))
            : throw new FlashRefusedException(
                $"no row of the chip table knows the id {identity.JedecId:X6}, and the chip has no sound SFDP{damage}: "
                + "--size KIB reads it as far as you say, and it is never written");
    }

    private static string NameOf(FlashPhase phase) => phase switch
    {
        FlashPhase.SpotCheck => "spot check",
        FlashPhase.Read => "read",
        FlashPhase.Write => "write",
        _ => "verify",
    };
}
