using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace FlashBench.Tests.Hardware;

/// <summary>The drawings of hardware/wiring and the tables of hardware/wiring.md say the same.</summary>
public sealed partial class WiringDrawingTests
{
    private const double SmallestText = 12; // of a page 1123 units wide: 3.2 mm on A4
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private static readonly string[] Shapes = ["svg", "title", "style", "g", "rect", "path", "circle", "text"];
    private static readonly string Tables = File.ReadAllText(ProjectTree.PathOf("hardware", "wiring.md"));

    public static TheoryData<string> Drawings =>
        [.. ProjectTree.Files("*.svg", "hardware").Select(file => Path.GetFileName(file))];

    [Fact]
    public void There_are_drawings() => Assert.InRange(Drawings.Count, 7, 30);

    [Theory]
    [MemberData(nameof(Drawings))]
    public void A_drawing_is_plain_svg_without_scripts_and_outside_references(string drawing)
    {
        XElement root = Load(drawing);

        Assert.Equal(Svg + "svg", root.Name);
        Assert.Equal("0 0 1123 794", root.Attribute("viewBox")!.Value);
        Assert.All(root.DescendantsAndSelf(), element => Assert.Contains(element.Name.LocalName, Shapes));
        Assert.All(root.DescendantsAndSelf().Attributes().Where(one => !one.IsNamespaceDeclaration), attribute =>
        {
            Assert.Equal("", attribute.Name.NamespaceName);
            Assert.DoesNotMatch("^on|href", attribute.Name.LocalName);
            Assert.DoesNotMatch(@"url\(|://|javascript:", attribute.Value);
        });
        Assert.DoesNotMatch(@"@|url\(|://", root.Element(Svg + "style")!.Value);
    }

    [Theory]
    [MemberData(nameof(Drawings))]
    public void A_drawing_can_be_read_on_paper_and_says_that_it_was_not_built(string drawing)
    {
        XElement root = Load(drawing);
        string style = root.Element(Svg + "style")!.Value;

        Assert.All(FontSize().Matches(style), size => Assert.InRange(
            double.Parse(size.Groups[1].Value, CultureInfo.InvariantCulture), SmallestText, 40));
        Assert.Contains("font-family: sans-serif;", style, StringComparison.Ordinal);
        Assert.All(root.Descendants().Attributes("style"), one =>
            Assert.DoesNotContain("font", one.Value, StringComparison.Ordinal));
        Assert.Contains("NOT BUILT YET", Texts(root));
        Assert.NotEmpty(root.Descendants().Single(one => one.Attribute("id")?.Value == "legend").Descendants());
    }

    [Theory]
    [MemberData(nameof(Drawings))]
    public void No_text_leaves_the_page(string drawing) => Assert.All(Load(drawing).Descendants(Svg + "text"), text =>
    {
        Assert.InRange(Number(text, "x"), 14, 1109);
        Assert.InRange(Number(text, "y"), 24, 780);
    });

    [Theory]
    [MemberData(nameof(Drawings))]
    public void The_table_names_every_pin_that_is_drawn_and_no_other(string drawing)
    {
        string[] drawn = [.. Load(drawing).Descendants(Svg + "g").Where(IsPart).SelectMany(Pins).Distinct()
            .Order(StringComparer.Ordinal)];
        string[] named = [.. Rows(drawing).SelectMany(row => Endpoint().Matches(row))
            .Select(end => $"{end.Groups[1].Value}.{end.Groups[2].Value} {end.Groups[3].Value.Trim()}").Distinct()
            .Order(StringComparer.Ordinal)];

        Assert.Equal(named, drawn);
    }

    [Theory]
    [MemberData(nameof(Drawings))]
    public void Every_numbered_wire_is_a_row_of_the_table_and_every_row_a_wire(string drawing)
    {
        int[] drawn = [.. Load(drawing).Descendants(Svg + "g").Where(one => one.Attribute("class")?.Value == "wireno")
            .Select(one => int.Parse(one.Value.Trim(), CultureInfo.InvariantCulture)).Order()];
        int[] rows = [.. Rows(drawing).Select(row => row.Split('|')[1].Trim()).Where(cell => int.TryParse(cell, out _))
            .Select(cell => int.Parse(cell, CultureInfo.InvariantCulture))];

        Assert.Equal(Enumerable.Range(1, rows.Length), rows);
        Assert.Equal(rows, drawn);
    }

