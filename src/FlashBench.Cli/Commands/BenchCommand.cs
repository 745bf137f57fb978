using System.CommandLine;
using System.Text.Json;
using FlashBench.Bench.Config;
using FlashBench.Bench.Fleet;
using FlashBench.Cli.Commissioning;
using FlashBench.Cli.Fleet;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Commands;

/// <summary>`flashbench bench list` and `flashbench bench show ID`.</summary>
public static class BenchCommand
{
    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var list = new Command("list", "List the benches of this host");
        list.SetAction(List);
        list.WithExamples("flashbench bench list", "flashbench bench list --json");

        var id = new Argument<string>("ID") { Description = "Bench id, as `bench list` prints it" };
        var show = new Command("show", "Show one bench: its parts, the board it expects and its folders");
        show.Arguments.Add(id);
        show.SetAction(parse => Show(parse, parse.GetRequiredValue(id)));
        show.WithExamples("flashbench bench show me8");

        var bench = new Command("bench", "List and show the benches of this host, and say how they are");
        bench.Subcommands.Add(list);
        bench.Subcommands.Add(show);
        bench.Subcommands.Add(CheckBenchCommand.Create());
        foreach (Command verb in HealthCommand.CreateAll())
            bench.Subcommands.Add(verb);
        return bench.WithExamples(
            "flashbench bench list", "flashbench bench show me8",
            "flashbench bench maintenance me8 --reason \"clip is worn\"");
    }

    private static int List(ParseResult parse)
    {
        BenchConfig config = ConfigSource.Load(parse);
        BenchPaths paths = ConfigSource.Paths(config);
        TextWriter output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(GlobalOptions.Json))
        {
            foreach (BenchEntry bench in config.Benches)
                WriteJson(output, bench, BenchHealths.Of(bench, paths));
            return ExitCodes.Ok;
        }

        string[][] rows = [.. config.Benches.Select(bench => Row(bench, BenchHealths.Of(bench, paths)))];
        TextTable.Write(
            output, [["BENCH", "DEFAULT", "HEALTH", "KIND", "DUT PROFILE", "IMAGE", "CHIP", "SEED"], .. rows]);
        return ExitCodes.Ok;
    }

    private static string[] Row(BenchEntry bench, HealthRecord health) =>
    [
        bench.Id, bench.Default ? "default" : "", HealthRecord.NameOf(health.Health), BenchRows.KindOf(bench),
        bench.DutProfile,
        bench.Virtual?.Image ?? bench.Qemu?.Image ?? "", bench.Virtual?.Chip ?? bench.Qemu?.Chip ?? "",
        $"{bench.Virtual?.Seed ?? bench.Qemu?.Seed}",
    ];

    private static int Show(ParseResult parse, string id)
    {
        BenchConfig config = ConfigSource.Load(parse);
        BenchEntry bench = ConfigSource.Bench(config, id);
        DutProfile profile = DutProfiles.Load(bench.DutProfile);
        BenchPaths paths = ConfigSource.Paths(config);
        TextWriter output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(GlobalOptions.Json))
            WriteJson(output, bench, BenchHealths.Of(bench, paths), profile, paths);
        else
            TextTable.Write(output, Describe(bench, profile, paths));
        return ExitCodes.Ok;
    }

    private static List<string[]> Describe(BenchEntry bench, DutProfile profile, BenchPaths paths) =>
    [
        ["bench", bench.Id + (bench.Default ? " (default)" : "")],
        ["health", BenchHealths.Text(BenchHealths.Of(bench, paths))],
        .. BenchRows.Of(bench),
        ["DUT profile", $"{profile.Id}, SHA-256 {profile.Sha256}"],
        ["board", PlainText.Of(profile.Board)],
        .. ProfileRows.Of(profile),
        ["watch", $"{profile.Watch.ColdBoots} cold boots, each longer than {profile.Watch.Minimum:h\\:mm\\:ss}"],
        ["PASS needs", $"{profile.RequiredLevel}"],
        ["commission", PlainText.Of(CommissioningRow.Of(bench, profile, paths))],
        ["state", PlainText.Of(paths.State)],
        ["vault", PlainText.Of(paths.Vault)],
        ["evidence", PlainText.Of(paths.Evidence)],
        ["keys", PlainText.Of(paths.Keys)],
        ["log", PlainText.Of(paths.Log)],
    ];

    private static void WriteJson(
        TextWriter output, BenchEntry bench, HealthRecord health, DutProfile? profile = null,
        BenchPaths? paths = null) =>
        JsonLine.Write(output, "bench", json =>
        {
            json.WriteString("id", bench.Id);
            json.WriteBoolean("default", bench.Default);
            json.WriteString("kind", BenchRows.KindOf(bench));
            json.WriteString("dutProfile", bench.DutProfile);
            BenchHealths.Write(json, health);
            WriteGroups(json, bench);
            if (bench.Virtual is { } parts)
                WriteVirtual(json, parts);
            if (bench.Qemu is { } board)
                WriteQemu(json, board);
            if (profile is not null)
            {
                json.WriteString("board", profile.Board);
                json.WriteString("profileSha256", profile.Sha256);
                json.WriteString("requiredLevel", profile.RequiredLevel.ToString());
                if (paths is not null)
                    json.WriteString("commissioned", CommissioningRow.Of(bench, profile, paths));
                ProfileRows.Write(json, profile);
            }
            if (paths is null)
                return;
            json.WriteString("state", paths.State);
            json.WriteString("vault", paths.Vault);
            json.WriteString("evidence", paths.Evidence);
            json.WriteString("keys", paths.Keys);
            json.WriteString("log", paths.Log);
        });

    private static void WriteGroups(Utf8JsonWriter json, BenchEntry bench)
    {
        if (bench.PowerGroup is { } supply)
            json.WriteString("powerGroup", supply);
        if (bench.UsbGroup is { } hub)
            json.WriteString("usbGroup", hub);
    }

    private static void WriteQemu(Utf8JsonWriter json, QemuBenchEntry board)
    {
        json.WriteString("image", board.Image);
        json.WriteString("chip", board.Chip);
        json.WriteNumber("seed", board.Seed);
        json.WriteString("system", board.System);
    }

    private static void WriteVirtual(Utf8JsonWriter json, VirtualBenchEntry parts)
    {
        json.WriteString("image", parts.Image);
        json.WriteString("chip", parts.Chip);
        json.WriteNumber("seed", parts.Seed);
        json.WriteBoolean("agent", parts.Agent);
        json.WriteBoolean("hiddenUnderHap", parts.HiddenUnderHap);
    }
}
