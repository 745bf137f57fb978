using System.CommandLine;

namespace FlashBench.Cli.Power;

/// <summary>`flashbench power`: the board's supply and buttons, by the same rules as in a job.</summary>
public static class PowerCommand
{
    private static readonly Option<string?> Bench = new("--bench")
    {
        Description = "Bench id; without it the bench marked `default`",
        HelpName = "ID",
    };

    private static readonly Option<bool> RealTime = new("--real-time")
    {
        Description = "Run a virtual bench in real time",
    };

    private static readonly Option<bool> ForceOff = new("--force-off")
    {
        Description = "Press long enough to switch the board off whatever its system does",
    };

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        Command power = new("power", "Switch a board's supply, press its buttons, and see what the sensor says");
        power.Subcommands.Add(Verb(
            "on", "Supply the board; done when the sensor sees its main rail", (run, cancel) => run.OnAsync(cancel)));
        power.Subcommands.Add(Verb(
            "off", "Cut the supply; done when the sensor has confirmed it for the discharge time",
            (run, cancel) => run.OffAsync(cancel)));
        power.Subcommands.Add(Verb(
            "cycle", "Off, verified and discharged, then on", (run, cancel) => run.CycleAsync(cancel)));
        power.Subcommands.Add(Verb(
            "status", "What is commanded, and what is measured", (run, cancel) => run.StatusAsync(cancel)));
        Command button = Verb(
            "button", "Press the power button", (run, cancel) => run.ButtonAsync(run.Wants(ForceOff), cancel));
        button.Options.Add(ForceOff);
        power.Subcommands.Add(button);
        power.Subcommands.Add(Verb("reset", "Press the reset button", (run, cancel) => run.ResetAsync(cancel)));
        return power.WithExamples(
            "flashbench power status --bench desk1", "flashbench power cycle --bench desk1",
            "flashbench power button --force-off --bench desk1");
    }

    private static Command Verb(string name, string what, Func<PowerRun, CancellationToken, Task> work)
    {
        var verb = new Command(name, what);
        verb.Options.Add(Bench);
        verb.Options.Add(RealTime);
        verb.SetAction((parse, cancel) => Task.FromResult(
            PowerRun.Execute(parse, parse.GetValue(Bench), parse.GetValue(RealTime), work, cancel)));
        return verb.WithExamples($"flashbench power {name}", $"flashbench power {name} --bench desk1 --json");
    }
}
