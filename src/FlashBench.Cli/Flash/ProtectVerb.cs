using System.CommandLine;
using FlashBench.Bench.Programming;
using FlashBench.Hardware.Flash;

namespace FlashBench.Cli.Flash;

/// <summary>`flash protect`: block protection by address range.</summary>
internal static class ProtectVerb
{
    private static readonly Argument<string> Wanted = new("START-END")
    {
        Description = "Hexadecimal, both ends included; one of `flash protect list`",
    };

    private static readonly Option<bool> Lasting = new("--lasting")
    {
        Description = "Write the lasting bits also where the chip could do it until the next power-up only",
    };

    public static Command Create()
    {
        var protect = new Command("protect", "Show, list, set and clear block protection by address range");
        protect.Subcommands.Add(Verb("status", "Which range is protected, and what guards the registers", StatusAsync));
        protect.Subcommands.Add(Verb("list", "Every range that the chip can protect", ListAsync));
        Command set = Verb("set", "Protect exactly this range", SetAsync);
        set.Arguments.Add(Wanted);
        set.Options.Add(Lasting);
        protect.Subcommands.Add(set);
        protect.Subcommands.Add(Verb(
            "clear", "Protect nothing; until the next power-up if the chip can do that", ClearAsync));
        return protect.WithExamples(
            "flashbench flash protect status", "flashbench flash protect set 0-3fffff --lasting");
    }

    private static Command Verb(string name, string description, Func<FlashRun, CancellationToken, Task<int>> work)
    {
        Command verb = new Command(name, description).WithBench();
        verb.SetAction((parse, cancel) => Task.FromResult(FlashRun.ExecuteHealthy(parse, work, cancel)));
        return verb.WithExamples($"flashbench flash protect {name}{(name == "set" ? " 0-fffff" : "")}");
    }

    private static async Task<int> StatusAsync(FlashRun run, CancellationToken cancel)
    {
        Report(run, await Protection(run).ReadAsync(cancel), "");
        return ExitCodes.Ok;
    }

    private static async Task<int> ListAsync(FlashRun run, CancellationToken cancel)
    {
        IReadOnlyList<ProtectedRange> ranges = await Protection(run).RangesAsync(cancel);
        run.Report("flash.protect.list", string.Join(", ", ranges), json =>
        {
            json.WriteStartArray("ranges");
            foreach (ProtectedRange range in ranges)
            {
                json.WriteStartObject();
                json.WriteNumber("start", range.Start);
                json.WriteNumber("end", range.End);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
        return ExitCodes.Ok;
    }

    private static async Task<int> SetAsync(FlashRun run, CancellationToken cancel)
    {
        string text = run.Parse.GetRequiredValue(Wanted);
        if (LayoutFile.ParseRange(text) is not { } range || range.End > run.Flash.Chip.SizeBytes)
        {
            throw new UsageException(
                $"{Output.PlainText.Of(text, 60)} is no START-END in hexadecimal inside the chip");
        }

        var wanted = new ProtectedRange((uint)range.Start, (uint)range.End);
        RegisterWrite how = run.Parse.GetValue(Lasting) ? RegisterWrite.Lasting : RegisterWrite.VolatileIfPossible;
        ProtectionChange change = await Protection(run).SetAsync(wanted, how, cancel);
        Report(run, await Protection(run).ReadAsync(cancel), Words(change));
        return ExitCodes.Ok;
    }

    private static async Task<int> ClearAsync(FlashRun run, CancellationToken cancel)
    {
        ProtectionChange change = await Protection(run).ClearAsync(cancel);
        Report(run, await Protection(run).ReadAsync(cancel), Words(change));
        return ExitCodes.Ok;
    }

    private static BlockProtection Protection(FlashRun run) =>
        new(run.Session.Bus, run.Flash.Chip, run.World.Time);

    private static string Words(ProtectionChange change) =>
        $"; it was {change.Original}, {(change.IsVolatile ? "until the next power-up or reset" : "for good")}";

    private static void Report(FlashRun run, SpiNorProtection protection, string change) =>
        run.Report("flash.protect", $"{run.Flash.Chip.Title}: {protection}{change}", json =>
        {
            json.WriteNumber("start", protection.Start);
            json.WriteNumber("end", protection.End);
            json.WriteBoolean("decoded", protection.IsDecoded);
            json.WriteBoolean("individualLocks", protection.ByIndividualLocks);
            json.WriteString("registers", $"{protection.Status}");
            json.WriteString("registerLock", protection.RegisterLock);
        });
}
