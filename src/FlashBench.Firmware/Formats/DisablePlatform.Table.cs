using System.Collections.Immutable;

namespace FlashBench.Firmware.Formats;

/// <content>The table of platforms.</content>
public sealed partial record DisablePlatform
{
    private const int LowPower300 = 0x45, LowPower100 = 0x42; // numbers of straps of CNP-LP and CMP-LP, and of SPT-LP

    // The numbers of straps are those of the descriptors seen (me-firmware 1.1). Bit 16 of strap +0x94 is set in every
    // TGP-LP and ADP-P descriptor for another reason, so the offset alone never tells the platform.
    private static readonly ImmutableArray<DisablePlatform> Known =
    [
        AltMeDisable("ibx", "5-series (Ibex Peak)", PchClass.IbexPeak, [0x10], [new(6)]),
        AltMeDisable("cpt-ppt", "6/7-series", PchClass.Series6And7, [0x12], [new(7), new(8)]),
        AltMeDisable("lpt-wpt", "8/9-series", PchClass.Series8And9, [0x15], [new(9), new(10)]),
        AltMeDisable("byt-bsw", "Bay Trail/Braswell", PchClass.BayTrail, [0x0B, 0x0E], [new(1), new(2)])
            with { Evidence = StrapEvidence.OneSource },
        Hap("spt-upt", "100/200-series", PchClass.Series100And200, [0x42, 0x58], [new(11)], 0x00)
            with { Evidence = StrapEvidence.Shipped, IsAutomatic = true },
        Hap("lbg", "C620 (Lewisburg)", PchClass.Lewisburg, [0x8B], [new(11)], 0xD4)
            with { Evidence = StrapEvidence.OneSource },
        Hap("cnp-lp", "300/400-series LP", PchClass.Series300And400, [LowPower300], [new(12), new(14, 0, 4)], 0x70)
            with { Evidence = StrapEvidence.Shipped },
        Hap("cnp-h", "300/400-series H and S", PchClass.Series300And400, [], [new(12), new(14, 0, 4)], 0x80)
            with { ForeignStrapCounts = [LowPower300] },
        Hap("cmp-v", "400-series V (200-series die)", PchClass.Series300And400, [], [new(14, 5)], 0x00)
            with
            {
                Classes = [PchClass.Series300And400, PchClass.Series100And200],
                ForeignStrapCounts = [LowPower300, LowPower100],
                Evidence = StrapEvidence.OneSource,
            },
        Unknown("icl-lp", "Ice Lake LP", PchClass.Series300And400, [new(13, 0, 49)],
            "the sources disagree about the place of HAP (+0x70, +0x78, +0x94)"),
        Hap("jsl", "Jasper Lake", PchClass.JasperLake, [0x2A], [new(13, 50)], 0x68),
        Hap("tgp-lp", "500-series LP", PchClass.Series500, [0x46], [new(15, 0, 39)], 0x7C),
        Hap("tgp-h", "500-series H and S", PchClass.Series500, [0x65], [new(15, 0, 39)], 0x94),
        Hap("ehl", "Elkhart Lake", PchClass.ElkhartLake, [0x38], [new(15, 40)], 0x84)
            with { Evidence = StrapEvidence.OneSource },
        Hap("adp-p", "600/700-series P and N", PchClass.Series600And700, [0x46], [new(16)], 0x7C)
            with { Evidence = StrapEvidence.Shipped },
        Hap("adp-s", "600/700-series S", PchClass.Series600And700, [0x73], [new(16)], 0xDC)
            with { Condition = new(0xD0, 0x10081008) }, // what the production stepping B0 has there
        Unknown("adp-s-a0", "600-series S, stepping A0", PchClass.Series600And700, [new(16)],
            "stepping A0 is pre-production silicon") with { StrapCounts = [0x73] },
        Hap("mtl", "Meteor Lake", PchClass.MeteorLake, [0x82], [new(18)], 0x11C),
        Unknown("apl", "Apollo Lake", PchClass.ApolloLake, [new(3)], "no place is known where HAP works"),
        Unknown("glk", "Gemini Lake", PchClass.GeminiLake, [new(4)], "no place is known where HAP works"),
        Unknown("ptl", "Panther Lake/Nova Lake", PchClass.PantherLake, [new(19), new(20), new(21)],
            "the place of HAP is not known"),
    ];

    /// <summary>Every platform that is known, oldest first.</summary>
    public static ImmutableArray<DisablePlatform> All => Known;

    private static DisablePlatform AltMeDisable(
        string name, string title, PchClass pch, ImmutableArray<int> strapCounts, ImmutableArray<MeLine> lines) => new()
        {
            Name = name,
            Title = title,
            Classes = [pch],
            StrapCounts = strapCounts,
            MeLines = lines,
            StrapOffset = 0x28, // PCHSTRP10
            Bit = 7,
            BitName = "AltMeDisable",
            Evidence = StrapEvidence.Shipped,
            IsAutomatic = true,
        };

    private static DisablePlatform Hap(
        string name, string title, PchClass pch, ImmutableArray<int> strapCounts, ImmutableArray<MeLine> lines,
        uint strapOffset) => new()
        {
            Name = name,
            Title = title,
            Classes = [pch],
            StrapCounts = strapCounts,
            MeLines = lines,
            StrapOffset = strapOffset,
            Evidence = StrapEvidence.SeveralSources,
        };

    private static DisablePlatform Unknown(
        string name, string title, PchClass pch, ImmutableArray<MeLine> lines, string refusal) => new()
        {
            Name = name,
            Title = title,
            Classes = [pch],
            MeLines = lines,
            Refusal = refusal,
        };
}