    [Fact]
    public void No_drawing_is_left_out_and_none_is_missing()
    {
        string[] files = [.. Drawings.Select(row => row.Data).Order(StringComparer.Ordinal)];
        string[] linked = [.. Link().Matches(Tables).Select(link => Path.GetFileName(link.Groups[1].Value))
            .Where(name => name.EndsWith(".svg", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];
        var mentioned = Drawings.SelectMany(row => Texts(Load(row.Data)))
            .SelectMany(text => Mention().Matches(text)).Select(match => match.Value).Distinct();

        Assert.Equal(files, linked);
        Assert.Subset(files.ToHashSet(), mentioned.ToHashSet());
    }

    [Fact]
    public void Every_link_of_the_hardware_pages_leads_somewhere()
    {
        foreach (string page in ProjectTree.Files("*.md", "hardware"))
        {
            string folder = Path.GetDirectoryName(ProjectTree.PathOf(page))!;
            Assert.All(
                Link().Matches(File.ReadAllText(ProjectTree.PathOf(page))).Select(link => link.Groups[1].Value),
                target => Assert.True(Path.Exists(Path.Combine(folder, target)), $"{page}: {target}"));
        }
    }

    [Fact]
    public void The_pages_can_be_found_from_the_readme_and_the_architecture()
    {
        string readme = File.ReadAllText(ProjectTree.PathOf("README.md"));
        string architecture = File.ReadAllText(ProjectTree.PathOf("docs", "architecture.md"));

        Assert.Contains("(hardware/wiring.md)", readme, StringComparison.Ordinal);
        Assert.Contains("(hardware/README.md)", readme, StringComparison.Ordinal);
        Assert.Contains("(../hardware/wiring.md)", architecture, StringComparison.Ordinal);
        Assert.Contains("(../hardware/README.md)", architecture, StringComparison.Ordinal);
    }

    private static XElement Load(string drawing)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        using XmlReader reader = XmlReader.Create(ProjectTree.PathOf("hardware", "wiring", drawing), settings);
        return XElement.Load(reader);
    }

    private static IEnumerable<string> Texts(XElement root) =>
        root.Descendants(Svg + "text").Select(text => text.Value);

    private static double Number(XElement element, string attribute) =>
        double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    // A part is a group that is called by its designator, "U1"; what was drawn for comparison has other names.
    private static bool IsPart(XElement group) => Designator().IsMatch(group.Attribute("id")?.Value ?? "");

    private static IEnumerable<string> Pins(XElement part) => part.Elements(Svg + "g")
        .Where(pin => pin.Attribute("class")?.Value == "pin")
        .Select(pin => pin.Elements(Svg + "text").ToArray())
        .Select(pin => $"{part.Attribute("id")!.Value}.{pin[0].Value} {pin[1].Value}");

    // The rows of the tables below the heading that is called as the drawing.
    private static IEnumerable<string> Rows(string drawing) => Tables.Split("\n## ")
        .Single(section => section.StartsWith(drawing + "\n", StringComparison.Ordinal))
        .Split('\n').Where(line => line.StartsWith('|'));

    [GeneratedRegex(@"font-size: ([\d.]+)px")]
    private static partial Regex FontSize();

    [GeneratedRegex(@"\b([A-Z]+\d+)\.(\S+) ([^,;|]+?) *(?=[,;|])")]
    private static partial Regex Endpoint();

    [GeneratedRegex(@"^[A-Z]+\d+$")]
    private static partial Regex Designator();

    [GeneratedRegex(@"\]\(([^)#:]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[a-z0-9][a-z0-9-]*\.svg")]
    private static partial Regex Mention();
}
