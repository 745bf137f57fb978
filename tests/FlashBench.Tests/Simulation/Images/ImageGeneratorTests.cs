using System.Diagnostics;
using System.Numerics;
using System.Security.Cryptography;
using FlashBench.Simulation.Images;

namespace FlashBench.Tests.Simulation.Images;

public sealed class ImageGeneratorTests
{
    public static TheoryData<string> Kinds => [.. ImageGenerator.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public void The_same_kind_gives_the_same_bytes(string kind)
    {
        uint size = GeneratedImage.SizeOf(kind);

        Assert.Equal(size, (uint)ImageGenerator.Create(kind, size).Length);
        Assert.True(ImageGenerator.Create(kind, size).AsSpan().SequenceEqual(ImageGenerator.Create(kind, size)));
    }

    [Fact]
    public void Unknown_kinds_and_sizes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ImageGenerator.Create("me12", 0x80_0000));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageGenerator.Create("me8", 0x80_0001));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageGenerator.Create("me8", 0x200_0000));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Every_manifest_carries_a_strict_signature_by_the_test_key(string kind)
    {
        GeneratedImage image = GeneratedImage.Of(kind);
        int found = 0;
        for (uint at = image.MeStart; at < image.MeEnd; at += 4)
        {
            if (image.Text(at, 4) != "$MN2")
                continue;
            found++;
            AssertSigned(image, at - 0x1C);
        }

        Assert.Equal(2, found); // FTPR and NFTP
    }

    // RFC 8017 9.2 by hand: 00 01 FF..FF 00, DigestInfo of SHA-256, hash.
    private static void AssertSigned(GeneratedImage image, uint manifest)
    {
        int length = (int)image.U32(manifest + 0x18) * 4;
        ReadOnlySpan<byte> bytes = image.Bytes.AsSpan((int)manifest, length);
        var modulus = new BigInteger(bytes.Slice(0x80, 0x100), isUnsigned: true);
        var signature = new BigInteger(bytes.Slice(0x184, 0x100), isUnsigned: true);
        Span<byte> plain = stackalloc byte[0x100];
        byte[] small = BigInteger.ModPow(signature, image.U32(manifest + 0x180), modulus)
            .ToByteArray(isUnsigned: true, isBigEndian: true);
        small.CopyTo(plain[(0x100 - small.Length)..]);

        byte[] message = [.. bytes[..0x80], .. bytes[0x284..]];
        byte[] digestInfo = Convert.FromHexString("3031300D060960864801650304020105000420");
        byte[] wanted =
            [0, 1, .. Enumerable.Repeat((byte)0xFF, 0x100 - 3 - 51), 0, .. digestInfo, .. SHA256.HashData(message)];
        Assert.Equal(65537u, image.U32(manifest + 0x180));
        Assert.Equal(Convert.ToHexString(wanted), Convert.ToHexString(plain));
        Assert.Equal(TestKey.FingerprintSha256, Convert.ToHexStringLower(SHA256.HashData(bytes.Slice(0x80, 0x104))));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void The_partition_table_sums_to_zero(string kind)
    {
        GeneratedImage image = GeneratedImage.Of(kind);

        ReadOnlySpan<byte> summed = image.Bytes.AsSpan((int)image.MeStart, 0x30);
        Assert.Equal(0, summed.ToArray().Sum(value => value) & 0xFF);
        Assert.Equal("$FPT", image.Text(image.MeStart + 0x10, 4));
    }

    [Theory]
    [InlineData("me8", 67_000)]
    [InlineData("me10", 107_000)]
    [InlineData("me11", 356_500)]
    public void What_stays_after_neutralization_is_as_much_as_in_a_real_image(string kind, int most)
    {
        GeneratedImage image = GeneratedImage.Of(kind).Neutralize(kind == "me11");
        (uint start, uint length) = image.Partition("FTPR");

        int kept = image.Bytes.AsSpan((int)start, (int)length).ToArray().Count(value => value != 0xFF);
        Assert.InRange(kept, most * 8 / 10, most);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Stored_hashes_of_raw_modules_and_met_files_are_true(string kind)
    {
        GeneratedImage image = GeneratedImage.Of(kind);
        if (kind == "me11")
        {
            (uint met, uint size) = image.Entry("gpio.met");
            (uint module, uint bytes) = image.Entry("gpio");
            AssertReversedHash(image, met + 0x18, module, bytes);
            uint info = image.Manifest + 0x284 + 0x30; // behind the client information
            Assert.Equal(3u, image.U32(info));
            uint row = info + 0x58 + 0x34 * 10; // gpio is the 11th module
            Assert.Equal("gpio", image.Text(row, 12));
            AssertReversedHash(image, row + 0x14, met, size);
        }
        else
        {
            uint header = image.ModuleHeader(kind == "me8" ? "RSA" : "FPF");
            uint first = image.Ftpr + image.U32(header + 0x38);
            AssertReversedHash(image, header + 0x14, first, image.U32(header + 0x40));
        }
    }

    private static void AssertReversedHash(GeneratedImage image, uint stored, uint start, uint length)
    {
        byte[] hash = SHA256.HashData(image.Bytes.AsSpan((int)start, (int)length));
        Array.Reverse(hash);
        Assert.Equal(Convert.ToHexString(hash), Convert.ToHexString(image.Bytes, (int)stored, 32));
    }

    [Theory]
    [InlineData("me8")]
    [InlineData("me10")]
    public void The_look_up_table_points_into_its_stream(string kind)
    {
        GeneratedImage image = GeneratedImage.Of(kind);
        uint table = image.Table;
        uint start = image.U32(table + 0x14);
        uint end = start + image.U32(table + 0x10);

        // SpiBase + the 16 bits at +9 is the address of the first entry (checked on real images).
        uint middle = image.U32(table + 8) >> 8 & 0xFFFF;
        Assert.Equal(table - image.MeStart + 0x40, image.U32(table + 0xC) + middle);
        uint[] used = [.. Enumerable.Range(0, (int)image.U32(table + 4))
            .Select(i => image.U32(table + 0x40 + 4 * (uint)i)).Where(entry => entry >> 24 != 0x80)
            .Select(entry => entry & 0x1FF_FFFF)];
        Assert.All(used, offset => Assert.InRange(offset, start, end - 1));
        Assert.Equal(used.Order(), used);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Ifdtool_reads_the_descriptor_and_extracts_the_regions(string kind)
    {
        Assert.SkipWhen(Run("ifdtool", "--version", ".") is null, "ifdtool (Debian coreboot-utils) is not installed");
        GeneratedImage image = GeneratedImage.Of(kind);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("flashbench-ifd-");
        try
        {
            string file = Path.Combine(folder.FullName, "image.bin");
            File.WriteAllBytes(file, image.Bytes);

            string dump = Assert.IsType<string>(Run("ifdtool", "-d " + file, folder.FullName));
            string extract = Assert.IsType<string>(Run("ifdtool", "-x " + file, folder.FullName));

            Assert.Contains("Flash Region 2 (Intel ME): 00003000 - 001fffff", dump, StringComparison.Ordinal);
            Assert.Contains("Flash Region 3 (GbE): 00001000 - 00002fff", extract, StringComparison.Ordinal);
            byte[] me = File.ReadAllBytes(Path.Combine(folder.FullName, "flashregion_2_intel_me.bin"));
            Assert.True(me.AsSpan().SequenceEqual(image.Bytes.AsSpan((int)image.MeStart, me.Length)));
            Assert.Equal(image.MeEnd - image.MeStart, (uint)me.Length);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Standard output of a tool that ended with 0; null if the tool is not there.
    private static string? Run(string tool, string arguments, string folder)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(tool, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, output);
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
