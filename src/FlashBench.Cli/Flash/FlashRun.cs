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
        Supply = SupplyOf(world.Bench);
        Flash = session.Identity.Chip is { } chip
            ? new SpiNorFlash(session.Bus, chip, world.Time) { Supply = Supply }
            : throw new FlashRefusedException(
                $"no chip row knows the id {session.Identity.JedecId:X6}: `flash probe` shows what it says of itself");
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
        int? wanted = Parse.GetValue(FlashOptions.Clock) ?? World.Bench.Programmer?.ClockHz switch
        {
            null or 0 => null,
            int limit => LimitedTo(limit),
        };
        return await Session.CalibrateAsync(Flash.Chip, Supply, wanted, World.Time, cancel);
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

    // The configured clock is a limit: the fastest that the programmer has below it.
    private int? LimitedTo(int limit) =>
        Session.Bus.Clocks.Select(clock => clock.Hz).Where(hz => hz <= limit).DefaultIfEmpty(limit).Max();

    private static SupplyGuard SupplyOf(BenchEntry bench) => bench.Programmer is { Millivolts: 1800 }
        ? new SupplyGuard(1800, AdapterDeclared: true)
        : SupplyGuard.Default;

    private static string NameOf(FlashPhase phase) => phase switch
    {
        FlashPhase.SpotCheck => "spot check",
        FlashPhase.Read => "read",
        FlashPhase.Write => "write",
        _ => "verify",
    };
}
