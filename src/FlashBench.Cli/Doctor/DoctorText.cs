using System.Globalization;
using FlashBench.Bench.Doctor;
using FlashBench.Cli.Output;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Doctor;

/// <summary>The doctor's findings for a person, on 80 columns.</summary>
internal static class DoctorText
{
    private const int Columns = 80, WordColumn = 9, NameColumn = 18, TextColumn = WordColumn + NameColumn;
    private const int MendLengthMax = 1000;

    /// <summary>Writes every finding, gravest last, with the line that mends it, and the counts.</summary>
    /// <returns>Exit code.</returns>
    public static int Write(DisplaySettings settings, string about, IReadOnlyList<HostFinding> findings)
    {
        TextWriter output = settings.Output;
        bool colored = settings is { Terminal: true, Color: true };
        if (!settings.Quiet)
            output.WriteLine($"This host, for {PlainText.Of(about, 60)}:");
        foreach (HostFinding finding in findings.OrderBy(finding => finding.Soundness))
        {
            if (!settings.Quiet || finding.Soundness != Soundness.Ok)
                WriteOne(output, finding, colored);
        }

        output.WriteLine(Counts(findings));
        return DoctorJson.ExitCodeOf(findings);
    }

    private static void WriteOne(TextWriter output, HostFinding finding, bool colored)
    {
        string word = DoctorJson.WordOf(finding.Soundness).PadRight(WordColumn);
        string bench = finding.Bench is { } id ? $"bench {id}: " : "";
        string[] lines = [.. TextLines.Wrap(PlainText.Of($"{bench}{finding.Sentence}."), Columns - TextColumn)];
        output.WriteLine($"{Painted(word, finding.Soundness, colored)}{finding.Check.PadRight(NameColumn)}{lines[0]}");
        foreach (string line in lines.Skip(1))
            output.WriteLine(new string(' ', TextColumn) + line);
        foreach (string step in finding.ByHand ? Instruction(finding.Mend) : Steps(finding.Mend))
            output.WriteLine(new string(' ', WordColumn) + step);
    }

    private static IEnumerable<string> Instruction(string? mend) =>
        TextLines.Wrap(PlainText.Of(mend ?? ""), Columns - WordColumn - 2)
            .Select((line, i) => (i == 0 ? "- " : "  ") + line);

    // The line stays one command for a shell when it is copied: each step but the last ends with "&&" and a backslash.
    private static IEnumerable<string> Steps(string? mend)
    {
        if (mend is null)
            yield break;
        string line = PlainText.Of(mend, MendLengthMax);
        string[] steps = line.Length <= Columns - WordColumn - 2 ? [line] : line.Split(" && ");
        for (int i = 0; i < steps.Length; i++)
            yield return (i == 0 ? "$ " : "  ") + steps[i] + (i + 1 < steps.Length ? " && \\" : "");
    }

    private static string Painted(string word, Soundness soundness, bool colored)
    {
        // Source: ECMA-48, SGR: green, cyan, yellow, red.
        int color = soundness switch
        {
            Soundness.Ok => 32,
            Soundness.Unknown => 36,
            Soundness.Warning => 33,
            _ => 31,
        };
        return colored ? string.Create(CultureInfo.InvariantCulture, $"\e[{color}m{word}\e[0m") : word;
    }

    private static string Counts(IReadOnlyList<HostFinding> findings)
    {
        int Of(Soundness soundness) => findings.Count(finding => finding.Soundness == soundness);
        string Counted(Soundness soundness, string one) => string.Create(
            CultureInfo.InvariantCulture, $"{Of(soundness)} {one}{(Of(soundness) == 1 ? "" : "s")}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Counted(Soundness.Problem, "problem")}, {Counted(Soundness.Warning, "warning")}, "
            + $"{Of(Soundness.Unknown)} unknown, {Of(Soundness.Ok)} ok.");
    }
}
