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
            "0x011000    454,656", "================| BIOS"])
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

        Assert.Equal(Stable(Golden), Stable(output.ToString()));
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

    [Fact]
    public void Inspect_shows_which_platforms_fit_and_a_named_one_pins_the_bit()
    {
        string descriptor = Save(
            "fd.bin", RealImages.Load("ifd-mrchromebox-librem-cnl-librem-14-flashdescriptor"));

        var (_, open, _) = Run("inspect", descriptor);
        var (code, pinned, _) = Run("inspect", descriptor, "--platform", "cnp-lp");

        Assert.Equal(0, code);
        Assert.Contains("not pinned; platforms that fit, for --platform", open, StringComparison.Ordinal);
        Assert.Contains("cnp-lp     300/400-series LP: HAP SET", open, StringComparison.Ordinal);
        Assert.Contains("HAP SET: strap +0x70 bit 16, 0x800103B8 at 0x170; seen in", pinned, StringComparison.Ordinal);
        Assert.Equal(65, Run("inspect", descriptor, "--platform", "ibx").Code);
    }

    [Fact]
    public void Inspect_shows_the_layout_of_later_firmware_and_how_it_is_signed()
    {
        string region = Save("me.bin", TestIfwi.New().Bytes); // unknown key: shown, and 65

        var (code, output, _) = Run("inspect", region);
        var (_, json, _) = Run("inspect", region, "--json");

        Assert.Equal(65, code);
        foreach (string wanted in (string[])["IFWI 1.7 layout", "boot 1 ", "RBEP ", "RSA-3072 PSS, SHA-384"])
            Assert.Contains(wanted, output, StringComparison.Ordinal);
        using var parsed = JsonDocument.Parse(json.Split('\n')[0]);
        Assert.Equal("1.7",
            parsed.RootElement.GetProperty("me").GetProperty("ifwi").GetProperty("version").GetString());
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

    private const string Golden =
        """
        dump.bin
        ME 8.0.20.1513; 519,401 of 524,288 bytes are content (not FF)
        policy purism: removes 12,579 of them, leaves 506,822

        image    |*////////===========================================================|
        start         bytes content plan      place                 name
        0x000000      4,096     3 % changed   |*                  | descriptor
        0x001000     65,536    99 % partly    |///                | ME
        0x011000    454,656   100 % untouched |  =================| BIOS

        ME region|.x==##===//////===========xxxx====xxxx==============================|
        start         bytes content plan      place                 name
        0x001000         16     0 % blank     |.                  | boot vector
        0x001010        192    55 % changed   |*                  | partition table
        0x0010D0        816     0 % blank     |.                  | between partitions
        0x001400        512   100 % removed   |x                  | FOVD
        0x001600      2,560   100 % untouched |==                 | between partitions
        0x002000      1,280    99 % kept      | #                 | FTPR manifest
        0x002500        112   100 % kept      | #                 | FTPR chunk map
        0x002570      2,704   100 % untouched | ==                | FTPR, rest
        0x003000      6,144   100 % partly    |  ///              | FTPR Huffman chunks
        0x004800      2,048   100 % untouched |    =              | FTPR, rest
        0x005000        291   100 % removed   |    x              | FTPR HOSTCOMM
        0x005123      3,805   100 % untouched |    ==             | FTPR, rest
        0x006000      4,096   100 % untouched |     ===           | between partitions
        0x007000      4,096   100 % removed   |       xx          | NFTP
        0x008000      4,096   100 % untouched |        ==         | between partitions
        0x009000      4,096   100 % removed   |         xx        | EFFS
        0x00A000     28,672   100 % untouched |          =========| between partitions

        = untouched  . blank  # kept  x removed  / partly removed  * changed

        """;

    // The tests' key is made anew for each run, and with it the number of FF bytes in the manifest.
    private static IEnumerable<string> Stable(string text) => text.Split('\n').Where(line =>
        !line.Contains("ME 8.0", StringComparison.Ordinal) && !line.Contains("policy", StringComparison.Ordinal) &&
        !line.Contains("manifest", StringComparison.Ordinal));

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
