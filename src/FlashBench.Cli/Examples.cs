using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace FlashBench.Cli;

/// <summary>Adds "Examples:" to the help of a verb; every verb has at least one (a test holds this).</summary>
public static class Examples
{
    private static readonly ConditionalWeakTable<Command, string[]> ByCommand = [];

    /// <summary>Gives <paramref name="command"/> its example lines and returns it.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="lines">Whole command lines, a comment behind "#" where it helps.</param>
    public static T WithExamples<T>(this T command, params string[] lines)
        where T : Command
    {
        ByCommand.AddOrUpdate(command, lines);
        return command;
    }

    /// <summary>The example lines of a verb; empty if it has none.</summary>
    public static IReadOnlyList<string> Of(Command command) =>
        ByCommand.TryGetValue(command, out string[]? lines) ? lines : [];

    /// <summary>Makes --help of the whole tree print the examples.</summary>
    internal static void ShowInHelp(RootCommand root)
    {
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
    }

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            help.Invoke(parseResult);
            IReadOnlyList<string> lines = Of(parseResult.CommandResult.Command);
            TextWriter output = parseResult.InvocationConfiguration.Output;
            if (lines.Count > 0)
                output.WriteLine("Examples:");
            foreach (string line in lines)
                output.WriteLine($"  {line}");
            return ExitCodes.Ok;
        }
    }
}
