using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware.Formats;

public class IfwiLayoutTests
{
    private const int Type = 0, Start = 4; // of a boot table's entry

    [Theory]
    [InlineData(true, "1.7")]
    [InlineData(false, "1.6")]
    public void Layout_boot_tables_and_partitions_are_read(bool isNew, string version)
    {
        ImageAnalysis image = Make(isNew).Analyse();

        IfwiLayout ifwi = image.Me!.Ifwi!;
        Assert.Empty(image.Findings);
        Assert.Equal((version, isNew), (ifwi.Version, ifwi.IsRedundant));
        Assert.Equal(FlashRange.At(TestIfwi.Data, TestIfwi.DataLength), ifwi.Data);
        Assert.Equal(isNew ? ["data", "boot 1", "error log"] : ["data", "boot 1"], ifwi.Areas.Select(a => a.Name));
        Assert.Equal(["RBEP", "FTPR", "S-BPDT", "PMCP", "NFTP"],
            ifwi.Tables.SelectMany(t => t.Partitions).Select(p => p.Name));
        Assert.Equal(FlashRange.At(TestIfwi.Nftp, 0x800), ifwi.Find("NFTP")!.Range); // counts from the first table
        Assert.Equal([false, true], ifwi.Tables.Select(t => t.IsSecondary));
        Assert.Equal(isNew ? true : null, ifwi.Tables[0].ChecksumValid);
    }

