using System.CommandLine;
using FlashBench.Bench.Programming;
using FlashBench.Cli.Image;

namespace FlashBench.Cli.Flash;

/// <summary>`flash write` and `flash erase`.</summary>
internal static class WriteVerb
{
    private static readonly Argument<string> Image = new("FILE")
    {
        Description = "What the chip shall hold, plain or .gz: a whole image, or the bytes of the one region chosen",
    };

    public static Command CreateWrite()
    {
        var write = new Command("write", "Write an image: erase and program only what differs, and read it back");
        write.Arguments.Add(Image);
        write.WithBench().WithSelection().WithWriting();
        write.SetAction((parse, cancel) => Task.FromResult(FlashRun.ExecuteHealthy(parse, WriteAsync, cancel)));
        return write.WithExamples(
            "flashbench flash write new.bin --region me      # the ME region, as the chip's own descriptor has it",
            "flashbench flash write new.bin --verify full --bench desk1 --board-off");
    }

    public static Command CreateErase()
    {
        var erase = new Command("erase", "Erase a region, a range or the whole chip to 0xFF, and read it back");
        erase.WithBench().WithSelection().WithWriting();
        erase.SetAction((parse, cancel) => Task.FromResult(FlashRun.ExecuteHealthy(parse, EraseAsync, cancel)));
        return erase.WithExamples(
            "flashbench flash erase --range 10000-1ffff",
            "flashbench flash erase --allow-descriptor --no-backup desk1 --bench desk1 --board-off   # all of it");
    }

    private static async Task<int> WriteAsync(FlashRun run, CancellationToken cancel)
    {
        string path = run.Parse.GetRequiredValue(Image);
        byte[] file = ImageFile.Load(path).Bytes;
        FlashSelection selection = await FlashChoice.OfAsync(run.Parse, run.Flash, cancel);
        byte[] target = WriteOrder.Lay(selection, file, run.Flash.Chip.SizeBytes, path);
        WriteResult result = await new WriteJob(run, file).RunAsync(selection, target, cancel);
        Report(run, "flash.write", $"{path}: written", selection, result);
        return ExitCodes.Ok;
    }

    private static async Task<int> EraseAsync(FlashRun run, CancellationToken cancel)
    {
        FlashSelection selection = await FlashChoice.OfAsync(run.Parse, run.Flash, cancel);
        byte[] target = new byte[run.Flash.Chip.SizeBytes];
        Array.Fill(target, (byte)0xFF);
        WriteResult result = await new WriteJob(run, image: null).RunAsync(selection, target, cancel);
        Report(run, "flash.erase", "erased", selection, result);
        return ExitCodes.Ok;
    }

    private static void Report(
        FlashRun run, string kind, string what, FlashSelection selection, WriteResult result)
    {
        string changed = result.Blocks == 0
            ? "nothing differed"
            : $"{result.Blocks} blocks changed ({FlashWords.Size(result.ErasedBytes)} erased, {result.Pages} pages "
                + $"programmed, {FlashWords.Size(result.VerifiedBytes)} read back equal)";
        run.Report(
            kind, $"{what}, {FlashWords.Size(selection.Bytes)} of {run.Flash.Chip.Name}: {changed} in "
                + $"{FlashWords.Duration(run.Elapsed)}",
            json =>
            {
                json.WriteNumber("bytes", selection.Bytes);
                json.WriteNumber("blocks", result.Blocks);
                json.WriteNumber("erasedBytes", result.ErasedBytes);
                json.WriteNumber("pages", result.Pages);
                json.WriteNumber("readBytes", result.ReadBytes);
                json.WriteNumber("verifiedBytes", result.VerifiedBytes);
            });
    }
}
