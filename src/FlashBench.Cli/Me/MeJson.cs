using System.Text.Json;
using System.Text.Json.Nodes;
using FlashBench.Cli.Output;
using FlashBench.Firmware.Registers;
using FlashBench.Firmware.States;
using static FlashBench.Cli.Output.JsonShapes;

namespace FlashBench.Cli.Me;

/// <summary>A decoded text as JSON: one line a sample, then one for the whole.</summary>
internal static class MeJson
{
    /// <summary>Writes the report.</summary>
    public static void Write(TextWriter output, string path, MeTextReport report)
    {
        foreach (MeReading reading in report.Readings)
            JsonLine.Write(output, "meSample", writer => Write(writer, reading, report));
        JsonLine.Write(output, "meState", writer =>
        {
            writer.WriteString("file", path);
            Member(writer, "overall", report.Overall);
            Member(writer, "generation", (int?)report.Generation);
            Member(writer, "meMajor", report.Major);
            writer.WriteNumber("samples", report.Readings.Length);
            writer.WritePropertyName("remarks");
            Array(report.Remarks, remark => new JsonObject
            {
                ["line"] = remark.Line,
                ["text"] = remark.Text,
            }).WriteTo(writer);
        });
    }

    private static void Write(Utf8JsonWriter writer, MeReading reading, MeTextReport report)
    {
        MeRegisters registers = reading.Sample.Registers;
        Member(writer, "state", reading.State);
        writer.WriteBoolean("contradictory", reading.IsContradictory);
        Member(writer, "registers", registers);
        Member(writer, "hfsts1", registers.Status1);
        Member(writer, "hfsts2", registers.Status2(report.Generation));
        Member(writer, "hfsts3", registers.Status3(report.Major));
        Member(writer, "hfsts4", registers.Status4(report.Major));
        Member(writer, "hfsts5", registers.Status5(report.Major));
        Member(writer, "hfsts6", registers.Status6(report.Major));
        Member(writer, "bootGuard", reading.Sample.BootGuard);
        writer.WritePropertyName("lines");
        Array(reading.Sample.Statements, said => new JsonObject
        {
            ["line"] = said.Line,
            ["key"] = Node(said.Key),
            ["text"] = said.Text,
        }).WriteTo(writer);
    }
}
