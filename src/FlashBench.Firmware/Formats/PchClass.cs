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
