using FlashBench.Cli.Output;
using FlashBench.Firmware.Registers;
using FlashBench.Firmware.States;

namespace FlashBench.Cli.Me;

/// <summary>Shows a decoded text to people: the result first, then what it rests on.</summary>
internal static class MeReportText
{
    private const int ShownMax = 50, LinesMax = 20;

    /// <summary>Writes the report.</summary>
    public static void Write(TextWriter output, string path, MeTextReport report)
    {
        string name = path == MeTextFile.StandardInput ? "standard input" : PlainText.Of(path);
        string version = report.Major is { } major ? $"ME {major}"
            : report.Generation is { } known ? $"generation {(int)known}"
            : "generation unknown (--generation or --me-version tells it)";
        output.WriteLine($"{name}: {Show(report.Overall)}");
        output.WriteLine($"firmware: {version}; samples: {report.Readings.Length}");
        for (int i = 0; i < report.Readings.Length && i < ShownMax; i++)
            Write(output, i + 1, report.Readings[i], report);
        if (report.Readings.Length > ShownMax)
            output.WriteLine($"... {report.Readings.Length - ShownMax} more samples; --json has them all");
        foreach (MeStatement remark in report.Remarks)
            output.WriteLine($"remark, proves no state: line {remark.Line}: {PlainText.Of(remark.Text.Trim(), 120)}");
    }

    /// <summary>Name of a state for people.</summary>
    public static string Name(MeStateKind kind) => kind switch
    {
        MeStateKind.NoEvidence => "no evidence",
        MeStateKind.ServerFirmware => "server firmware",
        MeStateKind.WatchdogArmed => "watchdog armed",
        MeStateKind.InvalidCpu => "wrong CPU",
        MeStateKind.FlashOverride => "flash override",
        MeStateKind.SoftDisabled => "soft-disabled",
        MeStateKind.DisabledByBit => "disabled by HAP or AltMeDisable",
        MeStateKind.DebugMode => "debug",
        MeStateKind.NeutralizedByRemoval => "neutralized by removal",
        MeStateKind.Running => "running",
        MeStateKind.Transient => "transient",
        MeStateKind.ImageBroken => "image broken",
        _ => "no rule fits",
    };

    private static string Show(MeState state) =>
        $"{Name(state.Kind).ToUpperInvariant()} ({state.Strength.ToString().ToLowerInvariant()}): {state.Sentence}";

    private static void Write(TextWriter output, int number, MeReading reading, MeTextReport report)
    {
        output.WriteLine();
        output.WriteLine($"sample {number}: {Show(reading.State)}");
        foreach ((string register, string fields) in MeFields.Of(reading.Sample, report))
            output.WriteLine($"  {register,-10} {fields}");
        output.WriteLine("  rests on");
        foreach (IGrouping<int, MeStatement> line in reading.Sample.Statements.GroupBy(s => s.Line).Take(LinesMax))
        {
            string damaged = line.Any(said => said.Key == MeKey.Damaged) ? "   <- damaged" : "";
            output.WriteLine($"  {line.Key,6}: {PlainText.Of(line.First().Text.Trim(), 120)}{damaged}");
        }
    }
}
