namespace FlashBench.Firmware.Formats;

/// <summary>The fields of the descriptor map by which controller hubs are told apart.</summary>
/// <param name="Isl">Number of PCH strap dwords.</param>
/// <param name="Nm">Number of masters.</param>
/// <param name="Flmap2">FLMAP2 as a whole; the meaning of its fields changed over time.</param>
/// <param name="Mdtba">Bits 23:16 of FLUMAP1.</param>
/// <remarks>Source: content rules of flashrom's ich_descriptors, which classify 196 of 199 descriptors right.</remarks>
internal readonly record struct DescriptorMap(uint Isl, uint Nm, uint Flmap2, uint Mdtba)
{
    private const int UpperMap = 0xEFC; // FLUMAP1 stands there in every descriptor.

    private uint Fmsba => Flmap2 & 0xFF;

    private uint Msl => Flmap2 >> 8 & 0xFF;

    private uint Iccriba => Flmap2 >> 16 & 0xFF;

    private uint Csso => Flmap2 >> 2 & 0x3FF;

    private uint Cssl => Flmap2 >> 16 & 0xFF;

    /// <summary>Reads the fields of the descriptor whose signature stands at <paramref name="signature"/>.</summary>
    /// <exception cref="ImageFormatException">The image ends before FLUMAP1.</exception>
    public static DescriptorMap Read(ByteReader reader, int signature)
    {
        uint flmap1 = reader.UInt32(signature + 8);
        return new(
            flmap1 >> 24, flmap1 >> 8 & 7, reader.UInt32(signature + 0xC), reader.UInt32(UpperMap) >> 16 & 0xFF);
    }

    /// <summary>The controller hub, or <see cref="PchClass.Unknown"/> when no rule matches.</summary>
    public PchClass Classify() =>
        Iccriba == 0 ? ClassifyWithoutClockStraps() : Mdtba == 0 ? ClassifyFirstSeries() : ClassifyLaterSeries();

    private PchClass ClassifyWithoutClockStraps() => Isl switch
    {
        <= 2 when Msl == 0 => PchClass.Ich8,
        <= 2 => PchClass.Ich9,
        <= 10 => PchClass.Ich10,
        <= 16 => PchClass.IbexPeak,
        0x13 when Flmap2 == 0 => PchClass.ApolloLake,
        0x17 when Flmap2 == 0 => PchClass.GeminiLake,
        _ => PchClass.Unknown,
    };

    private PchClass ClassifyFirstSeries()
    {
        if (Iccriba < 0x31 && Fmsba < 0x30)
        {
            return (Msl, Isl) switch
            {
                (0, <= 17) => PchClass.BayTrail,
                ( <= 1, <= 18) => PchClass.Series6And7,
                _ => PchClass.Series8And9,
            };
        }

        return Nm == 6 ? PchClass.Lewisburg : PchClass.Series100And200;
    }

    private PchClass ClassifyLaterSeries() => (Cssl, Csso) switch
    {
        (0x34, _) => PchClass.Series300And400,
        (0x11, 0x68) => PchClass.Series500,
        (0x11, 0x6C) when Isl == 0x65 => PchClass.Series500, // TGP-H; no rule of flashrom's, but its strap count agrees
        (0x11, 0x5C) or (0x14, _) => PchClass.Series600And700,
        (0x03, 0x58) => PchClass.ElkhartLake,
        (0x03, 0x6C) => PchClass.JasperLake,
        (0x03, 0x70) => PchClass.MeteorLake,
        (0x03, 0x60) => PchClass.PantherLake,
        _ => PchClass.Unknown, // Other values exist in the field; guessing a strap there would be worse.
    };
}
