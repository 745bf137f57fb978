using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware.Neutralization;

/// <summary>The switches, one by one and together, on hand-made images.</summary>
public class NeutralizationOptionsTests
{
    private static readonly NeutralizationOptions Plain = new() { Policy = NeutralizationPolicy.MeCleaner };

    [Fact]
    public void A_moved_partition_goes_as_low_as_its_chunk_map_allows_and_the_map_follows()
    {
        TestImage region = TestImage.Gen2Region();
        ImageAnalysis before = region.Analyse();

        ImageAnalysis after = Do(region, Plain with { Relocate = true });

        // The base (0x0C of the map) and the 16 bits at 9, 0x0DE0 here, give the offset behind the map's header.
        Assert.Equal(0x8A0, after.Me!.Code.Range.Start);
        Assert.Equal(0u, BitConverter.ToUInt32(after.Image.Span[(0x8A0 + TestImage.ManifestLength + 0x0C)..]));
        Assert.Equal(SignatureStatus.Valid, after.Me.Code.Manifest.Signature);
        long shift = after.Me.Code.Range.Start - before.Me!.Code.Range.Start;
        Assert.Equal(
            before.Me.Code.Chunks!.Chunks.Select(c => c is { } range ? range.Start + shift : -1),
            after.Me.Code.Chunks!.Chunks.Select(c => c is { } range ? range.Start : -1));
        foreach (CodeModule module in before.Me.Code.Modules.Where(m => m.IsKept))
        {
            FlashRange[] now = [.. after.Me.Code.Modules.Single(m => m.Name == module.Name).Ranges];
            Assert.Equal(module.Ranges.Select(r => Convert.ToHexString(r.Of(region.Bytes))),
                now.Select(r => Convert.ToHexString(r.Of(after.Image.Span))));
        }

        Assert.False(after.Image.Span[0x48A0..0x5000].ContainsAnyExcept((byte)0xFF)); // its old place
    }

    [Fact]
    public void Without_a_chunk_map_a_moved_partition_starts_at_0x400() =>
        Assert.Equal(0x400, Do(TestImage.Gen3Region(), Plain with { Relocate = true }).Me!.Code.Range.Start);

    [Theory]
    [MemberData(nameof(Switches))]
    public void Every_result_is_sound_and_a_second_run_changes_nothing(string image, NeutralizationOptions options)
    {
        TestImage original = Make(image);
        ImageAnalysis before = original.Analyse();
        ImagePlan plan = NeutralizationPlan.Create(before, options);

        byte[] after = plan.Apply(original.Bytes);

        Assert.Empty(NeutralizationCheck.Measure(before, options, after, TestKey.Ring).Problems);
        ImagePlan again = NeutralizationPlan.Create(ImageAnalysis.Read(after, TestKey.Ring), options);
        Assert.True(again.IsEmpty, string.Join('\n', again.Changes.Select(c => $"{c.Range} {c.Rule.Text}")));
        if (after.Length == original.Bytes.Length)
            Fuzzing.AssertEveryChangeIsOwned(plan, original.Bytes, after);
    }

    [Fact]
    public void A_cut_region_ends_behind_its_last_kept_page_and_four_spare_ones()
    {
        TestImage region = TestImage.Gen2Region();

        ImagePlan plan = NeutralizationPlan.Create(region.Analyse(), Plain with { Truncate = true });

        // BUP ends at 0x2600: its page, one more by the rounding, and four to spare.
        Assert.Equal((0x7000, 0x7000, 0x10000), (plan.ResultLength, plan.RegionEnd, plan.ImageLength));
    }

    [Fact]
    public void A_full_dump_keeps_its_length_and_only_its_parts_are_cut()
    {
        TestImage dump = TestImage.Gen2Dump();
        ImageAnalysis image = dump.Analyse();
        ImagePlan plan = NeutralizationPlan.Create(image, Plain with { Truncate = true });
        byte[] changed = plan.Apply(dump.Bytes);

        byte[] descriptor = ExtractedRegion.Descriptor(image, plan, changed, out bool isLaidOut);
        byte[] region = ExtractedRegion.Me(image, plan, changed)!;

        Assert.Equal((dump.Bytes.Length, 0x7000, true), (changed.Length, region.Length, isLaidOut));
        byte[] joined = [.. descriptor, .. dump.Bytes[descriptor.Length..]];
        FlashDescriptor laidOut = FlashDescriptor.Find(joined)!;
        Assert.Equal(FlashRange.At(0x1000, 0x7000), laidOut.Region(DescriptorRegion.Me)!.Range);
        Assert.Equal(new FlashRange(0x8000, 0x80000), laidOut.Region(DescriptorRegion.Bios)!.Range);
    }

