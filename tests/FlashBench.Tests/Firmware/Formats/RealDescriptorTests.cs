using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Tests.Firmware.Formats;

/// <summary>Every descriptor among the real images. Skipped where they are absent.</summary>
public class RealDescriptorTests
{
    private const int IfdtoolRegions = 9; // It knows no more, whatever the platform.

    [Theory] // bit: offset of the dword, bit number and state; empty where it is not pinned
    [InlineData("full-fbg1701-txe2.0", PchClass.BayTrail, "0x128.7=0")]
    [InlineData("full-ga-z77x-ud5h-me8.1-overlap", PchClass.Series6And7, "0x128.7=0")]
    [InlineData("full-gen1-me2.5-amt", PchClass.Ich9, "")]
    [InlineData("full-glados-asuka-me11.0", PchClass.Series100And200, "0x100.16=0")]
    [InlineData("full-libreboot-x200-8mb", PchClass.Ich9, "")]
    [InlineData("full-librem-bdw-me10.0-cleaned", PchClass.Series8And9, "0x128.7=1")]
    [InlineData("full-librem-skl-me11.0-cleaned", PchClass.Series100And200, "0x100.16=1")]
    [InlineData("full-link-me8.0", PchClass.Series6And7, "0x128.7=0")]
    [InlineData("full-lumpy-me7.1", PchClass.Series6And7, "0x128.7=0")]
    [InlineData("full-samus-me10.0", PchClass.Series8And9, "0x128.7=0")]
    [InlineData("full-t420-me7.1-realbios", PchClass.Series6And7, "0x128.7=0")]
    [InlineData("full-x201-me6.0-ignition", PchClass.IbexPeak, "0x128.7=0")]
    [InlineData("full-x230-heads-cleaned", PchClass.Series6And7, "0x128.7=1")]
    [InlineData("ifd-coreboot-erying-tgl-fd", PchClass.Series500, "")]
    [InlineData("ifd-dasharo-novacustom-nv4x-adl-descriptor", PchClass.Series600And700, "")]
    [InlineData("ifd-dasharo-protectli-vault-adl-p-descriptor", PchClass.Series600And700, "")]
    [InlineData("ifd-linuxboot-blobs-t440p-ifd", PchClass.Series8And9, "0x128.7=1")]
    [InlineData("ifd-linuxboot-blobs-xx30-ifd", PchClass.Series6And7, "0x128.7=1")]
    [InlineData("ifd-mrchromebox-librem-cnl-librem-14-flashdescriptor", PchClass.Series300And400, "")]
    [InlineData("ifd-mrchromebox-purism-librem-bdw-flashdescriptor", PchClass.Series8And9, "0x128.7=1")]
    [InlineData("ifd-starlabsltd-starbook-mtl-flashdescriptor", PchClass.Unknown, "")]
    [InlineData("ifd-starlabsltd-starbook-tgl-flashdescriptor", PchClass.Series500, "")]
    [InlineData("ifd-tianocore-ifwi-archercityrvp-flashdescriptor", PchClass.Unknown, "")]
    public void Class_and_disable_bit_are_told_without_a_false_alarm(string id, PchClass pch, string bit)
    {
        var image = ImageAnalysis.Read(RealImages.Load(id), KeyRing.Intel);

        Assert.Equal(pch, image.Pch);
        Assert.Equal(bit, image.DisableBit is { } b ? $"0x{b.DwordOffset:X}.{b.Bit}={(b.IsSet ? 1 : 0)}" : "");
        Assert.Equal(pch == PchClass.Unknown, image.Findings.Any(f => f.Text.Contains("disable bit is not pinned")));
    }

    [Theory] // what the boards' makers are known to have done
    [InlineData("ifd-mrchromebox-librem-cnl-librem-14-flashdescriptor", "cnp-lp", 0x170, true)]
    [InlineData("ifd-dasharo-novacustom-nv4x-adl-descriptor", "adp-p", 0x17C, true)]
    [InlineData("ifd-dasharo-protectli-vault-adl-p-descriptor", "adp-p", 0x17C, true)]
    [InlineData("ifd-starlabsltd-starbook-tgl-flashdescriptor", "tgp-lp", 0x17C, false)] // but +0x94 bit 16 is set
    [InlineData("ifd-coreboot-erying-tgl-fd", "tgp-h", 0x194, false)] // strap 0 bit 16 is, by a mistake
    public void A_named_platform_finds_the_bit_of_newer_boards(string id, string name, int offset, bool set)
    {
        byte[] bytes = RealImages.Load(id);

        var image = ImageAnalysis.Read(bytes, KeyRing.Intel, DisablePlatform.Find(name));

        Assert.Equal((offset, 16, set), (image.DisableBit!.DwordOffset, image.DisableBit.Bit, image.DisableBit.IsSet));
        Assert.Contains(image.DisableCandidates, c => c.Platform.Name == name && c.Bit == image.DisableBit);
    }

    [Theory]
    [MemberData(nameof(Descriptors))]
    public void No_other_platform_of_the_table_is_confirmed(string id)
    {
        FlashDescriptor descriptor = FlashDescriptor.Find(RealImages.Load(id))!;

        string[] confirmed = [.. DisablePlatform.All.Where(p => p.WhyNot(descriptor) is null).Select(p => p.Name)];

        Assert.True(confirmed.Length <= 1, string.Join(' ', confirmed));
    }

    [Theory]
    [MemberData(nameof(Descriptors))]
    public void Ifdtool_reads_the_same_regions(string id)
    {
        byte[] image = RealImages.Load(id);
        FlashDescriptor descriptor = FlashDescriptor.Find(image)!;
        var seen = Ifdtool.Regions(image, PlatformOf(descriptor));

        var ours = descriptor.Regions.Where(r => r.Number < IfdtoolRegions)
            .ToDictionary(r => r.Number, r => r.Range);

        Assert.Equal(seen, new SortedDictionary<int, FlashRange>(ours));
    }

    public static TheoryData<string> Descriptors => [.. RealImages.Ids.Where(IsDescriptor).DefaultIfEmpty("")];

    private static bool IsDescriptor(string id) =>
        id.StartsWith("full-", StringComparison.Ordinal) || id.StartsWith("ifd-", StringComparison.Ordinal);

    private static string? PlatformOf(FlashDescriptor descriptor) => descriptor.Pch switch
    {
        PchClass.Series100And200 => "sklkbl",
        PchClass.Series300And400 => "cnl",
        PchClass.Series500 => "tgl",
        PchClass.Series600And700 => "adl",
        PchClass.Unknown => "adl", // the newest that it knows
        _ => null,
    };
}
