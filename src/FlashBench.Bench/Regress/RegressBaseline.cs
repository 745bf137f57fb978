using System.Text.Json;
using System.Text.Json.Serialization;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Regress;

/// <summary>Results that are known, in a file of their own: later runs are compared with them.</summary>
/// <param name="Format">Always <see cref="FormatName"/>.</param>
/// <param name="Run">The run that they are from.</param>
/// <param name="Cells">The results.</param>
public sealed record RegressBaseline(string Format, string Run, CellResult[] Cells)
{
    /// <summary>What every such file says of itself.</summary>
    public const string FormatName = "flashbench regress baseline 1";

    private const int BytesMax = 64 << 20, CellsMax = 200_000, TextMax = 4096, ListMax = 1000;

    /// <summary>Makes the file.</summary>
    /// <returns>UTF-8; equal results give equal bytes.</returns>
    public static byte[] Write(RegressTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return [
            .. JsonSerializer.SerializeToUtf8Bytes(
                new RegressBaseline(FormatName, table.Start.Run, [.. table.Cells]),
                RegressBaselineContext.Default.RegressBaseline),
            (byte)'\n',
        ];
    }

    /// <summary>Reads the file.</summary>
    /// <param name="file">What messages call it.</param>
    /// <param name="content">All of it; may be anything.</param>
    /// <exception cref="EvidenceException">It is none, is damaged, or has more than any run makes.</exception>
    public static RegressBaseline Read(string file, ReadOnlySpan<byte> content)
    {
        if (content.Length > BytesMax)
            throw new EvidenceException(file, BytesMax, "it is larger than any baseline");
        RegressBaseline? read;
        try
        {
            read = JsonSerializer.Deserialize(content, RegressBaselineContext.Default.RegressBaseline);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            long at = e is JsonException { BytePositionInLine: { } position, LineNumber: 0 } ? position : 0;
            throw new EvidenceException(file, at, "it is no baseline, or it is damaged");
        }

        if (read is not { Format: FormatName })
            throw new EvidenceException(file, 0, $"it is no baseline: \"{FormatName}\" is not what it says");
        if (read.Run.Length > TextMax || read.Cells.Length > CellsMax || Array.Exists(read.Cells, IsOversized))
            throw new EvidenceException(file, 0, "it has more than any run makes");
        var places = new HashSet<(string, string, string, string)>();
        if (Array.Find(read.Cells, cell => !places.Add(cell.Place)) is { } twice)
            throw new EvidenceException(file, 0, $"it has two results for one cell of {twice.File}");
        return read;
    }

    private static bool IsOversized(CellResult? cell) => cell is null
        || cell.Stages.Length > ListMax || cell.Jobs.Length > ListMax || cell.ChangedBytes < 0
        || !Enum.IsDefined(cell.Outcome) || !double.IsFinite(cell.Seconds)
        || cell.Stages.Any(stage => stage is null || stage.Stage.Length > TextMax || stage.Text.Length > TextMax)
        || cell.Jobs.Any(job => job is null || job.Length > TextMax)
        || new[]
        {
            cell.File, cell.Policy, cell.Profile, cell.Stage, cell.Reason, cell.Bench, cell.Image, cell.Me, cell.Key,
            cell.Result, cell.Level, cell.OpenChecks, cell.Run,
        }.Any(text => text is null || text.Length > TextMax);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RegressBaseline))]
internal sealed partial class RegressBaselineContext : JsonSerializerContext;
