using System.Text.Json;
using System.Xml.Linq;
using FlashBench.Cli.Image;
using FlashBench.Firmware;
using FlashBench.Firmware.Maps;
using FlashBench.Firmware.Neutralization;
using FlashBench.Tests.Firmware;

namespace FlashBench.Tests.Cli.Image;

/// <summary>`image map` and `image diff` as the command line runs them.</summary>
public sealed class MapAndDiffCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flashbench-map-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_map_fits_80_columns_and_says_why_there_is_no_plan()
    {
        var (code, output, errors) = Run("map", Save("dump.bin", TestImage.Gen2Dump().Bytes)); // unknown key

        Assert.Equal((0, ""), (code, errors));
        Assert.All(output.Split('\n').Skip(1), line => Assert.InRange(line.Length, 0, 80));
        foreach (string wanted in (string[])["no plan: ", "ME 8.0.20.1513", "FTPR Huffman chunks",
            "0x011000    458,752", "untouched |   ===================| BIOS"])
        {
            Assert.Contains(wanted, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_text_of_a_planned_map_is_as_accepted()
    {
        using var output = new StringWriter { NewLine = "\n" };
        TestImage image = TestImage.Gen2Dump();

        new MapText(output).Write(
            new ImageFile("dump.bin", image.Bytes), ImageMap.Of(image.Analyse(), NeutralizationPolicy.Purism));

        Assert.Equal(Golden, output.ToString());
    }

    [Fact]
    public void The_drawing_is_well_formed_without_script_and_escapes_names()
    {
        string drawing = Path.Combine(_folder.FullName, "map.svg");

        var (code, _, _) = Run("map", Save("<b>&\u202E.bin", TestImage.Gen2Dump().Bytes), "--svg", drawing);

        string text = File.ReadAllText(drawing);
        XElement root = XDocument.Parse(text).Root!;
        Assert.Equal((0, "svg"), (code, root.Name.LocalName));
        Assert.DoesNotContain(root.Descendants(), e => e.Name.LocalName is "script" or "image" or "use");
        Assert.Contains("&lt;b&gt;&amp;", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', text);
        Assert.Contains("FTPR Huffman chunks", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_drawing_never_replaces_the_input()
    {
        byte[] image = TestImage.Gen2Dump().Bytes;
        string input = Save("dump.bin", image);

        Assert.Equal(64, Run("map", input, "--svg", input).Code);
        Assert.Equal(image, File.ReadAllBytes(input));
    }

    [Fact]
    public void A_map_in_JSON_covers_the_image()
    {
        var (_, output, _) = Run("map", Save("dump.bin", TestImage.Gen3Dump().Bytes), "--json");

        using var json = JsonDocument.Parse(output);
        var segments = json.RootElement.GetProperty("segments").EnumerateArray();
        Assert.Equal(TestImage.FlashLength,
            segments.Sum(s => s.GetProperty("end").GetInt64() - s.GetProperty("start").GetInt64()));
    }

    [Fact]
    public void The_exit_code_of_a_comparison_tells_equal_from_unexplained()
    {
        byte[] image = TestImage.Gen2Dump().Bytes;
        string first = Save("a.bin", image);
        image[0x48] ^= 1;
        string second = Save("b.bin", image);

        Assert.Equal(0, Run("diff", first, first).Code);
        var (code, output, _) = Run("diff", first, second);

        Assert.Equal(30, code);
        Assert.Contains("0x000048-0x000048  FLREG2 (ME) bit 0: 1 byte", output, StringComparison.Ordinal);
        Assert.Contains("UNEXPLAINED", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_neutralized_image_is_explained_and_ends_with_20()
    {
        byte[] image = RealImages.Load("full-link-me8.0");
        byte[] clean = NeutralizationPlan.Create(
            ImageAnalysis.Read(image, FlashBench.Firmware.Formats.KeyRing.Intel)).Apply(image);
        string first = Save("a.bin", image), second = Save("b.bin", clean);

        var (code, output, errors) = Run("diff", first, second);
        var (_, json, _) = Run("diff", first, second, "--json");

        Assert.Equal((20, ""), (code, errors));
        Assert.Contains("PCHSTRP10 bit 7", output, StringComparison.Ordinal);
        Assert.Contains("[set-disable-bit]", output, StringComparison.Ordinal);
        using var parsed = JsonDocument.Parse(json);
        Assert.Equal(937_241, parsed.RootElement.GetProperty("explainedBytes").GetInt64());
    }

    [Theory]
    [InlineData("a.bin", "absent.bin")]
    [InlineData("absent.bin", "a.bin")]
    [InlineData("empty.bin", "a.bin")]
    public void An_unreadable_image_is_one_sentence_and_65(string first, string second)
    {
        Save("a.bin", TestImage.Gen2Dump().Bytes);
        Save("empty.bin", []);

        var (code, output, errors) = Run(
            "diff", Path.Combine(_folder.FullName, first), Path.Combine(_folder.FullName, second));

        Assert.Equal((65, ""), (code, output));
        Assert.Contains(first == "a.bin" ? second : first, Assert.Single(errors.TrimEnd().Split('\n')),
            StringComparison.Ordinal);
    }

    private const string Golden = "";

    private string Save(string name, byte[] content)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        CommandLineRun run = CommandLineRun.OfAsync(["image", .. arguments]).GetAwaiter().GetResult();
        return (run.ExitCode, run.Output, run.Error);
    }
}
