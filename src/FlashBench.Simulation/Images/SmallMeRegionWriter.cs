namespace FlashBench.Simulation.Images;

/// <summary>ME regions of 244 KiB for chips on which no maker would put one, so that thousands of jobs can be played.
/// </summary>
/// <remarks>The structures of <see cref="MeRegionWriter"/>; partitions and modules are a tenth of their size, and the
/// modules that no judgement looks at are left out.</remarks>
internal static class SmallMeRegionWriter
{
    /// <summary>End of the region on the chip.</summary>
    public const uint End = 0x4_0000;

    private static readonly byte[] VectorTwo =
        [0x20, 0x20, 0x80, 0x0F, 0x40, 0x00, 0x00, 0x10, 0, 0, 0, 0, 0, 0, 0, 0];

    private static readonly ModuleThree[] ModulesOfMe11 =
    [
        new("rbe", ModulePacking.Huffman, 0x1000, 0xA00), new("kernel", ModulePacking.Huffman, 0x3000, 0x2200),
        new("syslib", ModulePacking.Huffman, 0x3000, 0x2600), new("bup", ModulePacking.Huffman, 0x6000, 0x4D00),
        new("pm", ModulePacking.Lzma, 0x1000, 0x949), new("vfs", ModulePacking.Lzma, 0x2000, 0xCAA),
        new("policy", ModulePacking.Lzma, 0x2000, 0x1085), new("crypto", ModulePacking.Lzma, 0x3000, 0x1CDB),
        new("hci", ModulePacking.Raw, 0x47C, 0x47C), new("fwupdate", ModulePacking.Lzma, 0x1000, 0x957),
    ];

    private static readonly ModuleThree[] LateModulesOfMe11 =
    [
        new("sigma", ModulePacking.Lzma, 0x1000, 0xB33), new("pavp", ModulePacking.Huffman, 0x6000, 0x4A00),
        new("icc", ModulePacking.Raw, 0x3F10, 0x3F10),
    ];

    /// <summary>ME 8.</summary>
    public static void WriteMe8(Span<byte> region, byte board) => WriteTwo(
        region, new ManifestFacts(8, 1, 0, (ushort)(8001 + board), 0x2012_0901), 0x100D_C000, 0x03, board);

    /// <summary>ME 10.</summary>
    public static void WriteMe10(Span<byte> region, byte board) => WriteTwo(
        region, new ManifestFacts(10, 0, 0, (ushort)(10001 + board), 0x2015_0310), 0x100D_0000, 0x13, board);

    /// <summary>ME 11.</summary>
    public static void WriteMe11(Span<byte> region, byte board)
    {
        var facts = new ManifestFacts(11, 0, 0, (ushort)(11001 + board), 0x2016_0909);
        byte[] late = CodePartitionThree.Build("NFTP", 0xE000, facts, LateModulesOfMe11);
        region.Fill(0xFF);
        region[..0x10].Clear();
        PartitionTableWriter.Write(region, new TableHeader(0x20, 11) { Lifetime = 0xFFFF, Limit = 0xFFFF },
        [
            new("FTPR", null, 0x1000, 0x1_4000, 0)
            {
                Content = CodePartitionThree.Build("FTPR", 0x1_4000, facts, ModulesOfMe11),
            },
            new("FTUP", null, 0x2_2000, 0xE000, 0) { Content = late },
            new("DLMP", null, 0, 0, 0xFF00_0000),
            new("PSVN", null, 0xE00, 0x200, 1),
            new("IVBP", null, 0x2_1000, 0x1000, 1),
            new("MFS", null, 0x1_5000, 0xC000, 1) { Content = FileSystem(board) },
            new("NFTP", null, 0x2_2000, 0xE000, 0) { Content = late },
            new("ROMB", null, 0, 0, 0xFF00_0000),
            new("FLOG", null, 0x3_0000, 0x1000, 1),
            new("UTOK", null, 0x3_1000, 0x2000, 1),
            new("ISHC", null, 0, 0, 0xFF00_0000),
        ]);
    }

