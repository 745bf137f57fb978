namespace FlashBench.Simulation.Images;

/// <summary>Lays the ME region of one generation out and fills it.</summary>
/// <remarks>
/// Partition names, order and sizes follow stock images of the generation (me-firmware.md 1.4 and 2.4), so that a
/// cleaned image keeps about as many bytes as a real one. Data partitions (EFFS, MFS, GLUT, MDMV) hold noise.
/// </remarks>
internal static class MeRegionWriter
{
    private static readonly byte[] VectorTwo =
        [0x20, 0x20, 0x80, 0x0F, 0x40, 0x00, 0x00, 0x10, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>ME 8, 1.5 MB firmware.</summary>
    public static void WriteMe8(Span<byte> region)
    {
        var facts = new ManifestFacts(8, 1, 0, 8001, 0x2012_0901);
        var ftpr = new CodePartitionPlan("FTPR", 0x9_3000, 0x7_5000, facts, 0x03,
        [
            new("UPDATE", ModulePacking.Lzma, 0x2003_C000, 0x3000, 0x1C0, 0x12_100A),
            new("ROMP", ModulePacking.Huffman, 0x200D_E000, 0x2000, 0x700, 0x3_D006),
            new("BUP", ModulePacking.Huffman, 0x200E_1000, 0x1_3000, 0xD_A00, 0x3_D006),
            new("KERNEL", ModulePacking.Huffman, 0x200F_8000, 0x2_E000, 0x2_1C00, 0x3_D086),
            new("POLICY", ModulePacking.Huffman, 0x2013_1000, 0x1_E000, 0x1_6600, 0x12_D086),
            new("HOSTCOMM", ModulePacking.Lzma, 0x2020_D000, 0xD000, 0x6D00, 0x12_D182),
            new("RSA", ModulePacking.Raw, 0x201C_9000, 0x5000, 0x5000, 0x13_D30A),
            new("CLS", ModulePacking.Lzma, 0x2022_6000, 0xC000, 0x5700, 0x12_D30A),
            new("TDT", ModulePacking.Lzma, 0x2023_D000, 0xF000, 0x6700, 0x12_D38A),
            new("FTCS", ModulePacking.Huffman, 0x2015_1000, 0x8000, 0x4700, 0x12_D38E),
            new("SESSMGR", ModulePacking.Lzma, 0x201D_B000, 0x2_C000, 0xE900, 0x13_D30A),
        ])
        { TableAddress = 0x100D_C000, TablePages = 0x200 };
        var nftp = new CodePartitionPlan("NFTP", 0x10_8000, 0x7_5000, facts, 0x03,
        [
            new("MSGNF", ModulePacking.Lzma, 0x2030_0000, 0x4_0000, 0x2_4300, 0x12_D30A),
            new("PTTNF", ModulePacking.Raw, 0x2038_0000, 0x8000, 0x8000, 0x12_D30A),
            new("UTILNF", ModulePacking.Lzma, 0x203A_0000, 0x3_0000, 0x1_D100, 0x12_D30A),
        ]);
        PartitionTableWriter.Write(Start(region), Header(8) with { Flags = 0xFFFF_FC01 },
        [
            new("PSVN", "KRID", 0x3C0, 0x40, 0x783),
            new("FOVD", "KRID", 0x400, 0xC00, 0x783) { Content = [0x00] },
            new("MDES", "MDID", 0x1000, 0x1000, 0x2383),
            new("FCRS", "OSID", 0x2000, 0x1000, 0x2383),
            Settings(0x3000, 0x4_8000, 0x2704),
            NoData("NVCL", 0x1_0511), NoData("NVCP", 0xA553), NoData("NVJC", 0x5000), NoData("NVKR", 0x1_151C),
            NoData("NVSH", 0x7609), NoData("NVTD", 0x1EAC),
            new("GLUT", null, 0x4_B000, 0x2000, 0x2783) { Content = Noise("GLUT8", 0xF00) },
            new("MDMV", null, 0x4_D000, 0x4_6000, 0x2780) { Content = Noise("MDMV8", 0x2_E700) },
            new("FTPR", null, ftpr.Offset, (uint)ftpr.Length, 0x2780) { Content = CodePartitionTwo.Build(ftpr) },
            new("NFTP", null, nftp.Offset, (uint)nftp.Length, 0x2780) { Content = CodePartitionTwo.Build(nftp) },
        ]);
    }

    /// <summary>ME 10, 1.5 MB firmware.</summary>
    public static void WriteMe10(Span<byte> region)
    {
        var facts = new ManifestFacts(10, 0, 0, 10001, 0x2015_0310);
        var ftpr = new CodePartitionPlan("FTPR", 0x4_F000, 0x9_7000, facts, 0x13,
        [
            new("UPDATE", ModulePacking.Lzma, 0x2003_E000, 0x1000, 0x1B0, 0x100A),
            new("ROMP", ModulePacking.Huffman, 0x200D_2000, 0x1000, 0x3C0, 0x1_D006),
            new("BUP", ModulePacking.Huffman, 0x200D_4000, 0x1_D000, 0x1_5700, 0x1_D006),
            new("KERNEL", ModulePacking.Huffman, 0x200F_8000, 0x5_6000, 0x3_C700, 0x1_D086),
            new("POLICY", ModulePacking.Huffman, 0x2034_C000, 0x1_F000, 0x1_8D00, 0x10_D086),
            new("FTPM", ModulePacking.Lzma, 0x2077_6000, 0x2_4000, 0x1_1300, 0x10_D20A),
            new("HOSTCOMM", ModulePacking.Lzma, 0x2039_5000, 0x1_0000, 0x9500, 0x10_D182),
            new("FPF", ModulePacking.Raw, 0x206B_2000, 0x2000, 0x2000, 0x10_D20A),
        ])
        { TableAddress = 0x100D_0000, TablePages = 0xA70 };
        var nftp = new CodePartitionPlan("NFTP", 0xE_6000, 0x5_D000, facts, 0x13,
        [
            new("MSGNF", ModulePacking.Lzma, 0x2080_0000, 0x4_0000, 0x2_2B00, 0x10_D20A),
            new("PAVPNF", ModulePacking.Raw, 0x2088_0000, 0x6000, 0x6000, 0x10_D20A),
            new("UTILNF", ModulePacking.Lzma, 0x208A_0000, 0x4_0000, 0x2_A900, 0x10_D20A),
        ]);
        PartitionTableWriter.Write(Start(region), Header(10) with { Flags = 0xFFFF_FC01 },
        [
            new("PSVN", "KRID", 0xBC0, 0x40, 0x1_8783),
            new("FOVD", "KRID", 0xC00, 0x400, 0x783) { Content = [0x00] },
            new("MDES", "MDID", 0x1000, 0x1000, 0x2383),
            new("FCRS", "OSID", 0x2000, 0x1000, 0x2383),
            Settings(0x3000, 0x4_8000, 0xA704),
            NoData("FTPM", 0xB380), NoData("NVCL", 0x69C9), NoData("NVCP", 0xA5CC), NoData("NVHM", 0x58),
            NoData("NVJC", 0x51E4), NoData("NVKR", 0x5C3A), NoData("NVSH", 0x22D0), NoData("NVUK", 0x8BB7),
            new("GLUT", null, 0x4_B000, 0x4000, 0xA783) { Content = Noise("GLUT10", 0x2C80) },
            new("FTPR", null, ftpr.Offset, (uint)ftpr.Length, 0xA780) { Content = CodePartitionTwo.Build(ftpr) },
            new("NFTP", null, nftp.Offset, (uint)nftp.Length, 0xA780) { Content = CodePartitionTwo.Build(nftp) },
            new("MDMV", null, 0x14_3000, 0x3_A000, 0xA780) { Content = Noise("MDMV10", 0x1_B200) },
        ]);
    }

    /// <summary>ME 11, consumer firmware.</summary>
    public static void WriteMe11(Span<byte> region)
    {
        var facts = new ManifestFacts(11, 0, 0, 11001, 0x2016_0909);
        byte[] ftpr = CodePartitionThree.Build("FTPR", 0xA_7000, facts, ModulesOfMe11);
        byte[] nftp = CodePartitionThree.Build("NFTP", 0xA_C000, facts, LateModulesOfMe11);
        region.Fill(0xFF);
        region[..0x10].Clear();
        PartitionTableWriter.Write(region, new TableHeader(0x20, 11) { Lifetime = 0xFFFF, Limit = 0xFFFF },
        [
            new("FTPR", null, 0x1000, 0xA_7000, 0) { Content = ftpr },
            new("FTUP", null, 0x11_0000, 0xA_C000, 0) { Content = nftp },
            new("DLMP", null, 0, 0, 0xFF00_0000),
            new("PSVN", null, 0xE00, 0x200, 1),
            new("IVBP", null, 0x10_C000, 0x4000, 1),
            new("MFS", null, 0xA_8000, 0x6_4000, 1) { Content = FileSystem() },
            new("NFTP", null, 0x11_0000, 0xA_C000, 0) { Content = nftp },
            new("ROMB", null, 0, 0, 0xFF00_0000),
            new("FLOG", null, 0x1B_C000, 0x1000, 1),
            new("UTOK", null, 0x1B_D000, 0x2000, 1),
            new("ISHC", null, 0, 0, 0xFF00_0000),
        ]);
    }

    private static readonly ModuleThree[] ModulesOfMe11 =
    [
        new("rbe", ModulePacking.Huffman, 0x4000, 0x2600), new("kernel", ModulePacking.Huffman, 0x1_3000, 0xEC00),
        new("syslib", ModulePacking.Huffman, 0x1_7000, 0x1_2B00), new("bup", ModulePacking.Huffman, 0x2_D000, 0x2_6D00),
        new("pm", ModulePacking.Lzma, 0x5000, 0x2949), new("syncman", ModulePacking.Lzma, 0x1000, 0x50E),
        new("vfs", ModulePacking.Lzma, 0xE000, 0x7CAA), new("evtdisp", ModulePacking.Lzma, 0x3000, 0x1A6B),
        new("loadmgr", ModulePacking.Lzma, 0x5000, 0x2DEE), new("busdrv", ModulePacking.Lzma, 0x5000, 0x2DEC),
        new("gpio", ModulePacking.Raw, 0x147E, 0x147E), new("prtc", ModulePacking.Lzma, 0x2000, 0xD9B),
        new("policy", ModulePacking.Lzma, 0xB000, 0x6685), new("crypto", ModulePacking.Lzma, 0x1_B000, 0xFBDB),
        new("heci", ModulePacking.Lzma, 0x7000, 0x40A6), new("storage", ModulePacking.Lzma, 0x8000, 0x4749),
        new("pmdrv", ModulePacking.Lzma, 0x3000, 0x17E0), new("maestro", ModulePacking.Lzma, 0x5000, 0x2D18),
        new("fpf", ModulePacking.Lzma, 0x3000, 0x1977), new("hci", ModulePacking.Raw, 0x87C, 0x87C),
        new("fwupdate", ModulePacking.Lzma, 0x8000, 0x4A57), new("ptt", ModulePacking.Lzma, 0x2_4000, 0x1_3FA0),
    ];

    private static readonly ModuleThree[] LateModulesOfMe11 =
    [
        new("sigma", ModulePacking.Lzma, 0xA000, 0x5B33), new("mca_srv", ModulePacking.Lzma, 0x1_2000, 0x9F01),
        new("pavp", ModulePacking.Huffman, 0x6_0000, 0x4_1A00), new("dal_ivm", ModulePacking.Lzma, 0x3_0000, 0x1_E222),
        new("icc", ModulePacking.Raw, 0x3F10, 0x3F10),
    ];

    private static Span<byte> Start(Span<byte> region)
    {
        region.Fill(0xFF);
        VectorTwo.CopyTo(region);
        return region;
    }

    private static TableHeader Header(ushort major) =>
        new(0x30, major) { Lifetime = 7, Limit = 100, UmaMegabytes = 16, Tokens = (1, 1, 0) };

    private static PartitionRow NoData(string name, uint length) =>
        new(name, null, 0xFFFF_FFFF, length, 2) { Tokens = (0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF) };

    // EFFS: a file system of 4 KiB blocks of which the first few are written.
    private static PartitionRow Settings(uint offset, uint length, uint flags)
    {
        var content = new byte[0x3000];
        content.AsSpan().Fill(0xFF);
        for (int block = 0; block < 3; block++)
            Noise($"EFFS{block}", 0xDC0).CopyTo(content, block * 0x1000);
        return new("EFFS", "OSID", offset, length, flags) { Content = content, Tokens = (0xB40, 0x2760, 0) };
    }

    // MFS: pages of 8 KiB, each with a magic number, a few of them full of data.
    private static byte[] FileSystem()
    {
        var content = new byte[0x6_4000];
        content.AsSpan().Fill(0xFF);
        Span<byte> pages = content;
        for (int page = 0; page * 0x2000 < content.Length; page++)
        {
            pages.Put32(page * 0x2000, 0xAA55_7887); // page signature
            pages.Put32(page * 0x2000 + 4, (uint)page);
            if (page % 12 == 1)
                Noise($"MFS{page}", 0x1F80).CopyTo(content, page * 0x2000 + 0x40);
        }

        return content;
    }

    private static byte[] Noise(string name, int length) => new SeededNoise(name, 1).Bytes(length);
}
