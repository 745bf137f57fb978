using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware.Neutralization;

public class NeutralizationPlanTests
{
    private const int Stream = 0x2000; // of the generation-2 region

    [Fact]
    public void ME_8_keeps_FTPR_with_ROMP_and_BUP_and_loses_everything_else()
    {
        TestImage region = TestImage.Gen2Region();

        byte[] after = Apply(region);

        AssertBlank(after, 0x400, 0x200); // FOVD
        AssertBlank(after, TestImage.Effs, 0x1000);
        AssertBlank(after, TestImage.Nftp, 0x1000);
        AssertBlank(after, 0x4000, 0x123); // HOSTCOMM
        AssertBlank(after, Stream + 0x600, 0x600); // KERNEL
        AssertBlank(after, Stream + 0x1000, 0x800); // a chunk that no module names
        AssertKept(region, after, Stream, 0x600); // ROMP and BUP
        AssertKept(region, after, Stream + 0xC00, 0x400); // shared
        AssertKept(region, after, TestImage.Ftpr, Stream - TestImage.Ftpr);
        AssertKept(region, after, 0x9000, 0x7000); // claimed by nobody
    }

    [Fact]
    public void ME_11_keeps_MFS_even_where_a_removed_partition_overlaps_it()
    {
        TestImage region = TestImage.Gen3Region();

        byte[] after = Apply(region);

        AssertKept(region, after, TestImage.Mfs, 0x2000);
        AssertKept(region, after, TestImage.Ftpr, 0x2800); // directory, manifest, metadata, rbe to bup
        AssertBlank(after, 0x3800, TestImage.Mfs - 0x3800); // pm, and DLMP up to MFS
        AssertBlank(after, 0xA000, 0x1000); // NFTP and FTUP
        AssertBlank(after, 0xF800, 0x800); // ISHC ends past the region: removed as far as it reaches (defect 8)
    }

    [Fact]
    public void The_table_lists_what_is_left_and_its_checksum_is_right()
    {
        var after = ImageAnalysis.Read(Apply(TestImage.Gen3Region()), TestKey.Ring);

        Assert.Equal(["FTPR", "MFS"], after.Me!.Table.Partitions.Select(p => p.Name));
        Assert.True(after.Me.Table.ChecksumValid);
        Assert.True(after.Me.AlreadyNeutralized);
    }

    [Fact]
    public void The_EFFS_flag_goes_with_EFFS()
    {
        TestImage region = TestImage.Gen2Region();

        byte[] after = Apply(region);

        Assert.Equal((1, 0), (region.Bytes[0x24] & 1, after[0x24] & 1));
        AssertBlank(after, 0x50, 4 * 0x20); // the rest of the old table
    }

    // Defect 3: writing at fixed offsets destroys a table that begins at the region's start.
    [Fact]
    public void A_table_at_the_start_of_the_region_is_rewritten_where_it_is()
    {
        byte[] region = TestImage.Gen3Region().Bytes[0x10..];
        for (int i = 0; i < 7; i++) // offsets count from the region's start, which moved
        {
            int at = 0x20 + 0x20 * i + 8;
            if (BitConverter.ToUInt32(region, at) is var offset and > 0)
                BitConverter.GetBytes(offset - 0x10).CopyTo(region, at);
        }

        byte[] after = NeutralizationPlan.Create(ImageAnalysis.Read(region, TestKey.Ring)).Apply(region);

        Assert.Equal(["FTPR", "MFS"], PartitionTable.Find(after, new(0, after.Length))!.Partitions.Select(p => p.Name));
        Assert.True(ImageAnalysis.Read(after, TestKey.Ring).Me!.AlreadyNeutralized);
    }

