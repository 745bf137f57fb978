using System.CommandLine;
using System.Globalization;
using FlashBench.Bench.Config;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Power;
using FlashBench.Cli.Benches;
using FlashBench.Cli.Output;
using FlashBench.Hardware;
using FlashBench.Hardware.Power;
using FlashBench.Simulation.State;

namespace FlashBench.Cli.Power;

/// <summary>One `power` verb at one bench.</summary>
internal sealed class PowerRun : IAsyncDisposable
{
    private readonly ParseResult _parse;
    private readonly BenchEntry _bench;
    private readonly BenchWorld _world;
    private readonly OpenedBench _opened;
    private readonly PowerStrategy _power;
    private readonly long _began;

    private PowerRun(ParseResult parse, BenchEntry bench, BenchWorld world, OpenedBench opened)
    {
        (_parse, _bench, _world, _opened) = (parse, bench, world, opened);
        _power = new PowerStrategy(
            opened.Parts, DutProfiles.Load(bench.DutProfile).Power, Tell, world.Clock());
        _began = world.Time.GetTimestamp();
    }

    /// <summary>Opens the bench, does the work, closes the bench; no relay moves by closing.</summary>
    /// <returns>The exit code of the process.</returns>
    public static int Execute(
        ParseResult parse, string? benchId, bool realTime, Func<PowerRun, CancellationToken, Task> work,
        CancellationToken cancel)
    {
        BenchConfig config = ConfigSource.Load(parse);
        BenchEntry bench = ConfigSource.Bench(config, benchId);
        bool mayAsk = !parse.GetValue(GlobalOptions.NonInteractive) && !Console.IsInputRedirected;
        var world = BenchWorld.Of(
            bench, ConfigSource.Paths(config), config.PowerGroups, new WorldWishes(realTime, null, null, mayAsk));
        try
        {
            return world.Run(stop => RunAsync(parse, bench, world, work, stop), cancel);
        }
        catch (BenchStateException e)
        {
            throw new CommandFailure(e.InUse ? ExitCodes.Unavailable : ExitCodes.BenchError, e.Message);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _power.DisposeAsync();

    public bool Wants(Option<bool> option) => _parse.GetValue(option);

    public async Task OnAsync(CancellationToken cancel)
    {
        RefuseDirty();
        BoardPowerState state = await _power.StateAsync(cancel);
        if (state == BoardPowerState.Unmeasured && await _opened.Parts.Relay.ReadAsync(cancel) != false)
        {
            throw new CommandFailure(
                ExitCodes.BenchError, "nothing measures whether the board runs already: use power cycle");
        }

        if (state != BoardPowerState.On)
            await SwitchOnAsync("power on", cancel);
        await StatusAsync(cancel);
    }

    public async Task OffAsync(CancellationToken cancel)
    {
        await _power.EnsureOffAsync("power off", cancel);
        await StatusAsync(cancel);
    }

    public async Task CycleAsync(CancellationToken cancel)
    {
        RefuseDirty();
        await _power.EnsureOffAsync("power cycle", cancel);
        await SwitchOnAsync("power cycle", cancel);
        await StatusAsync(cancel);
    }

    public async Task ButtonAsync(bool forceOff, CancellationToken cancel)
    {
        if (!forceOff)
            RefuseDirty();
        await _power.PressButtonAsync(forceOff, forceOff ? "force off" : "power button", cancel);
        await StatusAsync(cancel);
    }

    public async Task ResetAsync(CancellationToken cancel)
    {
        RefuseDirty();
        await _power.PressResetAsync("reset button", cancel);
        await StatusAsync(cancel);
    }

    /// <summary>Says what is commanded and what is measured.</summary>
    public async Task StatusAsync(CancellationToken cancel)
    {
        bool? relay = await _opened.Parts.Relay.ReadAsync(cancel);
        BoardPowerState state = await _power.StateAsync(cancel);
        PowerSample? sample = state == BoardPowerState.Unmeasured ? null : await _power.SampleAsync(cancel);
        if (_parse.GetValue(GlobalOptions.Json))
        {
            WriteJson(relay, state, sample);
            return;
        }

        string measured = sample is { } seen
            ? $"main rail {seen.RailMillivolts} mV, supply {seen.SupplyMilliamps} mA"
            : "nothing measures: no power sensor";
        string commanded = relay switch { true => "closed", false => "open", null => "cannot say" };
        TextTable.Write(_parse.InvocationConfiguration.Output, [
            ["bench", _bench.Id + (_opened.Parts.Identities.Any(part => part.Simulated) ? " (simulated)" : "")],
            ["state", Words(state)],
            ["measured", $"{measured}; {PlainText.Of(_opened.Parts.Sensor?.Identity.Description ?? "none")}"],
            ["relay", $"{commanded}; {PlainText.Of(_opened.Parts.Relay.Identity.Description)}"],
        ]);
    }

    private static async Task<int> RunAsync(
        ParseResult parse, BenchEntry bench, BenchWorld world, Func<PowerRun, CancellationToken, Task> work,
        CancellationToken cancel)
    {
        await using OpenedBench opened = await world.OpenAsync(
            BenchOpening.AsItIs with { NeedsConsole = false }, cancel);
        await using var run = new PowerRun(parse, bench, world, opened);
        await work(run, cancel);
        return ExitCodes.Ok;
    }

    private async Task SwitchOnAsync(string why, CancellationToken cancel)
    {
        await _power.SwitchOnAsync(why, cancel);
        if (_opened.Parts.Sensor is null)
            return;
        try
        {
            await _power.ConfirmOnAsync(cancel);
        }
        catch (PowerException failure)
        {
            throw new PowerException(
                $"{failure.Message.TrimEnd('.')}; the supply is still connected: `flashbench power off`", failure);
        }
    }

    // Rule I4: a half-written board is never booted.
    private void RefuseDirty()
    {
        if (_world.State.DirtyJob(_bench.Id) is { } job)
        {
            throw new CommandFailure(
                ExitCodes.Dirty,
                $"job {job} left the chip of bench {_bench.Id} half-written: such a board is not started");
        }
    }

    private void Tell(JournalData happened)
    {
        double seconds = _world.Time.GetElapsedTime(_began).TotalSeconds;
        if (_parse.GetValue(GlobalOptions.Json))
        {
            JsonLine.Write(_parse.InvocationConfiguration.Output, "power.step", json =>
            {
                json.WriteNumber("seconds", Math.Round(seconds, 3));
                json.WriteString("step", Sentence(happened));
            });
        }
        else if (!_parse.GetValue(GlobalOptions.Quiet))
        {
            _parse.InvocationConfiguration.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{seconds,7:0.00} s  {Sentence(happened)}"));
        }
    }

    private static string Sentence(JournalData happened) => happened switch
    {
        JournalData.PowerCommand command => $"relay {(command.On ? "on" : "off")} is commanded",
        JournalData.PowerSense sense =>
            $"sensor confirms {sense.State}: {sense.Millivolts} mV, {sense.Milliamps} mA",
        JournalData.LineCommand line => $"{line.Line} is {(line.Active ? "pressed" : "let go")}",
        JournalData.OperatorConfirm confirm => $"the operator confirmed {confirm.State}",
        JournalData.Deviation deviation => deviation.Text,
        _ => happened.GetType().Name,
    };

    private void WriteJson(bool? relay, BoardPowerState state, PowerSample? sample) => JsonLine.Write(
        _parse.InvocationConfiguration.Output, "power", json =>
        {
            json.WriteString("bench", _bench.Id);
            json.WriteBoolean("simulated", _opened.Parts.Identities.Any(part => part.Simulated));
            json.WriteString("state", state.ToString());
            if (relay is { } level)
                json.WriteBoolean("relay", level);
            else
                json.WriteNull("relay");
            if (sample is { } seen)
            {
                json.WriteNumber("railMillivolts", seen.RailMillivolts);
                json.WriteNumber("supplyMilliamps", seen.SupplyMilliamps);
            }
        });

    private static string Words(BoardPowerState state) => state switch
    {
        BoardPowerState.Off => "off (no supply)",
        BoardPowerState.Standby => "standby (supply, main rail down)",
        BoardPowerState.On => "on (main rail up)",
        BoardPowerState.Unmeasured => "unknown",
        _ => state.ToString(),
    };
}
