using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Bench.Doctor;
using FlashBench.Cli.Fleet;
using FlashBench.Cli.Progress;
using FlashBench.Hardware.Host;

namespace FlashBench.Cli.Doctor;

/// <summary>`flashbench doctor [--bench ID]`.</summary>
public static class DoctorCommand
{
    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var bench = new Option<string?>("--bench")
        {
            Description = "Check what this bench needs; otherwise what all benches of the configuration need",
            HelpName = "ID",
        };
        var rules = new Option<bool>("--rules")
        {
            Description = "Print the udev rules of this version, and nothing else",
        };
        var doctor = new Command(
            "doctor", "Check whether this host is fit for its benches; each fault comes with the line that mends it");
        doctor.Options.Add(bench);
        doctor.Options.Add(rules);
        doctor.SetAction(parse => parse.GetValue(rules)
            ? PrintRules(parse)
            : Examine(parse, ConfigSource.Load(parse), parse.GetValue(bench)));
        return doctor.WithExamples(
            "flashbench doctor                              # exit code 50: something stops a bench or lets it lie",
            "flashbench doctor --bench b01 --quiet          # only what is not sound",
            "flashbench doctor --rules | sudo tee /etc/udev/rules.d/59-flashbench.rules");
    }

    /// <summary>Examines this host and says what was found.</summary>
    /// <returns>0, or 50 with a problem.</returns>
    private static int Examine(ParseResult parse, BenchConfig config, string? id)
    {
        BenchEntry? only = id is null ? null : ConfigSource.Bench(config, id);
        DeviceUse[] uses = [.. DeviceUses.Of(config).Where(use => only is null || use.Bench == only.Id)];
        HostSnapshot host = ThisHost.Read(uses);
        BenchPaths paths = ConfigSource.Paths(config);
        StationReading station = StationReader.Read(
            paths, ThisHost.SocketOfHolder(paths), host.User.Id, TimeProvider.System);
        IReadOnlyList<HostFinding> findings =
        [
            .. HostDoctor.Examine(new DoctorCase(host, uses, station)),
            .. CommissioningFindings.Of(config.Benches.Where(bench => only is null || bench == only), paths),
            .. HealthFindings.Of(config.Benches.Where(bench => only is null || bench == only), paths),
        ];

        DisplaySettings settings = DisplaySettings.From(parse);
        string about = only is { } named ? $"bench {named.Id}" : $"{config.Benches.Count} benches";
        return settings.Json
            ? DoctorJson.Write(settings.Output, findings)
            : DoctorText.Write(settings, $"{about}, user {host.User.Name}", findings);
    }

    private static int PrintRules(ParseResult parse)
    {
        parse.InvocationConfiguration.Output.Write(UdevRules.Text);
        return ExitCodes.Ok;
    }
}
