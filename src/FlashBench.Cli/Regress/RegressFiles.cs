using System.Text;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Regress;
using FlashBench.Cli.Image;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;
using FlashBench.Hardware.Native;
using FlashBench.Results.Export;

namespace FlashBench.Cli.Regress;

/// <summary>The files that a regression writes and reads beside its log.</summary>
internal static class RegressFiles
{
    private const string JUnit = "junit.xml", Tap = "results.tap", Csv = "results.csv";

    private static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes matrix, JUnit, TAP and CSV into the run's folder. Another run over the same images, which takes
    /// every result over, makes them again.</summary>
    /// <returns>True if all of them are on disk; what is not was told.</returns>
    public static bool Write(
        DisplaySettings settings, string folder, RegressTable table, RegressComparison? comparison)
    {
        ExportedCase[] cases = [.. table.Cells.Select(cell => CellCase.Of(table, cell))];
        bool page = WriteFile(
            settings, folder, RegressPage.FileName, Text(output => RegressPage.Write(output, table, comparison)));
        using var junit = new MemoryStream();
        JUnitExport.Write(junit, cases);
        junit.WriteByte((byte)'\n');
        return WriteFile(settings, folder, JUnit, junit.ToArray())
            & WriteFile(settings, folder, Tap, Text(output => TapExport.Write(output, cases)))
            & WriteFile(settings, folder, Csv, Text(output => CellCsv.Write(output, table))) & page;
    }

    /// <summary>Reads a baseline.</summary>
    /// <exception cref="CommandFailure">It cannot be read, or is none.</exception>
    public static RegressBaseline ReadBaseline(string file)
    {
        if (FileKinds.Of(file) is not (FileKind.Regular or FileKind.Pipe))
            throw new CommandFailure(ExitCodes.BadInput, $"{file}: there is no such file");
        try
        {
            return RegressBaseline.Read(Path.GetFileName(file), ImageFile.Load(file).Bytes);
        }
        catch (EvidenceException e)
        {
            throw new CommandFailure(ExitCodes.BadInput, e.Message);
        }
    }

    /// <summary>Writes a baseline, whole or not at all.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    public static void WriteBaseline(string file, RegressTable table) =>
        OutputFile.Write(file, RegressBaseline.Write(table));

    private static bool WriteFile(DisplaySettings settings, string folder, string name, byte[] content)
    {
        string path = Path.Combine(folder, name);
        try
        {
            DurableFile.Write(path, content);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            settings.Error.WriteLine($"flashbench: {path} could not be written: {e.Message.TrimEnd('.')}.");
            return false;
        }
    }

    private static byte[] Text(Action<TextWriter> write)
    {
        using var text = new StringWriter();
        write(text);
        return Utf8.GetBytes(text.ToString());
    }
}
