using System.CommandLine;
using FlashBench.Firmware.Formats;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Image;

/// <summary>`image check`: is an image sound, or are thousands of them?</summary>
internal static class CheckCommand
{
    /// <summary>Makes the verb.</summary>
    public static Command Create()
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "images, plain or .gz, and folders of them",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command(
            "check", "Check images: structure, checksums, signature, module hashes. Ends with 65 when one is not sound")
        {
            paths,
        };
        command.SetAction((result, cancel) => Task.FromResult(
            Execute(result, result.GetRequiredValue(paths), cancel)));
        return command.WithExamples(
            "flashbench image check backup.bin", "flashbench image check images/",
            "flashbench image check --json images/ > images.jsonl");
    }

    private static int Execute(ParseResult result, string[] paths, CancellationToken cancel)
    {
        string[] files = [.. ImagePaths.Expand(paths)];
        using var progress = new CheckProgress(result, files.Length);
        bool isJson = result.GetValue(GlobalOptions.Json);
        CheckRow[] rows = new FolderCheck(files, isJson, KeyRing.Intel).Run(progress.Report, cancel);
        progress.Dispose();

        TextWriter output = result.InvocationConfiguration.Output;
        if (isJson)
            CheckText.WriteJson(output, rows);
        else if (paths.Length == 1 && FileKinds.Of(paths[0]) != FileKind.Folder)
            CheckText.WriteOne(output, rows[0]);
        else
            CheckText.WriteTable(output, rows);
        return rows.Length == 0 ? ExitCodes.Ok : rows.Max(row => row.ExitCode); // 77 and 65 before 0, as the worst
    }
}
