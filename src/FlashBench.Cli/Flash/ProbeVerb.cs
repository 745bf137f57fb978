using System.CommandLine;
using FlashBench.Hardware.Flash;

namespace FlashBench.Cli.Flash;

/// <summary>`flash probe` and `flash health`.</summary>
internal static class ProbeVerb
{
    public static Command CreateProbe()
    {
        var probe = new Command("probe", "Wake the chip and say what it is, and what it protects");
        probe.WithBench();
        probe.SetAction((parse, cancel) => Task.FromResult(FlashRun.Execute(parse, ProbeAsync, cancel)));
        return probe.WithExamples("flashbench flash probe", "flashbench flash probe --bench desk1 --board-off --json");
    }

    public static Command CreateHealth()
    {
        var health = new Command("health", "Try whether the bus can be trusted with a write; changes nothing");
        health.WithBench();
        health.SetAction((parse, cancel) => Task.FromResult(FlashRun.Execute(parse, HealthAsync, cancel)));
        return health.WithExamples("flashbench flash health --bench desk1 --board-off");
    }

    private static async Task<int> ProbeAsync(FlashRun run, CancellationToken cancel)
    {
        SpiNorChip chip = run.Flash.Chip;
        SpiNorProtection protection = await run.Flash.ReadProtectionAsync(cancel);
        SpiNorIdentity identity = run.Session.Identity;
        run.Report(
            "flash.probe",
            $"{chip.Title} ({identity.JedecId:X6}), {FlashWords.Size(chip.SizeBytes)}, unique id "
            + $"{identity.UniqueId ?? "none"}, {SupplyOf(chip)}{(chip.IsReadOnly ? ", read only" : "")}; {protection}; "
            + $"on {run.Session.Bus.Identity.Description}",
            json =>
            {
                json.WriteNumber("sizeBytes", chip.SizeBytes);
                json.WriteString("uniqueId", identity.UniqueId);
                json.WriteNumber("supplyMillivoltsMin", chip.SupplyMillivoltsMin);
                json.WriteNumber("supplyMillivoltsMax", chip.SupplyMillivoltsMax);
                json.WriteNumber("protectedStart", protection.Start);
                json.WriteNumber("protectedEnd", protection.End);
                json.WriteString("status", $"{protection.Status}");
                json.WriteString("programmer", run.Session.Bus.Identity.Description);
                json.WriteNumber("clockHz", run.Session.Bus.FrequencyHz);
            });
        return ExitCodes.Ok;
    }

    private static string SupplyOf(SpiNorChip chip) => chip.IsSupplyKnown
        ? $"{chip.SupplyMillivoltsMin}-{chip.SupplyMillivoltsMax} mV"
        : "supply voltage not known";

    private static async Task<int> HealthAsync(FlashRun run, CancellationToken cancel)
    {
        ClockReport clock = await run.CalibrateAsync(cancel);
        BusHealth health = clock.Trials[^1].Health;
        run.Report(
            "flash.health",
            clock.IsHealthy ? $"healthy at {clock}: {health.Finding}" : $"not healthy: {clock}",
            json =>
            {
                json.WriteBoolean("healthy", clock.IsHealthy);
                json.WriteNumber("clockHz", clock.Chosen.Hz);
                json.WriteBoolean("lateSample", clock.Chosen.LateSample);
                json.WriteNumber("highestHz", clock.Highest?.Hz ?? 0);
                json.WriteString("finding", health.Finding);
                json.WriteString("likelyCause", clock.LikelyCause);
            });
        return clock.IsHealthy ? ExitCodes.Ok : ExitCodes.BenchError;
    }
}
