using System.Text;
using System.Text.RegularExpressions;
using FlashBench.Bench.Config;
using FlashBench.Firmware.Formats;
using FlashBench.Hardware.Flash;

namespace FlashBench.Tests.Config;

/// <summary>Profiles of boards that exist: what they say must agree with what the program knows elsewhere.</summary>
public sealed partial class BoardProfileTests
{
    private static readonly DutProfile[] Boards =
        [.. DutProfiles.Ids.Select(DutProfiles.Load).Where(profile => profile.Unverified || profile.Flash is not null)];

    [Fact]
    public void The_boards_of_the_references_are_there() => Assert.Subset(
        Boards.Select(board => board.Id).ToHashSet(),
        new HashSet<string>
        {
            "lenovo-x220", "lenovo-x230", "lenovo-t420", "lenovo-t440p", "purism-librem13v1", "purism-librem13v2",
            "purism-librem14", "google-peppy", "starlabs-starbook-tgl", "erying-tgl",
        });

    [Fact]
    public void Nothing_ran_on_a_board_yet_and_each_says_so() => Assert.All(Boards, board =>
        Assert.True(board.Unverified && board.Power.ToBeCommissioned && board.Console.Note.Length > 0, board.Id));

    [Fact]
    public void Every_cited_source_is_listed()
    {
        string list = File.ReadAllText(ProjectTree.PathOf("docs", "sources.md"));

        Assert.All(Boards, board => Assert.Contains(board.Sources, source => SourceNumber().IsMatch(source)));
        Assert.All(
            Boards.SelectMany(board => board.Sources).SelectMany(source => SourceNumber().Matches(source)),
            number => Assert.Contains($"| {number.Value} |", list, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_group_of_facts_names_its_source() => Assert.All(Boards, board => Assert.All(
        ["flash", "chips", "me.majors", "me.strap", "console", "power"],
        fact => Assert.Contains(
            board.Sources, source => source.Split(':')[0].Contains(fact, StringComparison.Ordinal))));

    [Fact]
    public void The_disable_bit_is_where_the_firmware_keeps_it_for_that_chipset() => Assert.All(Boards, board =>
    {
        DisablePlatform platform = DisablePlatform.Find(board.Me.Pch!)!;

        Assert.Equal((platform.StrapOffset, platform.Bit), (board.Me.StrapOffset, board.Me.StrapBit));
        Assert.All(board.Me.Majors, major => Assert.Contains(platform.MeLines, line => line.Major == major));
    });

    [Theory]
    [InlineData("lenovo-x220", 0x28, 7)]
    [InlineData("lenovo-t440p", 0x28, 7)]
    [InlineData("google-peppy", 0x28, 7)]
    [InlineData("purism-librem13v1", 0x28, 7)]
    [InlineData("purism-librem13v2", 0x00, 16)]
    [InlineData("purism-librem14", 0x70, 16)]
    [InlineData("starlabs-starbook-tgl", 0x7C, 16)]
    [InlineData("erying-tgl", 0x94, 16)]
    public void The_bit_is_where_the_references_say(string id, int offset, int bit) =>
        Assert.Equal(((uint)offset, bit), (DutProfiles.Load(id).Me.StrapOffset, DutProfiles.Load(id).Me.StrapBit));

    [Fact]
    public void The_chips_are_known_have_the_size_and_bear_the_supply() => Assert.All(Boards, board =>
        Assert.All(board.Chips, id =>
        {
            SpiNorChip chip = SpiNorChips.Find(id)!;

            Assert.Equal((uint)board.Flash!.Components[0].SizeBytes, chip.SizeBytes);
            Assert.InRange(board.Flash.SupplyMillivolts, chip.SupplyMillivoltsMin, chip.SupplyMillivoltsMax);
        }));

    [Theory]
    [InlineData("lenovo-x230")]
    [InlineData("lenovo-t440p")]
    public void Two_chip_boards_keep_descriptor_and_engine_in_the_eight_megabyte_chip(string id)
    {
        IReadOnlyList<FlashComponent> chips = DutProfiles.Load(id).Flash!.Components;

        Assert.Equal([8 << 20, 4 << 20], chips.Select(chip => chip.SizeBytes));
        Assert.Superset(new HashSet<string> { "fd", "me" }, chips[0].Holds.ToHashSet());
        Assert.Equal(["bios"], chips[1].Holds);
    }

    [Theory]
    [InlineData("\"0x28\"", "\"0x2C\"", "$.me.strapOffset: cpt-ppt keeps its bit at strap +0x28, bit 7")]
    [InlineData("\"strapBit\": 7", "\"strapBit\": 16", "$.me.strapOffset: cpt-ppt keeps its bit")]
    [InlineData("\"majors\": [8]", "\"majors\": [8, 9]", "$.me.majors: ME 9 does not run on cpt-ppt")]
    [InlineData("\"cpt-ppt\"", "\"icl-lp\"", "$.me.pch: no platform whose disable bit is known")]
    [InlineData("\"cpt-ppt\"", "\"x\"", "$.me.pch: no platform whose disable bit is known")]
    [InlineData("\"holds\": [\"bios\"]", "\"holds\": [\"bios\", \"me\"]", "$.flash.components: the first chip, and no")]
    [InlineData("\"fd\", \"gbe\", \"me\"", "\"gbe\", \"me\"", "$.flash.components: the first chip, and no other")]
    [InlineData("4194304", "4194305", "$.flash.components[1].sizeBytes: must be a power of two, not 4194305")]
    [InlineData("\"sources\": [", "\"source\": [", "$.source: unknown key")]
    public void A_board_profile_that_contradicts_is_refused(string right, string wrong, string complaint)
    {
        string whole = File.ReadAllText(ProjectTree.PathOf("hardware", "profiles", "lenovo-x230.json"));
        string text = whole.Replace(right, wrong, StringComparison.Ordinal);

        var fault = Assert.Throws<ConfigException>(
            () => DutProfiles.Parse(Encoding.UTF8.GetBytes(text), "p.json", "lenovo-x230"));

        Assert.NotEqual(whole, text);
        Assert.Contains(complaint, fault.Message, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\bS-\d\d\b")]
    private static partial Regex SourceNumber();
}
