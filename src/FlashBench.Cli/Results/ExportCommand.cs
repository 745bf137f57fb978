using System.CommandLine;
using System.Text;
using FlashBench.Cli.Output;
using FlashBench.Results.Export;
using FlashBench.Results.Queries;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Cli.Results;

/// <summary>`flashbench export junit|tap|csv`: results for other programs.</summary>
public static class ExportCommand
{
    private static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var export = new Command("export", "Write results for other programs");
        export.Subcommands.Add(Format(
            "junit", "JUnit XML: a suite for each run or bench, a case for each job; only a PASS is green", JUnit));
        export.Subcommands.Add(Format(
            "tap", "Test Anything Protocol 13: a test for each job; only a PASS is ok", Tap));
        export.Subcommands.Add(Format(
            "csv", "Comma-separated values (RFC 4180); text that looks like a formula has an apostrophe before it",
            Csv));
        return export.WithExamples(
            "flashbench export junit --run SOAK-20260309-200000 -o results.xml",
            "flashbench export csv --since 30d -o jobs.csv");
    }

    private static Command Format(string name, string description, Func<List<JobRow>, byte[]> render)
    {
        var file = new Option<string?>("--output", "-o")
        {
            Description = "File to write, whole or not at all; without it, standard output",
            HelpName = "FILE",
        };
        Option<string?> evidence = OpenResults.EvidenceOption();
        var filter = new FilterOptions();
        var format = new Command(name, description);
        filter.AddTo(format);
        format.Options.Add(file);
        format.Options.Add(evidence);
        format.SetAction((parse, cancel) => Task.FromResult(OpenResults.Read(
            parse, parse.GetValue(evidence), (_, store) =>
            {
                ResultsFilter wanted = filter.Of(parse, TimeProvider.System.GetUtcNow());
                RefuseUnknownRun(store, wanted.Run);
                List<JobRow> rows = JobList.Read(store, wanted, limit: null);
                rows.Reverse(); // oldest first, as they happened
                Deliver(parse, name, parse.GetValue(file), rows.Count, render(rows));
                return ExitCodes.Ok;
            }, cancel)));
        string ending = name == "junit" ? "xml" : name;
        return format.WithExamples($"flashbench export {name} --since 7d -o results.{ending}");
    }

    // Nothing at all would be green for whoever reads it.
    private static void RefuseUnknownRun(ResultsStore store, string? run)
    {
        var ofRun = new ResultsFilter
        {
            Run = run,
        };
        if (run is not null && JobList.Read(store, ofRun, limit: 1).Count == 0)
            throw new UsageException($"--run {PlainText.Of(run, 60)} has no job among the results");
    }

    private static void Deliver(ParseResult parse, string format, string? file, int jobs, byte[] content)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        bool json = parse.GetValue(GlobalOptions.Json);
        if (file is { Length: 0 })
            throw new UsageException("--output has an empty value");
        if (file is null && json)
            throw new UsageException("--json needs --output FILE: standard output cannot hold both");
        if (file is null)
        {
            output.Write(Utf8.GetString(content));
            return;
        }

        OutputFile.Write(file, content);
        if (json)
        {
            JsonLine.Write(output, "exported", line =>
            {
                line.WriteString("format", format);
                line.WriteString("file", Path.GetFullPath(file));
                line.WriteNumber("jobs", jobs);
            });
        }
        else if (!parse.GetValue(GlobalOptions.Quiet))
        {
            output.WriteLine($"{jobs} jobs in {PlainText.Of(file)}.");
        }
    }

    private static byte[] JUnit(List<JobRow> rows)
    {
        using var bytes = new MemoryStream();
        JUnitExport.Write(bytes, rows);
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    private static byte[] Tap(List<JobRow> rows) => Text(output => TapExport.Write(output, rows));

    private static byte[] Csv(List<JobRow> rows) => Text(output => CsvExport.Write(output, rows));

    private static byte[] Text(Action<TextWriter> write)
    {
        using var text = new StringWriter();
        write(text);
        return Utf8.GetBytes(text.ToString());
    }
}