    [Theory]
    [InlineData(false, 0x128, 0x00410044u, 0x004100C4u)]
    [InlineData(true, 0x100, 0x00410044u, 0x00410044u)] // HAP, bit 16, is set there already
    [InlineData(true, 0x100, 0x00400044u, 0x00410044u)]
    public void A_full_dump_gets_exactly_the_disable_bit(bool gen3, int strap, uint before, uint expected)
    {
        TestImage dump = (gen3 ? TestImage.Gen3Dump() : TestImage.Gen2Dump()).Put(strap, before);

        byte[] after = Apply(dump);

        Assert.Equal(expected, BitConverter.ToUInt32(after, strap));
        AssertKept(dump, after, 0, strap);
        AssertKept(dump, after, strap + 4, 0x1000 - strap - 4);
        AssertKept(dump, after, 0x11000, TestImage.FlashLength - 0x11000);
    }

    [Fact]
    public void Every_change_has_one_owner_and_shared_ranges_belong_to_the_first()
    {
        TestImage dump = TestImage.Gen3Dump();
        ImagePlan plan = NeutralizationPlan.Create(dump.Analyse());

        Fuzzing.AssertEveryChangeIsOwned(plan, dump.Bytes, plan.Apply(dump.Bytes));
        Assert.Contains(plan.Changes, c => c.Rule.Text == "remove partition FTUP");
        Assert.DoesNotContain(plan.Changes, c => c.Rule.Text == "remove partition NFTP"); // the same bytes
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void A_neutralized_image_has_nothing_left_to_change(string name)
    {
        byte[] once = Apply(Make(name));

        ImagePlan again = NeutralizationPlan.Create(ImageAnalysis.Read(once, TestKey.Ring));

        Assert.True(again.IsEmpty);
        Assert.Equal(once, again.Apply(once));
    }

    [Fact]
    public void Only_the_bit_is_changed_when_only_the_bit_is_missing()
    {
        byte[] image = Apply(TestImage.Gen2Dump());
        image[0x128] &= 0x7F;

        ImagePlan plan = NeutralizationPlan.Create(ImageAnalysis.Read(image, TestKey.Ring));

        Assert.Equal((new FlashRange(0x128, 0x129), 1L), (Assert.Single(plan.Changes).Range, plan.ChangedBytes));
    }

    [Fact]
    public void A_plan_refuses_another_image()
    {
        TestImage dump = TestImage.Gen2Dump();
        ImagePlan plan = NeutralizationPlan.Create(dump.Analyse());
        byte[] other = [.. dump.Bytes];
        other[(int)plan.Changes[^1].Range.Start] ^= 1;

        Assert.Throws<ArgumentException>(() => plan.Apply(other));
        Assert.Throws<ArgumentException>(() => plan.Apply(dump.Bytes.AsSpan(1)));
    }

    [Fact]
    public void Memory_that_was_used_before_is_overwritten_to_its_last_byte_and_another_length_is_refused()
    {
        TestImage dump = TestImage.Gen2Dump();
        ImagePlan plan = NeutralizationPlan.Create(dump.Analyse());
        byte[] used = [.. Enumerable.Repeat((byte)0x5A, dump.Bytes.Length)];

        byte[] after = plan.Apply(dump.Bytes, _ => used);

        Assert.Same(used, after);
        Assert.Equal(plan.Apply(dump.Bytes), after);
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.Apply(dump.Bytes, length => new byte[length + 1]));
    }

    [Fact]
    public void The_profile_must_pin_the_bit_where_the_content_has_it()
    {
        ImageAnalysis image = TestImage.Gen2Dump().Analyse();

        Assert.NotEmpty(NeutralizationPlan.Create(image, new DisableBitPin(0x28, 7)).Changes);
        AssertRefused(image, "board profile", new DisableBitPin(0x00, 16));
        AssertRefused(image, "board profile", new DisableBitPin(0x28, 8));
    }

    [Fact]
    public void A_PCH_without_a_pinned_bit_is_refused_even_with_a_profile() =>
        AssertRefused(
            TestImage.Gen3Dump().Put(0x1C, 0x00340330).Put(0xEFC, 0xC0FF02DF).Analyse(), "not pinned",
            new DisableBitPin(0x70, 16));

