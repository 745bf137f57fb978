namespace FlashBench.Simulation.Me;

/// <summary>The chipsets that the virtual board can have; each can run one ME and has its own strap.</summary>
public enum PchFamily
{
    /// <summary>Not one that is modelled: such a board does not start.</summary>
    Unknown,

    /// <summary>Ibex Peak to Panther Point, 5 to 7 series: ME 6 to 8, AltMeDisable = PCHSTRP10 bit 7.</summary>
    FiveToSevenSeries,

    /// <summary>Lynx Point and Wildcat Point, 8 and 9 series: ME 9 and 10, AltMeDisable = PCHSTRP10 bit 7.</summary>
    EightAndNineSeries,

    /// <summary>Sunrise Point and Union Point, 100 and 200 series: ME 11, HAP = PCHSTRP0 bit 16.</summary>
    HundredSeries,
}
