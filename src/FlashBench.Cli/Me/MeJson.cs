using System.Text.Json;
using System.Text.Json.Serialization;
using FlashBench.Cli.Output;
using FlashBench.Firmware.Registers;
using FlashBench.Firmware.States;

namespace FlashBench.Cli.Me;

/// <summary>A decoded text as JSON: one line a sample, then one for the whole.</summary>
internal static class MeJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Writes the report.</summary>
    public static void Write(TextWriter output, string path, MeTextReport report)
    {
        foreach (MeReading reading in report.Readings)
            JsonLine.Write(output, "meSample", writer => Write(writer, reading, report));
        JsonLine.Write(output, "meState", writer =>
        {
            writer.WriteString("file", path);
            Write(writer, "overall", report.Overall);
            Write(writer, "generation", (int?)report.Generation);
            Write(writer, "meMajor", report.Major);
            writer.WriteNumber("samples", report.Readings.Length);
            Write(writer, "remarks", report.Remarks.Select(remark => new { remark.Line, remark.Text }));
        });
    }

    private static void Write(Utf8JsonWriter writer, MeReading reading, MeTextReport report)
    {
        MeRegisters registers = reading.Sample.Registers;
        Write(writer, "state", reading.State);
        Write(writer, "contradictory", reading.IsContradictory);
        Write(writer, "registers", registers);
        Write(writer, "hfsts1", registers.Status1);
        Write(writer, "hfsts2", registers.Status2(report.Generation));
        Write(writer, "hfsts3", registers.Status3(report.Major));
        Write(writer, "hfsts4", registers.Status4(report.Major));
        Write(writer, "hfsts5", registers.Status5(report.Major));
        Write(writer, "hfsts6", registers.Status6(report.Major));
        Write(writer, "bootGuard", reading.Sample.BootGuard);
        Write(writer, "lines", reading.Sample.Statements.Select(said => new { said.Line, said.Key, said.Text }));
    }

    private static void Write<T>(Utf8JsonWriter writer, string name, T value)
    {
        writer.WritePropertyName(name);
        JsonSerializer.Serialize(writer, value, Options);
    }
}
