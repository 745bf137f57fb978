using System.Text.Json.Serialization;

namespace FlashBench.Hardware.Flash;

internal sealed record ChipFile(
    int Version, IReadOnlyList<ChipRow> Chips, Dictionary<string, ProtectionRow>? Protections = null,
    string? About = null);

internal sealed record ChipRow(
    string Name, string JedecId, uint SizeBytes, IReadOnlyList<EraseRow> Erases, int SupplyMillivoltsMin,
    int SupplyMillivoltsMax, string Source, int? PageBytes = null, uint? PageProgramTypicalUs = null,
    uint? PageProgramMaxUs = null, string? Addressing = null, bool? ExtendedAddressRegister = null,
    string? FourByteModeBit = null, string? Registers = null, string? Protection = null, string? QuadEnable = null,
    bool? VolatileStatus = null, bool? FlagStatus = null, string? Otp = null, string? UniqueId = null,
    string? Unsure = null, IReadOnlyList<VariantRow>? Variants = null);

internal sealed record VariantRow(
    string Name, ConditionRow? When = null, IReadOnlyList<EraseRow>? Erases = null, int? SupplyMillivoltsMin = null,
    int? SupplyMillivoltsMax = null, string? Source = null, int? PageBytes = null, uint? PageProgramTypicalUs = null,
    uint? PageProgramMaxUs = null, string? Addressing = null, bool? ExtendedAddressRegister = null,
    string? FourByteModeBit = null, string? Registers = null, string? Protection = null, string? QuadEnable = null,
    bool? VolatileStatus = null, bool? FlagStatus = null, string? Otp = null, string? UniqueId = null,
    string? Unsure = null);

internal sealed record ConditionRow(
    int? SfdpMinorMin = null, int? SfdpMinorMax = null, bool? Dword5Bit4 = null, string? ExtendedId = null);

internal sealed record EraseRow(
    string Opcode, uint SizeBytes, uint? TypicalMs = null, uint? MaxMs = null, string? FourByte = null);

internal sealed record ProtectionRow(
    IReadOnlyList<string> Bp, string? Tb = null, string? Sec = null, string? Cmp = null, string? Wps = null,
    string? Srp1 = null, bool? TbOnce = null, IReadOnlyList<int>? Blocks = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ChipFile))]
internal sealed partial class ChipFileContext : JsonSerializerContext;
