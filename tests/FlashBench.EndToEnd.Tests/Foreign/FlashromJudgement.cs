namespace FlashBench.EndToEnd.Tests.Foreign;

/// <summary>What real flashrom must be able to do with a virtual programmer, whichever it is.</summary>
internal sealed class FlashromJudgement : IDisposable
{
    /// <summary>A chip of 1 MiB that flashrom knows under one name only.</summary>
    public const string Chip = "W25Q80", ChipForFlashrom = "W25Q80.V";

    public const int ChipBytes = 1 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("flashbench-flashrom-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Every one of many starts must find the chip: an attach is a power-on reset.</summary>
    public static async Task DetectsAsync(Flashrom flashrom, int times)
    {
        var found = new List<string?>();
        for (int n = 0; n < times; n++)
            found.Add(await flashrom.DetectAsync());

        Assert.Equal(Enumerable.Repeat(ChipForFlashrom, times), found);
    }

    /// <summary>Write, verify, read, compare, erase, read: everything must be as asked, every time.</summary>
    public async Task CyclesAsync(Flashrom flashrom, int times)
    {
        string written = Path.Combine(_folder, "written.bin"), read = Path.Combine(_folder, "read.bin");
        byte[] blank = [.. Enumerable.Repeat((byte)0xFF, ChipBytes)];
        CancellationToken stop = TestContext.Current.CancellationToken;
        for (int n = 0; n < times; n++)
        {
            byte[] image = Image(n);
            await File.WriteAllBytesAsync(written, image, stop);
            await flashrom.WriteAsync(written);
            await flashrom.VerifyAsync(written);
            await flashrom.ReadAsync(read);
            AssertEqual(image, await File.ReadAllBytesAsync(read, stop), $"cycle {n}, after the write");

            await flashrom.EraseAsync();
            await flashrom.ReadAsync(read);
            AssertEqual(blank, await File.ReadAllBytesAsync(read, stop), $"cycle {n}, after the erase");
        }
    }

    /// <summary>A file of this judgement's own folder, gone with it.</summary>
    public string FileOf(string name, byte[] content)
    {
        string file = Path.Combine(_folder, name);
        File.WriteAllBytes(file, content);
        return file;
    }

    /// <summary>Noise with erased pages and sectors in it, other noise for every number.</summary>
    public static byte[] Image(int number)
    {
        const int Sector = 4096;
        var random = new Random(number);
        byte[] image = new byte[ChipBytes];
        random.NextBytes(image);
        for (int at = 0; at < image.Length; at += Sector)
        {
            if (random.Next(4) == 0)
                image.AsSpan(at, random.Next(1, 17) * 256).Fill(0xFF);
        }

        return image;
    }

    public static void AssertEqual(byte[] expected, byte[] actual, string when)
    {
        int at = expected.AsSpan().CommonPrefixLength(actual);
        Assert.True(
            expected.Length == actual.Length && at == expected.Length,
            $"{when}: {actual.Length} bytes of {expected.Length}, the first difference is at 0x{at:X}");
    }
}
