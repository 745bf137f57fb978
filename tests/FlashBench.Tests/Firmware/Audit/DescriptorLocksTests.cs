using FlashBench.Firmware;
using FlashBench.Firmware.Audit;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Registers;

namespace FlashBench.Tests.Firmware.Audit;

public class DescriptorLocksTests
{
    private const int Masters1 = 0x60, Masters2 = 0x80; // FMBA of the hand-made dumps of either form

    [Theory]
    [InlineData(0x0A0B0000u, 0x0C0D0000u, LockState.Locked, true)]
    [InlineData(0xFFFF0000u, 0xFFFF0000u, LockState.Open, false)]
    [InlineData(0x0B0B0000u, 0x0C0D0000u, LockState.Partly, null)] // the host writes the descriptor
    [InlineData(0x0E0B0000u, 0x0C0D0000u, LockState.Partly, null)] // the host writes the ME region
    [InlineData(0x0A0B0000u, 0x0D0D0000u, LockState.Partly, true)] // the ME writes the descriptor
    [InlineData(0x0A0F0000u, 0x0C0D0000u, LockState.Locked, null)] // reading the ME region changes nothing
    public void The_first_form_is_judged_by_who_may_write(uint host, uint me, LockState expected, bool? typical) =>
        Check(TestImage.Gen2Dump().Put(Masters1, host).Put(Masters1 + 4, me).Put(Masters1 + 8, 0x08080118),
            expected, host, typical);

    [Theory]
    [InlineData(0x00A00B00u, 0x00C00D00u, LockState.Locked, true)]
    [InlineData(0x00A00B00u, 0x00400D00u, LockState.Locked, true)]
    [InlineData(0xFFFFFF00u, 0xFFFFFF00u, LockState.Open, false)]
    [InlineData(0xFFFFFFFFu, 0xFFFFFFFFu, LockState.Open, false)]
    [InlineData(0x00B00B00u, 0x00C00D00u, LockState.Partly, null)]
    public void The_second_form_is_judged_by_who_may_write(uint host, uint me, LockState expected, bool? typical)
    {
        TestImage image = TestImage.Gen3Dump();
        image.Put(Masters2, host).Put(Masters2 + 4, me).Put(Masters2 + 8, 0).Put(Masters2 + 16, 0);

        Check(image, expected, host, typical);
    }

    [Theory] // by either form the same words would be another lock
    [InlineData(0x1B0B0000u)]
    [InlineData(0x00A00B00u)]
    [InlineData(0xFFFFFFFFu)]
    public void A_descriptor_of_no_known_PCH_leaves_the_locks_unknown(uint host)
    {
        TestImage image = TestImage.Gen2Dump();
        image.Put(0x1C, 0x120).Put(Masters1, host).Put(Masters1 + 4, 0x0C0D0000);

        Assert.Equal(PchClass.Unknown, image.Analyse().Pch);
        Assert.Equal(LockState.Unknown, DescriptorLocks.Of(image.Analyse()).State);
    }

    [Fact]
    public void An_embedded_controller_that_may_write_the_descriptor_leaves_it_partly_locked()
    {
        TestImage image = TestImage.Gen3Dump();
        image.Put(Masters2, 0x00A00B00).Put(Masters2 + 4, 0x00C00D00).Put(Masters2 + 8, 0)
            .Put(Masters2 + 16, 0x00100100);

        DescriptorLocks locks = DescriptorLocks.Of(image.Analyse());

        Assert.Equal(LockState.Partly, locks.State);
        Assert.Contains("EC may write the descriptor", locks.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bare_region_tells_nothing() =>
        Assert.Equal(LockState.Unknown, DescriptorLocks.Of(TestImage.Gen2Region().Analyse()).State);

    [Theory]
    [InlineData("full-link-me8.0", LockState.Locked)]
    [InlineData("full-glados-asuka-me11.0", LockState.Locked)]
    [InlineData("full-fbg1701-txe2.0", LockState.Open)]
    [InlineData("full-gen1-me2.5-amt", LockState.Open)]
    [InlineData("full-libreboot-x200-8mb", LockState.Open)] // no ME region, and the host writes the descriptor
    public void Real_descriptors(string id, LockState expected) => Assert.Equal(
        expected, DescriptorLocks.Of(ImageAnalysis.Read(RealImages.Load(id), KeyRing.Intel)).State);

    [Theory]
    [InlineData(11, 0x1E000255u, true, "never closed")]
    [InlineData(11, 0x1E000245u, false, "was closed")]
    [InlineData(16, 0x1E000255u, true, "may write the descriptor")]
    [InlineData(16, 0x1E000245u, false, "may not write")]
    [InlineData(15, 0x1E000255u, true, "never closed")]
    [InlineData(11, 0u, null, "not read")]
    [InlineData(11, uint.MaxValue, null, "not read")]
    public void Bit_4_of_HFSTS1_changed_its_meaning_with_CSME_16(int major, uint first, bool? open, string words)
    {
        MeFirmware me = TestImage.Gen3Region().Analyse().Me!;
        Manifest manifest = me.Code.Manifest with { Version = new MeVersion(major, 0, 0, 1) };

        var state = ManufacturingState.Of(
            me with { Code = me.Code with { Manifest = manifest } }, new MeRegisters(first));

        Assert.Equal(open, state.IsOpen);
        Assert.Contains(words, state.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_version_the_meaning_of_bit_4_is_left_open() => Assert.Contains(
        "not known", ManufacturingState.Of(null, new MeRegisters(0x1E000255)).Sentence, StringComparison.Ordinal);

    private static void Check(TestImage image, LockState expected, uint host, bool? typical)
    {
        DescriptorLocks locks = DescriptorLocks.Of(image.Analyse());

        Assert.Equal(expected, locks.State);
        Assert.Equal((host, typical), (locks.Masters[0].Word, locks.Masters[0].Typical));
    }
}
