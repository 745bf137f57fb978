using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlashBench.Bench.Config;

namespace FlashBench.Tests.Config;

/// <summary>The schema is for editors; the reader decides. These tests keep the two from drifting apart.</summary>
public sealed class DutProfileSchemaTests
{
    private const string Folder = "hardware/profiles";
    private const string SampleId = "lenovo-x230"; // has every key that there is

    private static readonly string[] Objects =
        ["$", "$.flash", "$.flash.components[0]", "$.me", "$.power", "$.console", "$.watch"];

    private static readonly JsonElement Schema =
        JsonDocument.Parse(File.ReadAllBytes(ProjectTree.PathOf(Folder, "dut-profile.schema.json"))).RootElement;

    [Fact]
    public void Every_profile_fits_the_schema() => Assert.All(DutProfiles.Ids, id =>
        Assert.Null(JsonSchema.Fault(Schema, JsonDocument.Parse(BytesOf(id)).RootElement)));

    [Fact]
    public void The_schema_knows_the_keys_that_the_reader_knows() => Assert.All(Objects, path =>
    {
        JsonNode profile = Sample();
        At(profile, path)["unheardOf"] = 1;

        string complaint = ReaderFault(profile)!;
        string[] known = complaint[(complaint.IndexOf("known here are ", StringComparison.Ordinal) + 15)..].Split(", ");
        string[] described = [.. PartOf(path).GetProperty("properties").EnumerateObject().Select(one => one.Name)];

        Assert.Contains("unheardOf: unknown key", complaint, StringComparison.Ordinal);
        Assert.Equal(known.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        Assert.NotNull(SchemaFault(profile));
    });

    [Fact]
    public void Schema_and_reader_miss_the_same_keys() => Assert.All(Objects, path =>
    {
        string[] keys = [.. At(Sample(), path).AsObject().Select(member => member.Key)];
        foreach (string key in keys)
        {
            JsonNode profile = Sample();
            At(profile, path).AsObject().Remove(key);
            Assert.True(
                (SchemaFault(profile) is null) == (ReaderFault(profile) is null),
                $"without {path}.{key}: schema \"{SchemaFault(profile)}\", reader \"{ReaderFault(profile)}\"");
        }
    });

    [Theory]
    [InlineData("$", "requiredLevel", "\"L4\"")]
    [InlineData("$", "unverified", "1")]
    [InlineData("$", "sources", "[]")]
    [InlineData("$", "sources", "[ 5 ]")]
    [InlineData("$", "chips", "[ \"EF401\" ]")]
    [InlineData("$", "chips", "[ \"0xEF4017\" ]")]
    [InlineData("$.flash", "supplyMillivolts", "5000")]
    [InlineData("$.flash", "components", "[]")]
    [InlineData("$.flash.components[0]", "sizeBytes", "8388607")]
    [InlineData("$.flash.components[0]", "sizeBytes", "134217728")]
    [InlineData("$.flash.components[0]", "holds", "[ \"fd\", \"me\", \"nvram\" ]")]
    [InlineData("$.me", "strapOffset", "\"28\"")]
    [InlineData("$.me", "strapBit", "32")]
    [InlineData("$.me", "majors", "[ \"8\" ]")]
    [InlineData("$.power", "sampleMilliseconds", "5001")]
    [InlineData("$.power", "toBeCommissioned", "\"yes\"")]
    [InlineData("$.console", "expectedSilence", "null")]
    [InlineData("$.console", "note", "\"\"")]
    [InlineData("$.watch", "minimumSeconds", "1859")]
    [InlineData("$.watch", "coldBoots", "0")]
    [InlineData("$.watch", "gapMaxSeconds", "21")]
    [InlineData("$.watch", "warmBoots", "21")]
    [InlineData("$.watch", "soakMinutes", "[]")]
    [InlineData("$.watch", "soakMinutes", "[ 31 ]")]
    [InlineData("$.watch", "soakMinutes", "65")]
    [InlineData("$.watch", "failFast", "1")]
    [InlineData("$.power", "sleepMilliamps", "[ 70 ]")]
    [InlineData("$.power", "sleepMilliamps", "[ 0, 90 ]")]
    public void What_the_reader_refuses_the_schema_refuses(string path, string key, string value)
    {
        JsonNode profile = Sample();
        At(profile, path)[key] = JsonNode.Parse(value);

        Assert.NotNull(ReaderFault(profile));
        Assert.NotNull(SchemaFault(profile));
    }

    private static JsonNode Sample() => JsonNode.Parse(BytesOf(SampleId))!;

    private static byte[] BytesOf(string id) => File.ReadAllBytes(ProjectTree.PathOf(Folder, id + ".json"));

    private static JsonNode At(JsonNode root, string path) => path.Split('.')[1..]
        .Aggregate(root, (node, step) => step.EndsWith("[0]", StringComparison.Ordinal)
            ? node[step[..^3]]![0]! : node[step]!);

    private static JsonElement PartOf(string path) => path.Split('.')[1..]
        .Aggregate(Schema, (schema, step) => step.EndsWith("[0]", StringComparison.Ordinal)
            ? schema.GetProperty("properties").GetProperty(step[..^3]).GetProperty("items")
            : schema.GetProperty("properties").GetProperty(step));

    private static string? SchemaFault(JsonNode profile) =>
        JsonSchema.Fault(Schema, JsonDocument.Parse(profile.ToJsonString()).RootElement);

    private static string? ReaderFault(JsonNode profile) => Record.Exception(() =>
        DutProfiles.Parse(Encoding.UTF8.GetBytes(profile.ToJsonString()), "p.json", SampleId)) switch
    {
        null => null,
        ConfigException fault => fault.Message,
        var other => throw other,
    };
}
