namespace FlashBench.Firmware.Formats;

/// <summary>Families of platform controller hubs that descriptors can be told apart by.</summary>
public enum PchClass
{
    /// <summary>No rule matches.</summary>
    Unknown,

    /// <summary>ICH8.</summary>
    Ich8,

    /// <summary>ICH9.</summary>
    Ich9,

    /// <summary>ICH10.</summary>
    Ich10,

    /// <summary>5-series, Ibex Peak.</summary>
    IbexPeak,

    /// <summary>6- and 7-series, Cougar Point and Panther Point.</summary>
    Series6And7,

    /// <summary>8- and 9-series, Lynx Point and Wildcat Point.</summary>
    Series8And9,

    /// <summary>Bay Trail and Braswell.</summary>
    BayTrail,

    /// <summary>100- and 200-series, Sunrise Point and Union Point.</summary>
    Series100And200,

    /// <summary>C620, Lewisburg.</summary>
    Lewisburg,

    /// <summary>Apollo Lake.</summary>
    ApolloLake,

    /// <summary>Gemini Lake.</summary>
    GeminiLake,

    /// <summary>300- and 400-series.</summary>
    Series300And400,

    /// <summary>500-series, Tiger Point.</summary>
    Series500,

    /// <summary>600- and 700-series, Alder Point.</summary>
    Series600And700,

    /// <summary>Elkhart Lake.</summary>
    ElkhartLake,

    /// <summary>Jasper Lake.</summary>
    JasperLake,

    /// <summary>Meteor Lake.</summary>
    MeteorLake,

    /// <summary>Panther Lake and Nova Lake.</summary>
    PantherLake,
}

/// <summary>What differs in the descriptors of the hub families.</summary>
public static class PchClassRules
{
    /// <summary>True through the 9-series: access words of the first form.</summary>
    internal static bool UsesFirstDescriptorVersion(this PchClass pch) =>
        pch is PchClass.Series8And9 || pch.UsesNarrowFields();

    /// <summary>Width of one density field of FLCOMP: 3 bits through the 7-series and on Atom, 4 after.</summary>
    internal static int DensityBits(this PchClass pch) => pch.UsesNarrowFields() ? 3 : 4;

    /// <summary>Mask of base and limit in FLREG: 13 bits through the 7-series, 15 after.</summary>
    internal static uint RegionFieldMask(this PchClass pch) => pch.UsesNarrowFields() ? 0x1FFFu : 0x7FFFu;

    /// <summary>Number of FLREG words.</summary>
    internal static int RegionCount(this PchClass pch) => pch switch
    {
        PchClass.Series8And9 => 7,
        PchClass.Series100And200 or PchClass.Series300And400 => 10,
        _ => pch.UsesNarrowFields() ? 5 : 16,
    };

    /// <summary>The numbers of PCH straps seen in descriptors of the class; empty when none was seen or the class
    /// holds chips that were not.</summary>
    /// <remarks>Source: 199 descriptors (me-firmware 1.1).</remarks>
    internal static ReadOnlySpan<byte> SeenStrapCounts(this PchClass pch) => pch switch
    {
        PchClass.Ich9 => [0x02],
        PchClass.IbexPeak => [0x10],
        PchClass.Series6And7 => [0x12],
        PchClass.Series8And9 => [0x15],
        PchClass.BayTrail => [0x0B, 0x0E],
        PchClass.Series100And200 => [0x42, 0x58],
        PchClass.Lewisburg => [0x8B],
        PchClass.ApolloLake => [0x13],
        PchClass.GeminiLake => [0x17],
        PchClass.Series500 => [0x46, 0x65],
        PchClass.Series600And700 => [0x46, 0x73],
        PchClass.ElkhartLake => [0x38],
        PchClass.JasperLake => [0x2A],
        PchClass.MeteorLake => [0x82],
        _ => [],
    };

    /// <summary>Name for people.</summary>
    public static string Title(this PchClass pch) => pch switch
    {
        PchClass.Ich8 => "ICH8",
        PchClass.Ich9 => "ICH9",
        PchClass.Ich10 => "ICH10",
        PchClass.IbexPeak => "5-series (Ibex Peak)",
        PchClass.Series6And7 => "6/7-series",
        PchClass.Series8And9 => "8/9-series",
        PchClass.BayTrail => "Bay Trail/Braswell",
        PchClass.Series100And200 => "100/200-series",
        PchClass.Lewisburg => "C620 (Lewisburg)",
        PchClass.ApolloLake => "Apollo Lake",
        PchClass.GeminiLake => "Gemini Lake",
        PchClass.Series300And400 => "300/400-series",
        PchClass.Series500 => "500-series",
        PchClass.Series600And700 => "600/700-series",
        PchClass.ElkhartLake => "Elkhart Lake",
        PchClass.JasperLake => "Jasper Lake",
        PchClass.MeteorLake => "Meteor Lake",
        PchClass.PantherLake => "Panther Lake",
        _ => "unknown PCH",
    };

    private static bool UsesNarrowFields(this PchClass pch) => pch is PchClass.Ich8 or PchClass.Ich9 or PchClass.Ich10
        or PchClass.IbexPeak or PchClass.Series6And7 or PchClass.BayTrail;
}
