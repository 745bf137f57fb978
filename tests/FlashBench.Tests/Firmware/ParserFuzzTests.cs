using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Tests.Firmware;

/// <summary>Hostile bytes: nothing but the declared refusals may leave the parsers.</summary>
public class ParserFuzzTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 24)];

    [Fact]
    public void Every_truncation_of_a_generation_2_region_is_survived() =>
        Truncate(TestImage.Gen2Region().Bytes, 0x1600);

    [Fact]
    public void Every_truncation_of_a_generation_3_region_is_survived() =>
        Truncate(TestImage.Gen3Region().Bytes, 0x2000);

    [Fact]
    public void Every_truncation_of_a_full_dump_is_survived()
    {
        Truncate(TestImage.Gen2Dump().Bytes, 0x2600);
        Truncate(TestImage.Gen3Dump().Bytes, 0x2A00);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_mutations_are_survived(int seed)
    {
        var random = new Random(seed);
        TestImage[] images =
            [TestImage.Gen2Region(), TestImage.Gen3Region(), TestImage.Gen2Dump(), TestImage.Gen3Dump()];
        foreach (TestImage image in images)
        {
            for (int i = 0; i < 25; i++)
            {
                byte[] original = [.. image.Bytes];
                Mutate(image, random);
                Fuzzing.Survives(image.Bytes, TestKey.Ring);
                original.CopyTo(image.Bytes, 0);
            }
        }
    }

    // Signed again, so that the damage reaches the code behind the signature check.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_mutations_of_signed_structures_are_survived(int seed)
    {
        var random = new Random(seed);
        foreach (TestImage image in (TestImage[])[TestImage.Gen2Region(), TestImage.Gen3Region()])
        {
            for (int i = 0; i < 12; i++)
            {
                byte[] original = [.. image.Bytes];
                Poke(image.Bytes, image.Manifest + 0x284, TestImage.ManifestLength - 0x284, random);
                Poke(image.Bytes, image.Manifest + 0x500, 0x80, random);
                Poke(image.Bytes, 0x14, 0xC0, random);
                Fuzzing.Survives(image.FixTable().Sign().Bytes, TestKey.Ring);
                original.CopyTo(image.Bytes, 0);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_bytes_are_survived(int seed)
    {
        byte[] bytes = new byte[0x3000];
        new Random(seed).NextBytes(bytes);

        Assert.Throws<ImageFormatException>(() => ImageAnalysis.Read(bytes, TestKey.Ring));
        "$FPT"u8.CopyTo(bytes.AsSpan(0x10));
        Fuzzing.Survives(bytes, TestKey.Ring);
        bytes.AsSpan(0x10, 4).Clear();
        ((ReadOnlySpan<byte>)[0x5A, 0xA5, 0xF0, 0x0F]).CopyTo(bytes.AsSpan(0x10));
        Fuzzing.Survives(bytes, TestKey.Ring);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public void A_blank_chip_is_no_image(byte fill)
    {
        byte[] bytes = new byte[0x10000];
        bytes.AsSpan().Fill(fill);

        Assert.Throws<ImageFormatException>(() => ImageAnalysis.Read(bytes, KeyRing.Intel));
    }

    [Fact]
    public void An_empty_file_is_no_image() =>
        Assert.Throws<ImageFormatException>(() => ImageAnalysis.Read(ReadOnlyMemory<byte>.Empty, KeyRing.Intel));

    [Fact]
    public void The_unchanged_images_make_plans() // or else the fuzzing above would show nothing
    {
        Assert.True(Fuzzing.Survives(TestImage.Gen2Region().Bytes, TestKey.Ring));
        Assert.True(Fuzzing.Survives(TestImage.Gen3Region().Bytes, TestKey.Ring));
        Assert.True(Fuzzing.Survives(TestImage.Gen2Dump().Bytes, TestKey.Ring));
        Assert.True(Fuzzing.Survives(TestImage.Gen3Dump().Bytes, TestKey.Ring));
    }

    private static void Truncate(byte[] image, int every)
    {
        // Every length through the structures, then in steps over the plain content behind them.
        for (int length = 0; length < image.Length; length += length < every ? 1 : 0x333)
        {
            try
            {
                ImageAnalysis cut = ImageAnalysis.Read(image.AsMemory(0, length), KeyRing.Intel);
                Assert.False(cut.IsSound && cut.Kind != ImageKind.DescriptorOnly, $"0x{length:X} bytes look sound");
            }
            catch (ImageFormatException)
            {
            }
        }
    }

    private static void Mutate(TestImage image, Random random)
    {
        int[] structures = [0, image.Region, image.Region + TestImage.Ftpr, image.Manifest + 0x280];
        Poke(image.Bytes, structures[random.Next(structures.Length)], 0x600, random);
    }

    private static void Poke(byte[] bytes, int start, int length, Random random)
    {
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            int at = start + random.Next(length - 4);
            byte[] value = random.Next(3) switch
            {
                0 => [(byte)(bytes[at] ^ 1 << random.Next(8))],
                1 => BitConverter.GetBytes(random.Next(2) == 0 ? uint.MaxValue : 0x7FFFFFFFu),
                _ => BitConverter.GetBytes((uint)random.Next(0, 0x10000)),
            };
            value.CopyTo(bytes, at);
        }
    }
}
