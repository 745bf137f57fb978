using System.Text;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Regress;
using FlashBench.Cli.Image;
using FlashBench.Cli.Output;
using FlashBench.Hardware.Native;
using FlashBench.Results.Export;

namespace FlashBench.Cli.Regress;

/// <summary>The files that a regression writes and reads beside its log.</summary>
internal static class RegressFiles
{
    private const string JUnit = "junit.xml", Tap = "results.tap", Csv = "results.csv";

    private static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes matrix, JUnit, TAP and CSV into the run's folder.</summary>
    /// <exception cref="CommandFailure">One could not be written: the run goes on from there another time.</exception>
    public static void Write(string folder, RegressTable table, RegressComparison? comparison)
    {
        ExportedCase[] cases = [.. table.Cells.Select(cell => CellCase.Of(table, cell))];
        WriteFile(folder, RegressPage.FileName, Text(output => RegressPage.Write(output, table, comparison)));
        using var junit = new MemoryStream();
        JUnitExport.Write(junit, cases);
        junit.WriteByte((byte)'\n');
        WriteFile(folder, JUnit, junit.ToArray());
        WriteFile(folder, Tap, Text(output => TapExport.Write(output, cases)));
        WriteFile(folder, Csv, Text(output => CellCsv.Write(output, table)));
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

    private static void WriteFile(string folder, string name, byte[] content)
    {
        string path = Path.Combine(folder, name);
        try
        {
            DurableFile.Write(path, content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(
                ExitCodes.CannotWrite, $"{path} could not be written: {e.Message.TrimEnd('.')}; `flashbench resume "
                + $"{Path.GetFileName(folder)}` writes it");
        }
    }

    private static byte[] Text(Action<TextWriter> write)
    {
        using var text = new StringWriter();
        write(text);
        return Utf8.GetBytes(text.ToString());
    }
}