    [Fact]
    public void A_descriptor_of_another_generation_than_the_firmware_is_refused()
    {
        TestImage dump = TestImage.Gen3Dump();
        TestImage.Gen2Region().Bytes.CopyTo(dump.Bytes, TestImage.RegionStart);

        AssertRefused(dump.Analyse(), "does not go with");
    }

    [Theory]
    [InlineData(12, "HAP only")]
    [InlineData(5, "TXE 5.0.20.1513 is a combination")]
    public void Versions_that_are_not_supported_are_named(int major, string sentence)
    {
        TestImage region = major == 12 ? TestImage.Gen3Region() : TestImage.Gen2Region();
        region.Put(region.Manifest + 0x24, (uint)major).Sign();
        ImageAnalysis image = major == 5 ? ImageAnalysis.Read(region.Bytes, KeyRing.Intel) : region.Analyse();

        AssertRefused(image, sentence);
    }

    [Fact]
    public void A_firmware_without_a_module_that_must_stay_is_refused()
    {
        TestImage region = TestImage.Gen2Region();
        region.Bytes[region.Manifest + 0x290 + 4] = (byte)'X';
        region.Bytes[region.Manifest + 0x2F0 + 4] = (byte)'X';

        AssertRefused(region.Sign().Analyse(), "must stay");
    }

    [Fact]
    public void A_table_with_a_wrong_checksum_is_refused()
    {
        TestImage region = TestImage.Gen2Region();
        region.Bytes[0x1B] ^= 1;

        AssertRefused(region.Analyse(), "checksum");
    }

    [Theory] // entry 3 is FTPR, 4 is NFTP
    [InlineData(3, 0xC, 0xF001u, "ends past")] // defect 5
    [InlineData(4, 0x8, 0x20u, "overlaps the table")]
    [InlineData(4, 0x0, 0x52505446u, "two code partitions")]
    [InlineData(4, 0x0, 0x424D4F52u, "ROM bypass")]
    public void An_entry_that_must_not_be_is_refused(int entry, int field, uint value, string sentence) =>
        AssertRefused(TestImage.Gen2Region().Put(0x30 + 0x20 * entry + field, value).FixTable().Analyse(), sentence);

    [Fact]
    public void A_cut_region_is_neutralized_only_when_it_holds_all_that_must_stay()
    {
        byte[] whole = Apply(TestImage.Gen2Region());

        Assert.True(ImageAnalysis.Read(whole.AsMemory(0, 0x3000), TestKey.Ring).Me!.AlreadyNeutralized);
        Assert.True(ImageAnalysis.Read(whole.AsMemory(0, 0x2600), TestKey.Ring).Me!.AlreadyNeutralized); // BUP's end
        Assert.False(ImageAnalysis.Read(whole.AsMemory(0, 0x25FF), TestKey.Ring).Me!.AlreadyNeutralized);
    }

    public static TheoryData<string> Images => ["gen2 region", "gen2 dump", "gen3 region", "gen3 dump"];

    private static TestImage Make(string name) => name switch
    {
        "gen2 region" => TestImage.Gen2Region(),
        "gen2 dump" => TestImage.Gen2Dump(),
        "gen3 region" => TestImage.Gen3Region(),
        _ => TestImage.Gen3Dump(),
    };

    private static byte[] Apply(TestImage image) =>
        NeutralizationPlan.Create(image.Analyse()).Apply(image.Bytes);

    private static void AssertRefused(ImageAnalysis image, string sentence, DisableBitPin? pin = null) =>
        Assert.Contains(sentence,
            Assert.Throws<PlanRefusedException>(() => NeutralizationPlan.Create(image, pin)).Message,
            StringComparison.Ordinal);

    private static void AssertBlank(byte[] image, int start, int length) =>
        Assert.False(image.AsSpan(start, length).ContainsAnyExcept((byte)0xFF), $"0x{start:X} is not blank");

    private static void AssertKept(TestImage original, byte[] image, int start, int length) =>
        Assert.True(
            original.Bytes.AsSpan(start, length).SequenceEqual(image.AsSpan(start, length)), $"0x{start:X} changed");
}
