using System.CommandLine;
using System.CommandLine.Invocation;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Commands;
using FlashBench.Cli.Commissioning;
using FlashBench.Cli.Doctor;
using FlashBench.Cli.Flash;
using FlashBench.Cli.Fleet;
using FlashBench.Cli.Image;
using FlashBench.Cli.Keys;
using FlashBench.Cli.Me;
using FlashBench.Cli.Power;
using FlashBench.Cli.Recovery;
using FlashBench.Cli.Regress;
using FlashBench.Cli.Relays;
using FlashBench.Cli.Results;
using FlashBench.Cli.Serve;
using FlashBench.Cli.Soak;
using FlashBench.Cli.Terminal;

namespace FlashBench.Cli;

/// <summary>The root of the command line.</summary>
public static class FlashBenchCommand
{
    // Every verb of the program. A new one is one line here.
    private static readonly (string Name, Func<Command> Create)[] Verbs =
    [
        ("certify", CertifyCommand.Create),
        ("soak", SoakCommand.Create),
        ("regress", RegressCommand.Create),
        ("commission", CommissionCommand.Create),
        ("status", StatusCommand.Create),
        ("resume", ResumeCommand.Create),
        ("restore", RestoreCommand.Create),
        ("results", ResultsCommand.Create),
        ("export", ExportCommand.Create),
        ("certificate", CertificateCommand.Create),
        ("key", KeyCommand.Create),
        ("image", ImageCommand.Create),
        ("me", MeCommand.Create),
        ("flash", FlashCommand.Create),
        ("power", PowerCommand.Create),
        ("console", ConsoleCommand.Create),
        ("serprog", SerprogCommand.Create),
        ("virtual", VirtualCommand.Create),
        ("relayd", RelaydCommand.Create),
        ("bench", BenchCommand.Create),
        ("quarantine", QuarantineCommand.Create),
        ("config", ConfigCommand.Create),
        ("suggest", SuggestCommand.Create),
        ("doctor", DoctorCommand.Create),
    ];

    /// <summary>Builds the tree for one command line.</summary>
    /// <param name="args">
    /// When the first argument names a verb, only that verb is built: start-up time counts, and nothing else of the
    /// tree can be reached.
    /// </param>
    public static RootCommand Create(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var root = new RootCommand("Certifies boards whose Intel ME was neutralized: back up, write, watch, sign.");
        foreach (Option option in GlobalOptions.All)
            root.Options.Add(option);

        bool named = args.Count > 0 && Verbs.Any(verb => verb.Name == args[0]);
        foreach ((string name, Func<Command> create) in Verbs)
        {
            if (!named || name == args[0])
                root.Subcommands.Add(create());
        }

        root.WithExamples(
            "flashbench certify                 # one board from end to end, on the embedded virtual bench",
            "flashbench image plan dump.bin     # what neutralizing this image would change",
            "flashbench bench list              # the benches of this host",
            "flashbench config check            # is bench-config.json sound?",
            "flashbench doctor                  # is this host fit for its benches?",
            "flashbench status                  # the jobs of this host, newest first",
            "flashbench resume                  # go on with the job that was interrupted");
        Examples.ShowInHelp(root);
        foreach (VersionOption version in root.Options.OfType<VersionOption>())
            version.Action = new PrintVersion();
        return root;
    }

    /// <summary>"flashbench 1.2.3", as --version prints it.</summary>
    public static string Version { get; } =
        "flashbench " + typeof(FlashBenchCommand).Assembly.GetName().Version!.ToString(fieldCount: 3);

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(Version);
            return ExitCodes.Ok;
        }
    }
}
