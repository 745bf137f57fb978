using System.Text.Json.Nodes;
using FlashBench.Firmware.Maps;
using static FlashBench.Cli.Output.JsonShapes;

namespace FlashBench.Cli.Image;

/// <summary>Maps and differences as one line of JSON each.</summary>
internal static class MapJson
{
    /// <summary>A map.</summary>
    public static string Of(ImageFile file, ImageMap map) => new JsonObject
    {
        ["file"] = file.Path,
        ["sha256"] = file.Sha256,
        ["length"] = file.Bytes.Length,
        ["me"] = map.Image.Me?.Title,
        ["policy"] = map.Plan?.Policy,
        ["refusal"] = map.Refusal,
        ["content"] = map.Content,
        ["removed"] = map.Removed,
        ["segments"] = Array(map.Segments, segment => new JsonObject
        {
            ["start"] = segment.Range.Start,
            ["end"] = segment.Range.End,
            ["kind"] = Node(segment.Kind),
            ["name"] = segment.Name,
            ["region"] = segment.Region,
            ["content"] = segment.Content,
            ["removed"] = segment.Removed,
            ["state"] = Node(segment.State),
        }),
    }.ToJsonString();

    /// <summary>Differences.</summary>
    public static string Of(ImageFile first, ImageFile second, ImageDiff diff) => new JsonObject
    {
        ["first"] = Describe(first),
        ["second"] = Describe(second),
        ["verdict"] = Node(diff.Verdict),
        ["policy"] = diff.Policy,
        ["changedBytes"] = diff.ChangedBytes,
        ["explainedBytes"] = diff.ExplainedBytes,
        ["missingBytes"] = diff.MissingBytes,
        ["differences"] = Array(diff.Differences, difference => new JsonObject
        {
            ["start"] = difference.Range.Start,
            ["end"] = difference.Range.End,
            ["structure"] = difference.Structure,
            ["changedBytes"] = difference.ChangedBytes,
            ["rule"] = difference.Rule?.Id,
            ["text"] = difference.Rule?.Text,
        }),
    }.ToJsonString();

    private static JsonObject Describe(ImageFile file) => new()
    {
        ["file"] = file.Path,
        ["sha256"] = file.Sha256,
        ["length"] = file.Bytes.Length,
    };
}
