using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using FlashBench.Cli;

namespace FlashBench.Tests.Cli;

public sealed partial class FlashBenchCommandTests
{
    [Fact]
    public void Every_verb_has_a_description_and_an_example_of_itself() =>
        Assert.All(Tree("flashbench", FlashBenchCommand.Create([])), verb =>
        {
            Assert.False(string.IsNullOrWhiteSpace(verb.Command.Description), verb.Path);
            Assert.True(Examples.Of(verb.Command).Any(line =>
                line.StartsWith(verb.Path, StringComparison.Ordinal)), $"{verb.Path} has no example");
        });

    [Fact]
    public void Every_example_is_understood()
    {
        // A comment, a pipe or a redirection behind the command is the shell's.
        var commands = Tree("flashbench", FlashBenchCommand.Create([])).SelectMany(verb => Examples.Of(verb.Command))
            .SelectMany(line => line.Split('#')[0].Split(" && "));

        Assert.All(commands, line =>
        {
            string[] args = [.. Word().Matches(line.Split('>', '|')[0]).Select(word => word.Value.Trim('"')).Skip(1)];
            Assert.Empty(FlashBenchCommand.Create(args).Parse(args).Errors);
        });
    }

    [Fact]
    public void Every_option_and_argument_is_described() =>
        Assert.All(Tree("flashbench", FlashBenchCommand.Create([])), verb =>
            Assert.All(verb.Command.Options.Cast<Symbol>().Concat(verb.Command.Arguments), symbol =>
                Assert.False(string.IsNullOrWhiteSpace(symbol.Description), $"{verb.Path} {symbol.Name}")));

    [Fact]
    public void Naming_a_verb_builds_only_that_verb()
    {
        Assert.Equal(["config"], FlashBenchCommand.Create(["config", "check"]).Subcommands.Select(verb => verb.Name));
        Assert.True(FlashBenchCommand.Create(["--json", "config"]).Subcommands.Count > 1);
    }

    [Fact]
    public async Task Version_is_that_of_the_program() =>
        Assert.Equal(new CommandLineRun(0, "flashbench 0.1.0\n", ""), await CommandLineRun.OfAsync("--version"));

    [Fact]
    public void The_readme_lists_every_exit_code()
    {
        string readme = File.ReadAllText(ProjectTree.PathOf("README.md"));
        var codes = typeof(ExitCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => string.Create(CultureInfo.InvariantCulture, $"| {field.GetRawConstantValue()} |"));

        Assert.All(codes, code => Assert.Contains(code, readme, StringComparison.Ordinal));
    }

    // As a shell splits them: text in quotes is one word.
    [GeneratedRegex("\"[^\"]*\"|[^ ]+")]
    private static partial Regex Word();

    private static IEnumerable<(string Path, Command Command)> Tree(string path, Command command) =>
        command.Subcommands.SelectMany(verb => Tree($"{path} {verb.Name}", verb)).Prepend((path, command));
}
