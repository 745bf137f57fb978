using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace FlashBench.Bench.Journal;

/// <summary>Names and JSON shapes of the record types.</summary>
internal static class JournalJson
{
    private static readonly (string Name, JsonTypeInfo Shape)[] Types =
    [
        ("job.start", JournalContext.Default.JobStart),
        ("commissioning", JournalContext.Default.Commissioning),
        ("laboratory", JournalContext.Default.Laboratory),
        ("image", JournalContext.Default.Image),
        ("phase.begin", JournalContext.Default.PhaseBegin),
        ("phase.end", JournalContext.Default.PhaseEnd),
        ("deviation", JournalContext.Default.Deviation),
        ("restore.of", JournalContext.Default.RestoreOf),
        ("job.resume", JournalContext.Default.JobResume),
        ("job.halt", JournalContext.Default.JobHalt),
        ("chip", JournalContext.Default.Chip),
        ("chip.again", JournalContext.Default.ChipAgain),
        ("backup.pass", JournalContext.Default.BackupPass),
        ("backup", JournalContext.Default.Backup),
        ("audit", JournalContext.Default.Audit),
        ("image.audit", JournalContext.Default.ImageAudit),
        ("plan", JournalContext.Default.Plan),
        ("dirty", JournalContext.Default.Dirty),
        ("block.intent", JournalContext.Default.BlockIntent),
        ("block.done", JournalContext.Default.BlockDone),
        ("clean", JournalContext.Default.Clean),
        ("read-back", JournalContext.Default.ReadBack),
        ("flash-check", JournalContext.Default.FlashCheck),
        ("power.command", JournalContext.Default.PowerCommand),
        ("line.command", JournalContext.Default.LineCommand),
        ("operator", JournalContext.Default.OperatorConfirm),
        ("power.sense", JournalContext.Default.PowerSense),
        ("power.samples", JournalContext.Default.PowerSamples),
        ("boot.begin", JournalContext.Default.BootBegin),
        ("boot.end", JournalContext.Default.BootEnd),
        ("console.chunk", JournalContext.Default.ConsoleChunk),
        ("console.gap", JournalContext.Default.ConsoleGap),
        ("console.probe", JournalContext.Default.ConsoleProbe),
        ("boot.restart", JournalContext.Default.BootRestart),
        ("verdict", JournalContext.Default.Decision),
    ];

    private static readonly Dictionary<Type, (string Name, JsonTypeInfo Shape)> ByType =
        Types.ToDictionary(entry => entry.Shape.Type);

    private static readonly Dictionary<string, JsonTypeInfo> ByName =
        Types.ToDictionary(entry => entry.Name, entry => entry.Shape);

    /// <summary>All record type names, in the order in which a job first writes them.</summary>
    public static IEnumerable<string> Names => Types.Select(entry => entry.Name);

    public static string NameOf(JournalData data) => ByType[data.GetType()].Name;

    public static void Write(Utf8JsonWriter writer, JournalData data) =>
        JsonSerializer.Serialize(writer, data, ByType[data.GetType()].Shape);

    /// <returns>The data, or null if the type is unknown.</returns>
    /// <exception cref="JsonException">The data does not have the shape of its type.</exception>
    public static JournalData? Read(string name, JsonElement data) =>
        ByName.TryGetValue(name, out JsonTypeInfo? shape) ? (JournalData?)data.Deserialize(shape) : null;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(JournalData.JobStart))]
[JsonSerializable(typeof(JournalData.Commissioning))]
[JsonSerializable(typeof(JournalData.Laboratory))]
[JsonSerializable(typeof(JournalData.Image))]
[JsonSerializable(typeof(JournalData.PhaseBegin))]
[JsonSerializable(typeof(JournalData.PhaseEnd))]
[JsonSerializable(typeof(JournalData.Deviation))]
[JsonSerializable(typeof(JournalData.RestoreOf))]
[JsonSerializable(typeof(JournalData.JobResume))]
[JsonSerializable(typeof(JournalData.JobHalt))]
[JsonSerializable(typeof(JournalData.Chip))]
[JsonSerializable(typeof(JournalData.ChipAgain))]
[JsonSerializable(typeof(JournalData.BackupPass))]
[JsonSerializable(typeof(JournalData.Backup))]
[JsonSerializable(typeof(JournalData.Audit))]
[JsonSerializable(typeof(JournalData.ImageAudit))]
[JsonSerializable(typeof(JournalData.Plan))]
[JsonSerializable(typeof(JournalData.Dirty))]
[JsonSerializable(typeof(JournalData.BlockIntent))]
[JsonSerializable(typeof(JournalData.BlockDone))]
[JsonSerializable(typeof(JournalData.Clean))]
[JsonSerializable(typeof(JournalData.ReadBack))]
[JsonSerializable(typeof(JournalData.FlashCheck))]
[JsonSerializable(typeof(JournalData.PowerCommand))]
[JsonSerializable(typeof(JournalData.LineCommand))]
[JsonSerializable(typeof(JournalData.OperatorConfirm))]
[JsonSerializable(typeof(JournalData.PowerSense))]
[JsonSerializable(typeof(JournalData.PowerSamples))]
[JsonSerializable(typeof(JournalData.BootBegin))]
[JsonSerializable(typeof(JournalData.BootEnd))]
[JsonSerializable(typeof(JournalData.ConsoleChunk))]
[JsonSerializable(typeof(JournalData.ConsoleGap))]
[JsonSerializable(typeof(JournalData.ConsoleProbe))]
[JsonSerializable(typeof(JournalData.BootRestart))]
[JsonSerializable(typeof(JournalData.Decision))]
internal sealed partial class JournalContext : JsonSerializerContext;
