using System.Text.RegularExpressions;

namespace FlashBench.Tests.Campaigns;

/// <summary>scripts/break-invariants breaks each rule in a place of the sources; the places move, and the script must
/// follow.</summary>
public sealed partial class BreakScriptTests
{
    [Fact]
    public void Every_place_that_the_script_breaks_is_there_once()
    {
        string script = File.ReadAllText(ProjectTree.PathOf("scripts", "break-invariants"));
        Match[] places = Place().Matches(script).ToArray();
        Assert.True(places.Length >= 9, "the places are no longer where this test looks for them");
        foreach (Match place in places)
        {
            string path = $"src/FlashBench.Bench/{place.Groups["file"].Value}";
            string code = File.ReadAllText(ProjectTree.PathOf(path.Split('/')));
            int found = code.Split(place.Groups["old"].Value).Length - 1;
            Assert.True(found == 1, $"{path} has {found} times: {place.Groups["old"].Value}");
        }
    }

    [GeneratedRegex(@"change \$bench/(?<file>\S+) '(?<old>[^']+)'")]
    private static partial Regex Place();
}
