using System.Security.Cryptography;
using System.Text;
using FlashBench.Bench.Config;

namespace FlashBench.Tests.Config;

public sealed class DutProfilesTests
{
    private static string Text => File.ReadAllText(FileOf("virtual-me8"));

    [Fact]
    public void Every_file_of_the_hardware_folder_is_built_in_and_sound()
    {
        IEnumerable<string> found = ProjectTree.Files("*.json", "hardware/profiles");
        string[] files = [.. found.Where(file => !file.EndsWith(".schema.json", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file))];

        Assert.Equal(files, DutProfiles.Ids);
        Assert.All(files, id => Assert.Equal(id, DutProfiles.Load(id).Id));
    }

    [Fact]
    public void A_profile_says_what_its_file_says()
    {
        DutProfile profile = DutProfiles.Load("virtual-me8");

        Assert.Equal([0xEF4017u, 0xEF4018u, 0xEF4014u], profile.Chips);
        Assert.Equal([6, 7, 8], profile.Me.Majors);
        Assert.Equal((0x28u, 7), (profile.Me.StrapOffset, profile.Me.StrapBit));
        Assert.Equal(new PowerProfile(3000, 300, 5, Seconds(10), Seconds(5), Seconds(10), Seconds(0.5)), profile.Power);
        Assert.Equal(new WatchProfile(Seconds(1860), 2, Seconds(20), Seconds(120), Seconds(1860)), profile.Watch);
        Assert.Equal(Seconds(180), profile.Console.BootLimit);
        Assert.Equal(EvidenceLevel.L3, profile.RequiredLevel);
    }

    [Fact]
    public void The_hash_is_that_of_the_file()
    {
        byte[] bytes = File.ReadAllBytes(FileOf("virtual-me10"));

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), DutProfiles.Load("virtual-me10").Sha256);
    }

    [Theory]
    [InlineData("virtual-me9")]
    [InlineData("../chips")]
    [InlineData("")]
    public void An_unknown_profile_is_refused(string id)
    {
        var fault = Assert.Throws<ConfigException>(() => DutProfiles.Load(id));

        Assert.EndsWith($"known are {string.Join(", ", DutProfiles.Ids)}", fault.Message, StringComparison.Ordinal);
        Assert.Contains("virtual-me10, virtual-me11, virtual-me8", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Seconds\": 1860, \"c", "Seconds\": 1859, \"c",
        "$.watch.minimumSeconds: must be a whole number from 1860 to")]
    [InlineData("\"coldBoots\": 2", "\"coldBoots\": 0", "$.watch.coldBoots: must be a whole number from 1")]
    [InlineData("\"gapMaxSeconds\": 20", "\"gapMaxSeconds\": 21", "$.watch.gapMaxSeconds: must be a whole number")]
    [InlineData("\"EF4017\"", "\"EF401\"", "$.chips[0]: must be 6 hex digits")]
    [InlineData("\"EF4017\"", "\"EF401G\"", "$.chips[0]: must be 6 hex digits")]
    [InlineData("\"EF4017\"", "\"0xEF40\"", "$.chips[0]: must be 6 hex digits")]
    [InlineData("\"0x28\"", "\"28\"", "$.me.strapOffset: must be 0x and 2 hex digits")]
    [InlineData("\"0x28\"", "40", "$.me.strapOffset: must be a string")]
    [InlineData("\"strapBit\": 7", "\"strapBit\": 32", "$.me.strapBit: must be a whole number from 0 to 31")]
    [InlineData("bootblock starting", "(bootblock", "$.console.banner: not a usable regular expression")]
    [InlineData("bootblock starting", "(.)\\\\1", "$.console.banner: not a usable regular expression")]
    [InlineData("\"offMillivolts\": 300", "\"offMillivolts\": 3000", "$.power.offMillivolts: must be a whole number")]
    [InlineData("\"L3\"", "\"L4\"", "$.requiredLevel: must be L0, L1, L2 or L3")]
    [InlineData("\"id\": \"virtual-me8\"", "\"id\": \"virtual-me7\"", "$.id: must be the file's own name")]
    [InlineData("\"board\":", "\"bord\":", "$.bord: unknown key")]
    public void A_faulty_profile_is_refused_with_the_place(string right, string wrong, string complaint)
    {
        string text = Text.Replace(right, wrong, StringComparison.Ordinal);

        var fault = Assert.Throws<ConfigException>(
            () => DutProfiles.Parse(Encoding.UTF8.GetBytes(text), "p.json", "virtual-me8"));

        Assert.NotEqual(Text, text);
        Assert.Matches(@"^p\.json:\d+: ", fault.Message);
        Assert.Contains(complaint, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_one_exception_leaves_whatever_the_bytes()
    {
        var random = new Random(31);
        byte[] whole = Encoding.UTF8.GetBytes(Text);
        int refused = 0;
        for (int i = 0; i < 3_000; i++)
        {
            byte[] bytes = i < whole.Length ? whole[..i] : [.. whole];
            if (i >= whole.Length)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            refused += Record.Exception(() => DutProfiles.Parse(bytes, "p.json", "virtual-me8")) switch
            {
                null => 0,
                ConfigException => 1,
                var other => throw new InvalidOperationException($"change {i}", other),
            };
        }

        Assert.InRange(refused, whole.Length - 2, 2_999);
    }

    private static string FileOf(string id) => ProjectTree.PathOf("hardware", "profiles", id + ".json");

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