    private static void WriteTwo(Span<byte> region, ManifestFacts facts, uint table, byte sku, byte board)
    {
        var ftpr = new CodePartitionPlan("FTPR", 0xC000, 0x1_6000, facts, sku,
        [
            new("UPDATE", ModulePacking.Lzma, 0x2003_C000, 0x1000, 0x1B0, 0x100A),
            new("ROMP", ModulePacking.Huffman, 0x200D_E000, 0x1000, 0x3C0, 0x1_D006),
            new("BUP", ModulePacking.Huffman, 0x200E_1000, 0x8000, 0x5700, 0x1_D006),
            new("KERNEL", ModulePacking.Huffman, 0x200F_8000, 0x8000, 0x5C00, 0x1_D086),
            new("POLICY", ModulePacking.Huffman, 0x2013_1000, 0x4000, 0x2D00, 0x10_D086),
            new("HOSTCOMM", ModulePacking.Lzma, 0x2039_5000, 0x3000, 0x1500, 0x10_D182),
            new("FPF", ModulePacking.Raw, 0x206B_2000, 0x2000, 0x2000, 0x10_D20A),
        ])
        { TableAddress = table, TablePages = 0x200 };
        var nftp = new CodePartitionPlan("NFTP", 0x2_2000, 0xC000, facts, sku,
        [
            new("MSGNF", ModulePacking.Lzma, 0x2080_0000, 0x6000, 0x4B00, 0x10_D20A),
            new("PTTNF", ModulePacking.Raw, 0x2088_0000, 0x4000, 0x4000, 0x10_D20A),
        ]);
        region.Fill(0xFF);
        VectorTwo.CopyTo(region);
        var header = new TableHeader(0x30, facts.Major)
        {
            Lifetime = 7,
            Limit = 100,
            UmaMegabytes = 16,
            Tokens = (1, 1, 0),
            Flags = 0xFFFF_FC01,
        };
        PartitionTableWriter.Write(region, header,
        [
            new("PSVN", "KRID", 0x3C0, 0x40, 0x783),
            new("FOVD", "KRID", 0x400, 0xC00, 0x783) { Content = [0x00] },
            new("MDES", "MDID", 0x1000, 0x1000, 0x2383),
            new("FCRS", "OSID", 0x2000, 0x1000, 0x2383),
            new("EFFS", "OSID", 0x3000, 0x8000, 0x2704) { Content = Noise("EFFS", board, 0xDC0) },
            new("NVCL", null, 0xFFFF_FFFF, 0x1_0511, 2),
            new("GLUT", null, 0xB000, 0x1000, 0x2783) { Content = Noise("GLUT", board, 0x700) },
            new("FTPR", null, ftpr.Offset, (uint)ftpr.Length, 0x2780) { Content = CodePartitionTwo.Build(ftpr) },
            new("NFTP", null, nftp.Offset, (uint)nftp.Length, 0x2780) { Content = CodePartitionTwo.Build(nftp) },
            new("MDMV", null, 0x2_E000, 0x8000, 0x2780) { Content = Noise("MDMV", board, 0x5200) },
        ]);
    }

    private static byte[] FileSystem(byte board)
    {
        var content = new byte[0xC000];
        content.AsSpan().Fill(0xFF);
        Span<byte> pages = content;
        for (int page = 0; page * 0x2000 < content.Length; page++)
        {
            pages.Put32(page * 0x2000, 0xAA55_7887); // page signature
            pages.Put32(page * 0x2000 + 4, (uint)page);
        }

        Noise("MFS", board, 0x1F80).CopyTo(content, 0x2040);
        return content;
    }

    private static byte[] Noise(string name, byte board, int length) => new SeededNoise(name, board).Bytes(length);
}
