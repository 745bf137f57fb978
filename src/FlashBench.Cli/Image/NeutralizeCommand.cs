using System.CommandLine;
using System.Security.Cryptography;

namespace FlashBench.Cli.Image;

/// <summary>`image neutralize`: writes a neutralized copy of an image. Takes me_cleaner's options under their names, so
/// that scripts can move over, or a named policy.</summary>
internal static class NeutralizeCommand
{
    /// <summary>The options of the verb, made anew for every command line.</summary>
    internal sealed class Options
    {
        public Argument<string> File { get; } = ImageCommand.FileArgument();

        public Option<string?> Output { get; } = Text("OUT", "Write the neutralized image to OUT; never the input",
            "-O", "--output");

        public Option<bool> SoftDisable { get; } = Switch(
            "Set the bit that halts the ME too (AltMeDisable, HAP): full dumps", "-S", "--soft-disable");

        public Option<bool> SoftDisableOnly { get; } = Switch(
            "Set that bit and change nothing else", "-s", "--soft-disable-only");

        public Option<bool> Relocate { get; } = Switch(
            "Move FTPR to the start of the ME region", "-r", "--relocate");

        public Option<bool> Truncate { get; } = Switch(
            "Cut the ME region behind what stays: a bare region, or what -M and -D write", "-t", "--truncate");

        public Option<bool> KeepModules { get; } = Switch("Keep all modules of FTPR", "-k", "--keep-modules");

        public Option<string?> Whitelist { get; } = Text(
            "A,B", "Keep these partitions beside FTPR", "-w", "--whitelist");

        public Option<string?> Blacklist { get; } = Text(
            "A,B", "Remove these partitions only; FTPR always stays", "-b", "--blacklist");

        public Option<bool> Descriptor { get; } = Switch(
            "Let the ME read and write only its own region: full dumps", "-d", "--descriptor");

        public Option<string?> ExtractDescriptor { get; } = Text(
            "FD", "Write the flash descriptor to FD; with -t it lays the BIOS out behind the cut region",
            "-D", "--extract-descriptor");

        public Option<string?> ExtractMe { get; } = Text(
            "ME", "Write the ME region to ME; with -t it is cut", "-M", "--extract-me");

        public Option<bool> Check { get; } = Switch(
            "Check the image and its signature; change nothing", "-c", "--check");

        public Option<string?> Policy { get; } = PolicyOption.Create();

        public Option<string?> Platform { get; } = PlatformOption.Create();

        /// <summary>Every option, in the order of the help.</summary>
        public IEnumerable<Option> All =>
        [
            Output, Policy, Platform, SoftDisable, SoftDisableOnly, Relocate, Truncate, KeepModules, Whitelist,
            Blacklist, Descriptor, ExtractDescriptor, ExtractMe, Check,
        ];

        private static Option<bool> Switch(string description, string letter, string name) =>
            new(letter, name) { Description = description };

        private static Option<string?> Text(string helpName, string description, string letter, string name) =>
            new(letter, name) { Description = description, HelpName = helpName };
    }

    /// <summary>Makes the verb.</summary>
    public static Command Create()
    {
        var options = new Options();
        var command = new Command(
            "neutralize",
            "Write a neutralized copy of an image. The input is never modified. Without options the policy purism " +
            "decides; with any of me_cleaner's options the command does what me_cleaner does with them.")
        {
            options.File,
        };
        foreach (Option option in options.All)
            command.Options.Add(option);
        command.SetAction(result =>
        {
            NeutralizeRequest request = NeutralizeRequest.Of(result, options);
            // The first hash of a process loads the crypto library, which takes as long as reading the file.
            _ = Task.Run(() => SHA256.HashData([]));
            return ImageCommand.Run(result, options.File, (input, output) =>
                NeutralizeRun.Execute(input, request, new NeutralizeText(output, result.GetValue(GlobalOptions.Json))));
        });
        return command.WithExamples(
            "flashbench image neutralize backup.bin -O clean.bin        # the default policy",
            "flashbench image neutralize -S -O clean.bin backup.bin     # as me_cleaner -S",
            "flashbench image neutralize -S -r -t -D ifd.bin -M me.bin backup.bin",
            "flashbench image neutralize --platform cnp-lp backup.bin -O hap.bin   # ME 12 and later",
            "flashbench image neutralize -c backup.bin");
    }
}
