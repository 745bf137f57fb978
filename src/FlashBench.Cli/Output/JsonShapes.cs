using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using FlashBench.Firmware;
using FlashBench.Firmware.Audit;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Maps;
using FlashBench.Firmware.Registers;
using FlashBench.Firmware.States;

namespace FlashBench.Cli.Output;

/// <summary>Values of the firmware library as JSON: members and enumeration values in camel case.</summary>
/// <remarks>The shapes are generated when the program is compiled: a native program cannot look them up.</remarks>
internal static class JsonShapes
{
    /// <summary>A value as part of a larger object.</summary>
    /// <typeparam name="T">A type of <see cref="JsonContext"/>.</typeparam>
    public static JsonNode? Node<T>(T value) => JsonSerializer.SerializeToNode(value, ShapeOf<T>());

    /// <summary>Items as an array, each described by <paramref name="describe"/>.</summary>
    public static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode?> describe) =>
        new([.. items.Select(describe)]);

    /// <summary>Writes one member of an object.</summary>
    /// <typeparam name="T">A type of <see cref="JsonContext"/>.</typeparam>
    public static void Member<T>(Utf8JsonWriter writer, string name, T value)
    {
        writer.WritePropertyName(name);
        JsonSerializer.Serialize(writer, value, ShapeOf<T>());
    }

    private static JsonTypeInfo<T> ShapeOf<T>() => (JsonTypeInfo<T>)(JsonContext.Default.GetTypeInfo(typeof(T)) ??
        throw new ArgumentException($"{typeof(T)} has no JSON shape"));
}

/// <summary>An enumeration's values as words in camel case.</summary>
internal sealed class JsonWords<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase)
    where T : struct, Enum;

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters =
    [
        typeof(JsonWords<DiffVerdict>), typeof(JsonWords<EvidenceStrength>), typeof(JsonWords<FindingSeverity>),
        typeof(JsonWords<FirmwareFamily>), typeof(JsonWords<FuseItem>), typeof(JsonWords<FuseSource>),
        typeof(JsonWords<ImageKind>), typeof(JsonWords<LockState>), typeof(JsonWords<MeGeneration>),
        typeof(JsonWords<MeKey>), typeof(JsonWords<MePhase>), typeof(JsonWords<MeStateKind>),
        typeof(JsonWords<ModuleCompression>), typeof(JsonWords<PartitionKind>), typeof(JsonWords<PchClass>),
        typeof(JsonWords<PlannedChange>), typeof(JsonWords<Presence>), typeof(JsonWords<RuleSeverity>),
        typeof(JsonWords<RuleState>), typeof(JsonWords<SegmentKind>), typeof(JsonWords<SegmentState>),
        typeof(JsonWords<SignatureScheme>), typeof(JsonWords<SignatureStatus>), typeof(JsonWords<StrapEvidence>),
    ])]
[JsonSerializable(typeof(AmtIngredient))]
[JsonSerializable(typeof(BootGuardMsr?))]
[JsonSerializable(typeof(DiffVerdict))]
[JsonSerializable(typeof(FirmwareFamily))]
[JsonSerializable(typeof(FuseItem))]
[JsonSerializable(typeof(FuseSource))]
[JsonSerializable(typeof(Hfsts1?))]
[JsonSerializable(typeof(Hfsts2?))]
[JsonSerializable(typeof(Hfsts3?))]
[JsonSerializable(typeof(Hfsts4?))]
[JsonSerializable(typeof(Hfsts5?))]
[JsonSerializable(typeof(Hfsts6?))]
[JsonSerializable(typeof(ImageKind))]
[JsonSerializable(typeof(ImmutableArray<Finding>))]
[JsonSerializable(typeof(ImmutableArray<MasterAccess>))]
[JsonSerializable(typeof(ImmutableArray<PreflightRule>))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(LockState))]
[JsonSerializable(typeof(ManufacturingState))]
[JsonSerializable(typeof(MeKey))]
[JsonSerializable(typeof(MeRegisters))]
[JsonSerializable(typeof(MeState))]
[JsonSerializable(typeof(ModuleCompression))]
[JsonSerializable(typeof(PartitionKind))]
[JsonSerializable(typeof(PchClass))]
[JsonSerializable(typeof(PlannedWork))]
[JsonSerializable(typeof(Presence))]
[JsonSerializable(typeof(SegmentKind))]
[JsonSerializable(typeof(SegmentState))]
[JsonSerializable(typeof(SignatureScheme))]
[JsonSerializable(typeof(SignatureStatus))]
[JsonSerializable(typeof(StrapEvidence))]
internal sealed partial class JsonContext : JsonSerializerContext;
