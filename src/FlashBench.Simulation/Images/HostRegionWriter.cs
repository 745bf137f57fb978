namespace FlashBench.Simulation.Images;

/// <summary>Fills the regions that belong to the host: BIOS and GbE.</summary>
/// <remarks>
/// Modelled: two GbE banks with a locally administered address and the word sum 0xBABA; a BIOS region with text,
/// noise, erased space and a jump at the reset vector. Not modelled: anything that would run.
/// </remarks>
internal static class HostRegionWriter
{
    private const int BlockBytes = 0x1_0000;

    /// <summary>Fills the GbE region; the address belongs to no vendor.</summary>
    public static void WriteGbe(Span<byte> region, byte lastAddressByte)
    {
        region.Fill(0xFF);
        for (int bank = 0; bank < 2; bank++)
        {
            Span<byte> words = region.Slice(bank * 0x1000, 0x80);
            new SeededNoise("GbE", lastAddressByte).Fill(words);
            ReadOnlySpan<byte> address = [0x02, 0x46, 0x42, 0x00, 0x00, lastAddressByte];
            address.CopyTo(words);
            words.Put16(0x7E, 0);
            words.Put16(0x7E, MissingFromSum(words));
        }
    }

    /// <summary>Fills the BIOS region: a header in each 64 KiB block, data in every second, the rest erased.</summary>
    public static void WriteBios(Span<byte> region, uint seed)
    {
        region.Fill(0xFF);
        var noise = new SeededNoise("BIOS", seed);
        for (int start = 0; start < region.Length; start += BlockBytes)
        {
            Span<byte> block = region.Slice(start, BlockBytes);
            block[..0x40].Clear();
            block.PutText(0, $"FlashBench BIOS block {start / BlockBytes}");
            if (start / BlockBytes % 2 == 0)
                noise.Fill(block[0x40..0xC000]);
        }

        ReadOnlySpan<byte> reset = [0xEA, 0x5B, 0xE0, 0x00, 0xF0]; // jmp f000:e05b
        reset.CopyTo(region[^16..]);
    }

    private static ushort MissingFromSum(ReadOnlySpan<byte> words)
    {
        uint sum = 0;
        for (int i = 0; i < words.Length; i += 2)
            sum = (sum + words[i] + ((uint)words[i + 1] << 8)) & 0xFFFF;
        return (ushort)((0x1_BABA - sum) & 0xFFFF);
    }
}