    [Fact]
    public void The_code_partition_is_read_from_the_boot_table()
    {
        MeFirmware me = TestIfwi.New().Analyse().Me!;

        Assert.Equal((MeGeneration.Three, "16.1.25.1865"), (me.Generation, me.Version.ToString()));
        Assert.Equal(FlashRange.At(TestIfwi.Ftpr, TestIfwi.FtprLength), me.Code.Range);
        Assert.Equal((SignatureScheme.PssSha384, SignatureStatus.Valid),
            (me.Code.Manifest.Scheme, me.Code.Manifest.Signature));
        Assert.Equal(["kernel", "intl.cfg"], me.Code.Modules.Select(m => m.Name)); // a name without bytes is none
        Assert.Equal(new MeSku("corporate, with AMT", true), me.Sku);
        Assert.Equal(["PSVN", "MFS"], me.Table.Partitions.Select(p => p.Name));
        Assert.Equal(FlashRange.At(TestIfwi.Data + 0x1000, 0x800), me.Table.Find("MFS")!.Range);
        Assert.Equal((true, true), (me.Table.ChecksumValid, me.Table.IsRedundant));
        Assert.False(me.HashesDescriptor);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_of_it_is_removable(bool isNew)
    {
        ImageAnalysis image = Make(isNew).Analyse();

        Assert.True(image.IsSound);
        Assert.False(image.Me!.IsRemovable);
        Assert.All(image.Me.Code.Modules, m => Assert.True(m.IsKept));
        Assert.Throws<PlanRefusedException>(() => NeutralizationPlan.Create(image));
    }

    [Theory]
    [InlineData(TestIfwi.Manifest + TestIfwi.ManifestHeader, true)] // of the code partition
    [InlineData(TestIfwi.Pmcp + 0x200 + TestIfwi.ManifestHeader, true)] // of another one
    [InlineData(TestIfwi.Pmcp + 0x200 + 0x80, false)] // no extension there
    public void A_hash_of_the_descriptor_is_found_in_any_manifest(int at, bool found) =>
        Assert.Equal(found, TestIfwi.New().Put(at, 0x17).Fix().Analyse().Me!.HashesDescriptor);

    [Theory] // a byte under each check, and the word of its sentence
    [InlineData(0x1C, "layout table")]
    [InlineData(TestIfwi.Boot + 0x10, "boot table")]
    [InlineData(TestIfwi.Secondary + 0x10, "boot table")]
    [InlineData(TestIfwi.Data + 0x58, "partition table")]
    [InlineData(TestIfwi.Ftpr + 0x14 + 0x14, "directory")]
    [InlineData(TestIfwi.Manifest + 0x30, "signature")]
    [InlineData(TestIfwi.Manifest + 0x300, "signature")]
    [InlineData(TestIfwi.Ftpr + 0x1500, "intl.cfg")]
    public void Every_check_notices_a_changed_byte(int at, string sentence)
    {
        TestIfwi region = TestIfwi.New();
        region.Bytes[at] ^= 0x01;

        Assert.Contains(region.Analyse().Findings, f => f.Text.Contains(sentence));
    }

    [Fact]
    public void The_signature_of_an_unknown_3072_bit_key_is_an_error()
    {
        var image = ImageAnalysis.Read(TestIfwi.New().Bytes, KeyRing.Intel);

        Assert.Equal(SignatureStatus.UnknownKey, image.Me!.Code.Manifest.Signature);
        Assert.False(image.IsSound);
    }

    [Theory] // entry of the boot table, field, value
    [InlineData(2, Start, 0u, false)] // no secondary table: allowed
    [InlineData(0, Type, 5u, true)] // two of them
    [InlineData(2, Start, 0x3000u, true)] // no table there
    [InlineData(2, Start, 0xFFFFFFF0u, true)] // past every file
    [InlineData(1, Type, 3u, true)] // no FTPR
    [InlineData(1, Start, 0xFFFFFF00u, true)] // FTPR past the region
    public void A_boot_table_that_cannot_be_right_is_refused(int entry, int field, uint value, bool refused)
    {
        TestIfwi region = TestIfwi.New().Put(TestIfwi.Boot + 0x18 + 0xC * entry + field, value).Fix();

        Assert.Equal(refused, Record.Exception(() => region.Analyse()) is ImageFormatException);
    }

    [Theory]
    [InlineData(TestIfwi.Boot, 0x12345678u)] // signature
    [InlineData(TestIfwi.Boot + 4, 0x00020000u)] // no entries
    [InlineData(TestIfwi.Boot + 4, 0x00020041u)] // 65
    [InlineData(TestIfwi.Boot + 4, 0x0002FFFFu)]
    [InlineData(TestIfwi.Boot + 4, 0x00030005u)] // version
    [InlineData(TestIfwi.Secondary + 0x18, 5u)] // a third table
    [InlineData(0x20, 0xFFFFFF00u)] // boot partition past every file
    public void A_header_that_cannot_be_right_is_refused(int at, uint value) =>
        Assert.Throws<ImageFormatException>(() => TestIfwi.New().Put(at, value).Analyse());

    [Fact]
    public void A_table_cannot_name_itself_as_its_secondary_one()
    {
        // Offsets of 0 mean "none", so the circle must be closed by the secondary table naming the first one's kind.
        TestIfwi region = TestIfwi.New();
        int entry = TestIfwi.Secondary + 0x18;

        region.Put(entry, 5).Put(entry + 4, TestIfwi.Secondary - TestIfwi.Boot).Put(entry + 8, 0x200).Fix();

        Assert.Throws<ImageFormatException>(() => region.Analyse());
    }

    [Theory] // layout table
    [InlineData(0x24, 0x10000u, "past the ME region")] // boot 1 too long
    [InlineData(0x28, 0x5000u, "")] // boot 2 without a length is none
    public void An_area_must_lie_inside_the_region(int at, uint value, string sentence)
    {
        ImageAnalysis image = TestIfwi.New().Put(at, value).Fix().Analyse();

        Assert.Equal(sentence.Length > 0,
            image.Findings.Any(f => f.Severity == FindingSeverity.Error && f.Text.Contains("past the ME region")));
    }

    [Fact]
    public void Boot_partitions_must_not_overlap()
    {
        ImageAnalysis image = TestIfwi.New().Put(0x28, TestIfwi.Boot).Put(0x2C, 0x1000).Fix().Analyse();

        Assert.Contains(image.Findings,
            f => f.Severity == FindingSeverity.Error && f.Text.Contains("boot 2 partitions"));
    }

    [Fact]
    public void Two_code_partitions_are_an_error()
    {
        TestIfwi region = TestIfwi.New();
        "FTPR"u8.CopyTo(region.Bytes.AsSpan(TestIfwi.Data + 0x40));

        Assert.Contains(region.Fix().Analyse().Findings,
            f => f.Severity == FindingSeverity.Error && f.Text.Contains("two"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_truncation_is_survived(bool isNew)
    {
        byte[] whole = Make(isNew).Bytes;
        for (int length = 0; length < whole.Length; length += length is < 0x90 or > 0x3000 and < 0x3800 ? 1 : 0x39)
            Fuzzing.Survives(whole[..length], TestIfwi.Ring);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_mutations_are_survived(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 40; i++)
        {
            TestIfwi region = Make(seed % 2 == 0);
            int[] places = [0x10, TestIfwi.Boot, TestIfwi.Secondary, TestIfwi.Data, TestIfwi.Ftpr, TestIfwi.Manifest];
            int at = places[random.Next(places.Length)] + random.Next(0x60);
            uint[] values = [0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, (uint)random.Next(0x10000), (uint)random.Next()];
            Fuzzing.Survives(region.Put(at, values[random.Next(values.Length)]).Bytes, TestIfwi.Ring);
        }
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 8)];

    [Fact]
    public void A_released_ADL_P_region_is_read()
    {
        byte[] bytes = RealImages.Load("bad-dasharo-protectli-vault-adl-p-me");

        var image = ImageAnalysis.Read(bytes, KeyRing.Intel);

        MeFirmware me = image.Me!;
        Assert.True(image.IsSound, string.Join('\n', image.Findings));
        Assert.Equal(("ME 16.1.25.1865", "1.7"), (me.Title, me.Ifwi!.Version));
        Assert.Equal((SignatureStatus.Valid, "Intel ME 16.1"),
            (me.Code.Manifest.Signature, me.Code.Manifest.Key!.Name));
        Assert.Equal([true, true, true, true],
            (bool?[])[me.Ifwi.ChecksumValid, me.Table.ChecksumValid, .. me.Ifwi.Tables.Select(t => t.ChecksumValid)]);
        Assert.Equal(["data", "boot 1", "boot 3", "error log"], me.Ifwi.Areas.Select(a => a.Name));
        Assert.Equal(["RBEP", "OEMP", "PMCP", "FTPR", "IOMP", "NPHY", "TBTP", "PCHC", "NFTP"],
            me.Ifwi.Tables.SelectMany(t => t.Partitions).Select(p => p.Name));
        Assert.False(me.HashesDescriptor);
        Assert.False(me.IsRemovable);
    }

    private static TestIfwi Make(bool isNew) => isNew ? TestIfwi.New() : TestIfwi.Old();
}
