using System.Text.Json;
using System.Text.Json.Serialization;
using FlashBench.Firmware.Maps;

namespace FlashBench.Cli.Image;

/// <summary>Maps and differences as one line of JSON each.</summary>
internal static class MapJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>A map.</summary>
    public static string Of(ImageFile file, ImageMap map) => JsonSerializer.Serialize(
        new
        {
            File = file.Path,
            file.Sha256,
            Length = file.Bytes.Length,
            Me = map.Image.Me?.Title,
            map.Plan?.Policy,
            map.Refusal,
            map.Content,
            map.Removed,
            Segments = map.Segments.Select(s => new
            {
                s.Range.Start,
                s.Range.End,
                s.Kind,
                s.Name,
                s.Region,
                s.Content,
                s.Removed,
                s.State,
            }),
        }, Options);

    /// <summary>Differences.</summary>
    public static string Of(ImageFile first, ImageFile second, ImageDiff diff) => JsonSerializer.Serialize(
        new
        {
            First = new { File = first.Path, first.Sha256, Length = first.Bytes.Length },
            Second = new { File = second.Path, second.Sha256, Length = second.Bytes.Length },
            diff.Verdict,
            diff.Policy,
            diff.ChangedBytes,
            diff.ExplainedBytes,
            diff.MissingBytes,
            Differences = diff.Differences.Select(d => new
            {
                d.Range.Start,
                d.Range.End,
                d.Structure,
                d.ChangedBytes,
                Rule = d.Rule?.Id,
                d.Rule?.Text,
            }),
        }, Options);
}
