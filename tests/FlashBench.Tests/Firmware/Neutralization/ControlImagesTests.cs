using System.Numerics;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware.Neutralization;

public class ControlImagesTests
{
    [Fact]
    public void The_damaged_manifest_differs_in_one_bit_of_the_signature()
    {
        TestImage dump = TestImage.Gen2Dump();

        byte[] damaged = ControlImages.DamagedManifest(dump.Analyse()).Apply(dump.Bytes);

        int[] changed = [.. Enumerable.Range(0, damaged.Length).Where(i => damaged[i] != dump.Bytes[i])];
        Assert.InRange(Assert.Single(changed), dump.Manifest + 0x184, dump.Manifest + 0x283);
        Assert.Equal(1, BitOperations.PopCount((uint)(damaged[changed[0]] ^ dump.Bytes[changed[0]])));
        Assert.Equal(SignatureStatus.Invalid,
            ImageAnalysis.Read(damaged, TestKey.Ring).Me!.Code.Manifest.Signature);
    }

    [Fact]
    public void The_disable_bit_is_cleared_with_it()
    {
        TestImage dump = TestImage.Gen2Dump().Put(0x128, 0x004100C4);

        ImagePlan plan = ControlImages.DamagedManifest(dump.Analyse());

        Assert.Equal(["clear-disable-bit", "damage-signature"], plan.Changes.Select(c => c.Rule.Id));
        Assert.Equal(0x00410044u, BitConverter.ToUInt32(plan.Apply(dump.Bytes), 0x128));
    }

    [Fact]
    public void A_damaged_image_is_no_base_for_a_control()
    {
        TestImage dump = TestImage.Gen2Dump();
        dump.Bytes[dump.Manifest + 0x200] ^= 1;

        Assert.Throws<PlanRefusedException>(() => ControlImages.DamagedManifest(dump.Analyse()));
    }

    [Fact]
    public void A_descriptor_alone_has_no_manifest_to_damage() =>
        Assert.Throws<PlanRefusedException>(() =>
            ControlImages.DamagedManifest(TestImage.Gen2Dump().Cut(0x1000).Analyse()));
}
