using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Fleet;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Fleet;

/// <summary>`flashbench quarantine add|list|lift`: what runs of many benches skip, and why.</summary>
public static class QuarantineCommand
{
    private const int ValueShown = 40, ReasonShown = 60;

    private static readonly Option<bool> All = new("--all")
    {
        Description = "Also those that have ended",
    };

    private static readonly Argument<string[]> Ids = new("ID")
    {
        Description = "Names of entries, as `quarantine list` prints them",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var add = new Command("add", "Let runs skip a bench, a board, a type of board, an ME version or an image");
        foreach (Option option in QuarantineOptions.All)
            add.Options.Add(option);
        add.SetAction(Add);
        add.WithExamples(
            "flashbench quarantine add --bench b03 --reason \"clip is worn\" --for 7d",
            "flashbench quarantine add --dut X230-0417 --reason \"back at the customer\" --until 2026-12-01",
            "flashbench quarantine add --me 11.8.50 --reason \"dies at 30 minutes\"",
            "flashbench quarantine add --image bad.bin --reason \"wrong straps\"");

        var list = new Command("list", "List what is quarantined, why, by whom and until when");
        list.Options.Add(All);
        list.SetAction(List);
        list.WithExamples("flashbench quarantine list", "flashbench quarantine list --all --json");

        var lift = new Command("lift", "End a quarantine now");
        lift.Arguments.Add(Ids);
        lift.SetAction(Lift);
        lift.WithExamples("flashbench quarantine lift q1");

        var quarantine = new Command(
            "quarantine", "Keep benches, boards, ME versions or images out of runs, with a reason");
        quarantine.Subcommands.Add(add);
        quarantine.Subcommands.Add(list);
        quarantine.Subcommands.Add(lift);
        return quarantine.WithExamples(
            "flashbench quarantine add --bench b03 --reason \"clip is worn\" --for 7d", "flashbench quarantine list");
    }

    private static int Add(ParseResult parse)
    {
        BenchConfig config = ConfigSource.Load(parse);
        QuarantineEntry wanted = QuarantineOptions.Read(parse, config, FleetDoor.Now(), TimeZoneInfo.Local);
        QuarantineEntry added = FleetDoor.OnList(() => StoreOf(config).Add(wanted));
        Show(parse, [added], FleetDoor.Now());
        return ExitCodes.Ok;
    }

    private static int List(ParseResult parse)
    {
        HostMoment now = FleetDoor.Now();
        IReadOnlyList<QuarantineEntry> entries = FleetDoor.OnList(StoreOf(ConfigSource.Load(parse)).Read);
        QuarantineEntry[] shown = [.. entries.Where(entry => parse.GetValue(All) || entry.CountsAt(now))];
        Show(parse, shown, now);
        if (shown.Length == 0 && !parse.GetValue(GlobalOptions.Json))
            parse.InvocationConfiguration.Output.WriteLine("Nothing is quarantined.");
        return ExitCodes.Ok;
    }

    private static int Lift(ParseResult parse)
    {
        QuarantineStore store = StoreOf(ConfigSource.Load(parse));
        foreach (string id in parse.GetRequiredValue(Ids).Distinct())
        {
            QuarantineEntry lifted = FleetDoor.OnList(() => store.Lift(id)) ?? throw new UsageException(
                $"no entry has the name \"{PlainText.Of(id, 60)}\": see `flashbench quarantine list --all`");
            if (parse.GetValue(GlobalOptions.Json))
                Write(parse, "lifted", lifted, counts: false);
            else
                parse.InvocationConfiguration.Output.WriteLine($"lifted: {PlainText.Of(lifted.ToString(), 800)}");
        }

        return ExitCodes.Ok;
    }

    private static QuarantineStore StoreOf(BenchConfig config) => new(ConfigSource.Paths(config).State);

    private static void Show(ParseResult parse, IReadOnlyList<QuarantineEntry> entries, HostMoment now)
    {
        if (parse.GetValue(GlobalOptions.Json))
        {
            foreach (QuarantineEntry entry in entries)
                Write(parse, "quarantine", entry, entry.CountsAt(now));
            return;
        }

        string[][] rows =
        [
            .. entries.Select(entry => (string[])
            [
                entry.Id, QuarantineEntry.NameOf(entry.Kind), PlainText.Of(entry.Value, ValueShown),
                Time(entry.Made.Utc), UntilOf(entry, now), PlainText.Of(entry.By, ValueShown),
                PlainText.Of(entry.Reason, ReasonShown),
            ]),
        ];
        if (rows.Length > 0)
        {
            string[] heads = ["ID", "WHAT", "WHICH", "SINCE", "UNTIL", "BY", "REASON"];
            TextTable.Write(parse.InvocationConfiguration.Output, [heads, .. rows]);
        }
    }

    private static string UntilOf(QuarantineEntry entry, HostMoment now)
    {
        if (entry.Until is not { } until)
            return "lifted";
        return entry.CountsAt(now) ? Time(until) : $"ended {Time(until)}";
    }

    private static string Time(DateTimeOffset utc) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{utc.UtcDateTime:yyyy-MM-dd HH:mm}Z");

    private static void Write(ParseResult parse, string kind, QuarantineEntry entry, bool counts) =>
        JsonLine.Write(parse.InvocationConfiguration.Output, kind, json =>
        {
            json.WriteString("id", entry.Id);
            json.WriteString("what", QuarantineEntry.NameOf(entry.Kind));
            json.WriteString("which", entry.Value);
            json.WriteString("reason", entry.Reason);
            json.WriteString("by", entry.By);
            json.WriteString("since", entry.Made.Utc.ToUniversalTime());
            if (entry.Until is { } until)
                json.WriteString("until", until.ToUniversalTime());
            json.WriteBoolean("counts", counts);
        });
}
