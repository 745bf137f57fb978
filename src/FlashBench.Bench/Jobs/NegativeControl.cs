namespace FlashBench.Bench.Jobs;

/// <summary>Jobs that a working bench must not certify (me-firmware 7, NC1 to NC9).</summary>
public enum NegativeControl
{
    /// <summary>NC2: the board's own image, unchanged.</summary>
    Stock,

    /// <summary>NC1, and NC9 from ME 11 on: the stock image with one bit of the FTPR signature flipped and the disable
    /// bit clear.</summary>
    DamagedManifest,

    /// <summary>NC3: the stock image with a disable bit where another chipset has it.</summary>
    WrongStrap,

    /// <summary>NC4: the stock image, and host software that soft-disables the ME.</summary>
    SoftDisable,

    /// <summary>NC5: the serial cable is pulled in the middle of a watched boot.</summary>
    ConsoleUnplugged,

    /// <summary>NC6: the operating system powers down at 29:50.</summary>
    PowerOff,

    /// <summary>NC7: the supply is cut at 30:00.</summary>
    AcCut,

    /// <summary>NC8: the kernel panics and stands still under power.</summary>
    Panic,

    /// <summary>NC8: everything stands still under power, without a word.</summary>
    Hang,
}

/// <summary>Names and kinds of the negative controls.</summary>
public static class NegativeControls
{
    private static readonly (NegativeControl Control, string Name)[] Table =
    [
        (NegativeControl.Stock, "stock"),
        (NegativeControl.DamagedManifest, "damaged-manifest"),
        (NegativeControl.WrongStrap, "wrong-strap"),
        (NegativeControl.SoftDisable, "soft-disable"),
        (NegativeControl.ConsoleUnplugged, "console-unplugged"),
        (NegativeControl.PowerOff, "power-off"),
        (NegativeControl.AcCut, "ac-cut"),
        (NegativeControl.Panic, "panic"),
        (NegativeControl.Hang, "hang"),
    ];

    /// <summary>All names, as command line and record spell them, in the order in which they are run.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Table.Select(row => row.Name)];

    /// <summary>The control of that name; null if there is none.</summary>
    public static NegativeControl? Find(string? name) =>
        Table.FirstOrDefault(row => row.Name == name) is { Name: not null } row ? row.Control : null;

    /// <summary>The name of a control.</summary>
    public static string NameOf(NegativeControl control) => Table.First(row => row.Control == control).Name;

    /// <summary>True if the control is an image that the board runs: a real board must be one that may be lost.
    /// </summary>
    /// <remarks>The others are events that only a simulated board can be told to have.</remarks>
    public static bool IsImage(NegativeControl control) =>
        control is NegativeControl.Stock or NegativeControl.DamagedManifest or NegativeControl.WrongStrap;

    /// <summary>True if the control is that nothing is written.</summary>
    public static bool KeepsStock(NegativeControl control) =>
        control is NegativeControl.Stock or NegativeControl.SoftDisable;
}
