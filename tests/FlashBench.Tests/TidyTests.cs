using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace FlashBench.Tests;

/// <summary>House rules that a compiler does not check. A rule without a test is a wish.</summary>
public sealed partial class TidyTests
{
    private const int LineLengthMax = 120;
    private const int FileLinesMax = 500;
    private const int BlockLinesMax = 60;

    // Who may know whom. Simulation must not know Firmware, or a shared mistake would prove itself right.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["FlashBench.Firmware"] = [],
        ["FlashBench.Hardware"] = [],
        ["FlashBench.Simulation"] = ["FlashBench.Hardware"],
        ["FlashBench.Bench"] = ["FlashBench.Firmware", "FlashBench.Hardware"],
        ["FlashBench.Results"] = ["FlashBench.Bench"],
        ["FlashBench.Cli"] =
        [
            "FlashBench.Bench", "FlashBench.Firmware", "FlashBench.Hardware", "FlashBench.Results",
            "FlashBench.Simulation",
        ],
    };

    private static readonly string[] Code = ["src", "tests"];

    [Fact]
    public void Projects_depend_only_downwards()
    {
        var faults = from file in ProjectTree.Files("*.csproj", "src")
                     let name = Path.GetFileNameWithoutExtension(file)
                     from used in Including(file, "ProjectReference").Select(Path.GetFileNameWithoutExtension)
                     where !Allowed.GetValueOrDefault(name, []).Contains(used)
                     select $"{name} must not reference {used}";

        AssertNone(faults);
    }

    [Fact]
    public void Every_project_of_src_is_known_here_and_has_a_lock_file()
    {
        string[] projects = [.. ProjectTree.Files("*.csproj", "src")];

        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), projects.Select(Path.GetFileNameWithoutExtension));
        Assert.All(projects.Concat(ProjectTree.Files("*.csproj", "tests")), file =>
            Assert.True(File.Exists(ProjectTree.PathOf(Path.GetDirectoryName(file)!, "packages.lock.json")), file));
    }

    [Fact]
    public void Only_the_hardware_project_calls_native_code()
    {
        AssertNone(Lines(Code, NativeCode(), exceptBelow: "src/FlashBench.Hardware/"));
        AssertNone(Lines(Code, HandWrittenUnsafe(), exceptBelow: "src/FlashBench.Hardware/Native/"));
        Assert.DoesNotContain(ProjectTree.Files("*.csproj", Code), file =>
            !file.StartsWith("src/FlashBench.Hardware/", StringComparison.Ordinal)
            && File.ReadAllText(ProjectTree.PathOf(file)).Contains("AllowUnsafeBlocks", StringComparison.Ordinal));
    }

    [Fact]
    public void Lines_and_files_fit_the_screen()
    {
        string[] files = [.. ProjectTree.Files("*.cs", Code).Concat(ForeignCode())];
        var wide = from file in files
                   from line in ProjectTree.Lines(file).Select((text, index) => (text, number: index + 1))
                   where line.text.Length > LineLengthMax
                   select $"{file}:{line.number} has {line.text.Length} columns";
        var tall = from file in files
                   let count = ProjectTree.Lines(file).Length
                   where count > FileLinesMax
                   select $"{file} has {count} lines";

        AssertNone(wide);
        AssertNone(tall);
    }

    [Fact]
    public void No_method_is_longer_than_a_page()
    {
        var faults = from file in ProjectTree.Files("*.cs", Code)
                     from block in LongBlocks(ProjectTree.Lines(file))
                     select $"{file}:{block.Line} has a block of {block.Length} lines";

        AssertNone(faults);
    }

    [Fact]
    public void Types_are_named_for_what_they_are() => AssertNone(Lines(Code, VagueName()));

    [Fact]
    public void Folders_are_namespaces()
    {
        var faults = from file in ProjectTree.Files("*.cs", Code)
                     where Path.GetFileName(file) != "Program.cs"
                     let folder = Path.GetDirectoryName(file)!
                     let wanted = folder[(folder.IndexOf('/', StringComparison.Ordinal) + 1)..].Replace('/', '.')
                     where !ProjectTree.Lines(file).Contains($"namespace {wanted};")
                     select $"{file} should be in {wanted}";

        AssertNone(faults);
    }

    [Fact]
    public void Nothing_swallows_every_exception()
    {
        var faults = from file in ProjectTree.Files("*.cs", Code)
                     let lines = ProjectTree.Lines(file)
                     from line in Enumerable.Range(0, lines.Length)
                     where CatchAll().IsMatch(lines[line]) && !Rethrows(lines, line)
                     select $"{file}:{line + 1}";

        AssertNone(faults);
    }

    [Fact]
    public void A_suppressed_warning_says_why()
    {
        var silent = Lines(Code, Suppression()).Where(line => !Reasoned().IsMatch(line));

        AssertNone(silent);
    }

    [Fact]
    public void Tests_do_not_sleep() => AssertNone(Lines(["tests"], Sleep()));

    [Fact]
    public void Nothing_is_left_for_later_and_no_machine_is_named()
    {
        string[] folders = ["src", "tests", "docs", "hardware", "scripts"];
        var files = folders.SelectMany(folder => ProjectTree.Files("*", folder))
            .Concat(["README.md", "CHANGELOG.md", "bench-config.json", ".ci/run"])
            .Where(file => Path.GetExtension(file)
                is ".cs" or ".c" or ".h" or ".md" or ".json" or ".csproj" or ".rules" or "");
        var faults = from file in files
                     from line in ProjectTree.Lines(file).Select((text, index) => (text, number: index + 1))
                     where Leftover().IsMatch(line.text)
                     select $"{file}:{line.number}: {line.text.Trim()}";

        AssertNone(faults);
    }

    [Fact]
    public void Cited_sources_are_listed()
    {
        string list = File.ReadAllText(ProjectTree.PathOf("docs", "sources.md"));
        var faults = from file in ProjectTree.Files("*.cs", "src")
                     from line in ProjectTree.Lines(file)
                     from Match cited in SourceNumber().Matches(line)
                     where !list.Contains($"| {cited.Value} |", StringComparison.Ordinal)
                     select $"{file} cites {cited.Value}";

        AssertNone(faults);
    }

    [Theory]
    [InlineData("    {|        a;|        b;|    }", 0)]
    [InlineData("public sealed class A|{|    void B()|    {|        a;|        b;|        c;|    }|}", 1)]
    [InlineData("public sealed class A|{|    a;|    b;|    c;|}", 0)]
    public void Long_blocks_are_found_and_types_are_not_counted(string code, int expected) =>
        Assert.Equal(expected, LongBlocks(code.Split('|'), linesMax: 2).Count());

    // The judges of tests/Foreign are C.
    private static IEnumerable<string> ForeignCode() =>
        ProjectTree.Files("*.c", "tests").Concat(ProjectTree.Files("*.h", "tests"));

    // Names every offender; Assert.Empty shows five.
    private static void AssertNone(IEnumerable<string> faults)
    {
        string[] all = [.. faults];
        Assert.True(all.Length == 0, string.Join('\n', all.Take(100)));
    }

    private static IEnumerable<string> Including(string project, string element) =>
        XDocument.Load(ProjectTree.PathOf(project)).Descendants(element).Select(e => e.Attribute("Include")!.Value);

    private static IEnumerable<string> Lines(string[] folders, Regex fault, string? exceptBelow = null) =>
        from file in ProjectTree.Files("*.cs", folders)
        where exceptBelow is null || !file.StartsWith(exceptBelow, StringComparison.Ordinal)
        where Path.GetFileName(file) != "TidyTests.cs"
        from line in ProjectTree.Lines(file).Select((text, index) => (text, number: index + 1))
        where fault.IsMatch(line.text)
        select $"{file}:{line.number}: {line.text.Trim()}";

    private static bool Rethrows(string[] lines, int caught)
    {
        string close = lines[caught].Split("catch")[0] + "}";
        return lines.Skip(caught + 1)
            .TakeWhile(line => !line.StartsWith(close, StringComparison.Ordinal))
            .Any(line => line.Trim() == "throw;");
    }

    // A block opens with a brace alone on its line and closes at the same indentation: the format check holds that.
    private static IEnumerable<(int Line, int Length)> LongBlocks(string[] lines, int linesMax = BlockLinesMax)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].TrimStart() != "{" || OpensType(lines, i))
                continue;
            string close = lines[i].Replace('{', '}');
            int end = Array.FindIndex(lines, i, line => line.StartsWith(close, StringComparison.Ordinal));
            if (end - i - 1 > linesMax)
                yield return (i + 1, end - i - 1);
        }
    }

    // Goes up over a declaration that spans lines, to the end of whatever stands before it.
    private static bool OpensType(string[] lines, int brace)
    {
        for (int i = brace - 1; i >= 0 && !DeclarationStart().IsMatch(lines[i]); i--)
        {
            if (TypeDeclaration().IsMatch(lines[i]))
                return true;
        }
        return false;
    }

    [GeneratedRegex(@"^\s*$|[;{}]\s*$|^\s*///")]
    private static partial Regex DeclarationStart();

    [GeneratedRegex(
        @"^\s*((public|internal|private|protected|file|static|sealed|abstract|partial|readonly|ref|unsafe) )*"
        + @"(class|struct|record|interface|enum) \w")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"\[(LibraryImport|DllImport)\b")]
    private static partial Regex NativeCode();

    [GeneratedRegex(@"^\s*([a-z]+ )*unsafe( |$)")]
    private static partial Regex HandWrittenUnsafe();

    [GeneratedRegex(@"\b(class|record|struct|interface|enum) (struct )?\w*"
        + @"((Manager|Helpers?|Utils?|Utility|Service|Base|Impl)\b|Fake|Mock|Stub)")]
    private static partial Regex VagueName();

    [GeneratedRegex(@"\bcatch\s*(\(\s*(System\.)?Exception(\s+\w+)?\s*\))?\s*\{?\s*$")]
    private static partial Regex CatchAll();

    [GeneratedRegex(@"#pragma warning disable|SuppressMessage\(")]
    private static partial Regex Suppression();

    [GeneratedRegex(@"disable \w+ *// *\w+|Justification *=")]
    private static partial Regex Reasoned();

    [GeneratedRegex(@"Thread\.Sleep|SpinWait")]
    private static partial Regex Sleep();

    // The words are broken up so that this file does not find itself.
    [GeneratedRegex("TO" + "DO|FIX" + "ME|NotImplemented" + "Exception"
        + "|/wo" + "rk/|/tmp/" + "wt|/ro" + "ot/|/ho" + "me/")]
    private static partial Regex Leftover();

    [GeneratedRegex(@"\bS-\d\d\b")]
    private static partial Regex SourceNumber();
}
