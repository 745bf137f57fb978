using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using FlashBench.Cli.Output;
using FlashBench.Firmware;
using FlashBench.Firmware.Audit;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.States;
using FlashBench.Simulation.Images;
using FlashBench.Tests.Firmware.States;

namespace FlashBench.Tests.Cli.Output;

/// <summary>Shapes that the compiler generates against what reflection says about the same types.</summary>
public sealed class JsonShapesTests
{
    private static readonly JsonSerializerOptions Reflection = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static TheoryData<string> Texts => [.. MeTexts.Names];

    [Fact]
    public void Every_enumeration_value_is_a_word_in_camel_case()
    {
        Type[] enumerations = [.. Shapes().Where(type => type.IsEnum)];

        Assert.NotEmpty(enumerations);
        Assert.All(
            enumerations.SelectMany(type => Enum.GetValues(type).Cast<object>()),
            value => Assert.Equal(
                $"\"{JsonNamingPolicy.CamelCase.ConvertName(value.ToString()!)}\"",
                JsonSerializer.Serialize(value, JsonContext.Default.GetTypeInfo(value.GetType())!)));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void What_a_text_shows_is_written_as_reflection_would(string name)
    {
        MeTextReport report = MeText.Decode(MeTexts.Read(name), MeTextContext.None);

        AssertSame(report.Overall);
        foreach (MeSample sample in report.Readings.Select(reading => reading.Sample))
        {
            AssertSame(sample.Registers);
            AssertSame(sample.BootGuard);
            AssertSame(sample.Registers.Status1);
            AssertSame(sample.Registers.Status2(report.Generation));
            AssertSame(sample.Registers.Status3(report.Major));
            AssertSame(sample.Registers.Status4(report.Major));
            AssertSame(sample.Registers.Status5(report.Major));
            AssertSame(sample.Registers.Status6(report.Major));
        }
    }

    [Fact]
    public void What_an_image_holds_is_written_as_reflection_would()
    {
        byte[] stock = ImageGenerator.Create("me8", 8u << 20);
        var image = ImageAnalysis.Read(stock, KeyRing.Intel);
        var audit = ImageAudit.Of(image, HostFacts.None);

        AssertSame(image.Descriptor!.Masters);
        AssertSame<ImmutableArray<Finding>>([new(0x1000, FindingSeverity.Error, "the \"checksum\" is wrong")]);
        AssertSame(audit.Work);
        AssertSame(audit.Amt.Firmware);
        AssertSame(audit.Manufacturing);
        AssertSame(audit.Rules);
    }

    [Fact]
    public void A_type_without_a_shape_is_refused() =>
        Assert.Throws<ArgumentException>(() => JsonShapes.Node(new Uri("urn:x")));

    private static void AssertSame<T>(T value) =>
        Assert.Equal(JsonSerializer.Serialize(value, Reflection), JsonShapes.Node(value)?.ToJsonString() ?? "null");

    private static IEnumerable<Type> Shapes() =>
        from property in typeof(JsonContext).GetProperties()
        where property.PropertyType.IsSubclassOf(typeof(JsonTypeInfo))
        select property.PropertyType.GetGenericArguments()[0];
}
