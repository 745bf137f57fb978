namespace FlashBench.Firmware.Registers;

/// <summary>One sample of the ME's host firmware status registers; null where a register was not read.</summary>
/// <param name="Hfsts1">PCI 0:16.0 configuration offset 0x40.</param>
/// <param name="Hfsts2">Offset 0x48.</param>
/// <param name="Hfsts3">Offset 0x60.</param>
/// <param name="Hfsts4">Offset 0x64.</param>
/// <param name="Hfsts5">Offset 0x68.</param>
/// <param name="Hfsts6">Offset 0x6C.</param>
public sealed record MeRegisters(
    uint? Hfsts1, uint? Hfsts2 = null, uint? Hfsts3 = null, uint? Hfsts4 = null, uint? Hfsts5 = null,
    uint? Hfsts6 = null)
{
    /// <summary>HFSTS1 with its fields named, or null when it was not read or shows no device (all ones or zeros).
    /// </summary>
    public Hfsts1? Status1 => Hfsts1 is { } raw and not 0 and not uint.MaxValue ? new Hfsts1(raw) : null;

    /// <summary>HFSTS2 with its fields named, or null when it was not read or shows no device (all ones).</summary>
    /// <param name="generation">Generation of the firmware: the phase numbers changed with ME 11; null when unknown.
    /// </param>
    public Hfsts2? Status2(MeGeneration? generation) => Read(Hfsts2) is { } raw ? new Hfsts2(raw, generation) : null;

    /// <summary>HFSTS3 with its fields named, or null when it was not read or shows no device (all ones).</summary>
    /// <param name="meMajor">Major version of the firmware; null when unknown.</param>
    public Hfsts3? Status3(int? meMajor) => Read(Hfsts3) is { } raw ? new Hfsts3(raw, meMajor) : null;

    /// <summary>HFSTS4, likewise.</summary>
    /// <param name="meMajor">Major version of the firmware; null when unknown.</param>
    public Hfsts4? Status4(int? meMajor) => Read(Hfsts4) is { } raw ? new Hfsts4(raw, meMajor) : null;

    /// <summary>HFSTS5, likewise.</summary>
    /// <param name="meMajor">Major version of the firmware; null when unknown.</param>
    public Hfsts5? Status5(int? meMajor) => Read(Hfsts5) is { } raw ? new Hfsts5(raw, meMajor) : null;

    /// <summary>HFSTS6, likewise.</summary>
    /// <param name="meMajor">Major version of the firmware; null when unknown.</param>
    public Hfsts6? Status6(int? meMajor) => Read(Hfsts6) is { } raw ? new Hfsts6(raw, meMajor) : null;

    private static uint? Read(uint? raw) => raw == uint.MaxValue ? null : raw;
}
