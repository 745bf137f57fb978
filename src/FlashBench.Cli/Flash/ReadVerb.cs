using System.CommandLine;
using System.Security.Cryptography;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Programming;
using FlashBench.Cli.Output;
using FlashBench.Firmware;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Flash;

/// <summary>`flash read`: the chip, or a part of it, into a file.</summary>
internal static class ReadVerb
{
    private static readonly Argument<string> Out = new("FILE")
    {
        Description = "Gets the bytes that were read; it is written at the end, whole",
    };

    private static readonly Option<bool> Once = new("--once")
    {
        Description = "Read every block once instead of twice: faster, and no evidence",
    };

    public static Command Create()
    {
        var read = new Command("read", "Read the chip into a file, every block twice; a whole read is a backup");
        read.Arguments.Add(Out);
        read.Options.Add(Once);
        read.WithBench().WithSelection();
        read.SetAction((parse, cancel) => Task.FromResult(FlashRun.ExecuteHealthy(parse, RunAsync, cancel)));
        return read.WithExamples(
            "flashbench flash read dump.bin                 # the whole chip of the default bench, into the vault too",
            "flashbench flash read me.bin --region me --bench desk1 --board-off");
    }

    private static async Task<int> RunAsync(FlashRun run, CancellationToken cancel)
    {
        string path = run.Parse.GetRequiredValue(Out);
        RefuseUnwritable(path);
        FlashSelection selection = await FlashChoice.OfAsync(run.Parse, run.Flash, cancel);
        if (selection.Ranges.Count > 1)
            throw new UsageException("several regions make no file: read one, or the whole chip");
        FlashRange range = selection.Ranges[0];
        byte[] content = new byte[run.Flash.Chip.SizeBytes];
        var reader = new ChipReader(run.Flash, run.Show);
        bool once = run.Parse.GetValue(Once);
        await (once
            ? reader.ReadAsync(selection.Ranges, content, cancel)
            : reader.ReadTwiceAsync(selection.Ranges, content, cancel));
        byte[] bytes = range.Of(content).ToArray();
        string? backup = selection.IsWhole && !once ? KeepBackup(run, bytes) : null;
        if (backup is null && run.Key is { } key)
            run.World.State.Chips.Correct(key, selection.Ranges, content);
        OutputFile.Write(path, bytes);
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        run.Report(
            "flash.read",
            $"{path}: {FlashWords.Size(bytes.Length)} from {range}, read {(once ? "once" : "twice")} in "
            + $"{FlashWords.Duration(run.Elapsed)}, SHA-256 {sha256}{(backup is null ? "" : "; in the vault")}",
            json =>
            {
                json.WriteString("file", path);
                json.WriteNumber("start", range.Start);
                json.WriteNumber("bytes", bytes.Length);
                json.WriteNumber("passes", once ? 1 : 2);
                json.WriteString("sha256", sha256);
                json.WriteBoolean("inVault", backup is not null);
            });
        return ExitCodes.Ok;
    }

    // Before the read, which takes minutes; what changes meanwhile is found when the file is written.
    private static void RefuseUnwritable(string path)
    {
        if (FileKinds.Of(path) is not (FileKind.None or FileKind.Regular))
            throw new CommandFailure(ExitCodes.CannotWrite, $"{path}: is there and is no ordinary file");
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
            throw new CommandFailure(ExitCodes.CannotWrite, $"{path}: there is no such folder");
    }

    // Two whole, equal reads are what rule I1 asks for before the first erase.
    private static string KeepBackup(FlashRun run, byte[] content)
    {
        string sha256 = new Vault(run.World.Paths.Vault).Store(content);
        if (run.Key is not { } key)
            return sha256;
        bool halfWritten = run.World.State.DirtyJob(run.World.Bench.Id) is not null
            || run.World.State.Chips.DirtyJob(key) is not null;
        if (run.World.State.Chips.Backup(key) is null || !halfWritten)
            run.World.State.Chips.SaveBackup(key, sha256);
        else
            run.Note("the chip is half-written: the backup that was taken before stays the one that counts");
        ContentRecord record = run.World.State.Chips.Content(key);
        record.Learn(0, content);
        run.World.State.Chips.Save(key, record);
        return sha256;
    }
}