    [Fact]
    public void A_BIOS_region_elsewhere_keeps_its_place()
    {
        TestImage dump = TestImage.Gen2Dump().Put(0x44, 0x007F0020);
        ImageAnalysis image = dump.Analyse();
        ImagePlan plan = NeutralizationPlan.Create(image, Plain with { Truncate = true });

        byte[] descriptor = ExtractedRegion.Descriptor(image, plan, plan.Apply(dump.Bytes), out bool isLaidOut);

        Assert.False(isLaidOut);
        Assert.Equal(dump.Bytes[..0x1000], descriptor);
    }

    [Theory]
    [InlineData(false, 0xFFFF0011u, 0x04040011u)] // first form: the requester id stays
    [InlineData(true, 0xFFFFFF00u, 0x00400500u)]
    public void Limited_access_follows_the_form_of_the_descriptor(bool gen3, uint before, uint expected)
    {
        TestImage dump = gen3 ? TestImage.Gen3Dump() : TestImage.Gen2Dump();
        int word = 16 * dump.Bytes[0x18] + 4; // FLMSTR2
        dump.Put(word, before);

        ImageAnalysis after = Do(dump, Plain with { Remove = false, LimitAccess = true });

        Assert.Equal(expected, BitConverter.ToUInt32(after.Image.Span[word..]));
        Assert.Equal(dump.Bytes[..word], after.Image[..word].ToArray());
        Assert.Equal(dump.Bytes[(word + 4)..], after.Image[(word + 4)..].ToArray());
    }

    [Fact]
    public void A_whitelist_keeps_partitions_and_a_blacklist_removes_only_its_own()
    {
        ImageAnalysis white = Do(TestImage.Gen2Region(), Plain with { KeepPartitions = ["EFFS", "NONE"] });
        ImageAnalysis black = Do(TestImage.Gen2Region(), Plain with { RemovePartitions = ["EFFS", "FTPR"] });

        Assert.Equal(["EFFS", "FTPR"], white.Me!.Table.Partitions.Select(p => p.Name));
        Assert.Equal(["FOVD", "FTPR", "NFTP"], black.Me!.Table.Partitions.Select(p => p.Name)); // FTPR always stays
        Assert.Equal((1, 0), (white.Image.Span[0x24] & 1, black.Image.Span[0x24] & 1));
    }

    [Fact]
    public void The_policy_none_changes_nothing() =>
        Assert.True(NeutralizationPlan.Create(
            TestImage.Gen2Dump().Analyse(), Plain with { Remove = false }).IsEmpty);

    [Fact]
    public void A_bare_region_has_no_bit_and_no_access_rights()
    {
        ImageAnalysis region = TestImage.Gen2Region().Analyse();

        foreach (NeutralizationOptions options in (NeutralizationOptions[])
            [Plain with { SetDisableBit = true }, Plain with { LimitAccess = true }])
        {
            Assert.Contains("ME region alone",
                Assert.Throws<PlanRefusedException>(() => NeutralizationPlan.Create(region, options)).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_unknown_policy_is_a_bug() =>
        Assert.Throws<ArgumentException>(() =>
            NeutralizationPolicy.Resolve("purest", TestImage.Gen2Dump().Analyse()));

    public static TheoryData<string, NeutralizationOptions> Switches
    {
        get
        {
            NeutralizationOptions[] all =
            [
                Plain, Plain with { Relocate = true }, Plain with { KeepModules = true },
                Plain with { KeepModules = true, Relocate = true }, Plain with { KeepPartitions = ["EFFS", "MFS"] },
                Plain with { RemovePartitions = ["FOVD", "FTUP"] }, Plain with { Truncate = true },
                Plain with { Relocate = true, Truncate = true },
                Plain with { KeepModules = true, Relocate = true, Truncate = true },
                Plain with { KeepPartitions = ["EFFS", "MFS"], Truncate = true },
            ];
            var data = new TheoryData<string, NeutralizationOptions>();
            foreach (string image in (string[])["gen2 region", "gen3 region", "gen2 dump", "gen3 dump"])
            {
                foreach (NeutralizationOptions options in all)
                {
                    data.Add(image, options);
                    if (image.EndsWith("dump", StringComparison.Ordinal))
                        data.Add(image, options with { SetDisableBit = true, LimitAccess = true });
                }
            }

            return data;
        }
    }

    private static TestImage Make(string name) => name switch
    {
        "gen2 region" => TestImage.Gen2Region(),
        "gen2 dump" => TestImage.Gen2Dump(),
        "gen3 region" => TestImage.Gen3Region(),
        _ => TestImage.Gen3Dump(),
    };

    private static ImageAnalysis Do(TestImage image, NeutralizationOptions options) =>
        ImageAnalysis.Read(NeutralizationPlan.Create(image.Analyse(), options).Apply(image.Bytes), TestKey.Ring);
}
