using System.Collections.Immutable;

namespace FlashBench.Firmware.Audit;

/// <summary>What is known about one fuse.</summary>
/// <param name="Item">The fuse.</param>
/// <param name="Value">Its raw value, or null when unknown.</param>
/// <param name="Readings">All values that were seen, those that decide nothing among them.</param>
public sealed record FuseState(FuseItem Item, uint? Value, ImmutableArray<FuseReading> Readings)
{
    /// <summary>True when sources that decide differ; the value counts as unknown then.</summary>
    public bool IsContradictory => Readings.Where(r => r.Decides).Select(r => r.Value).Distinct().Skip(1).Any();

    /// <summary>What the value means, one short phrase.</summary>
    public string Meaning => (Item, Value) switch
    {
        (_, null) when IsContradictory => "unknown: the sources contradict each other",
        (_, null) => "unknown",
        (FuseItem.EnforcementPolicy, { } policy) => FuseReport.PolicyMeaning(policy),
        (FuseItem.KeyManifestId, { } id) => $"0x{id:X}",
        (FuseItem.FpfLock, 0) => "not locked: the policy can still change",
        (FuseItem.FpfLock, _) => "locked for ever",
        (_, 0) => "no",
        _ => "yes",
    };
}

/// <summary>The fuses of a board, as far as host facts tell.</summary>
/// <param name="Items">Every <see cref="FuseItem"/> in order.</param>
/// <param name="Notes">Sources that were there but could not be used, one sentence each.</param>
public sealed record FuseReport(ImmutableArray<FuseState> Items, ImmutableArray<string> Notes)
{
    /// <summary>Number of the items, from the first on, that every audit answers.</summary>
    public const int AuditItems = 9;

    /// <summary>True when the firmware is from before Boot Guard: no such fuse could act.</summary>
    public bool IsBeforeBootGuard { get; private init; }

    /// <summary>The state of one fuse.</summary>
    public FuseState this[FuseItem item] => Items[(int)item];

    /// <summary>Reads all sources.</summary>
    /// <param name="me">The firmware in the image, whose version tells the layout of the registers; null when
    /// unknown.</param>
    /// <param name="host">What is known besides.</param>
    public static FuseReport Of(MeFirmware? me, HostFacts host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var notes = new List<string>();
        FuseReading[] readings =
        [
            .. RegisterFuses.Read(me, host.Registers, notes), .. RegisterFuses.ReadMsr(host.BootGuardMsr, notes),
            .. host.Fuses,
        ];
        return new([.. Enum.GetValues<FuseItem>().Select(item => StateOf(item, readings))], [.. notes])
        {
            IsBeforeBootGuard = BootGuardRules.HasNoBootGuard(me),
        };
    }

    /// <summary>What Boot Guard does on an error, by enforcement policy.</summary>
    /// <remarks>Source: me-firmware 5.2. Others label the values differently, so the raw value is shown as well.
    /// </remarks>
    public static string PolicyMeaning(uint policy) => policy switch
    {
        0 => "0: nothing happens",
        1 => "1: shutdown in 30 minutes",
        2 => "2: other, not known",
        3 => "3: immediate shutdown",
        _ => $"{policy}: not listed",
    };

    private static FuseState StateOf(FuseItem item, FuseReading[] readings)
    {
        ImmutableArray<FuseReading> own = [.. readings.Where(r => r.Item == item)];
        uint[] values = [.. own.Where(r => r.Decides).Select(r => r.Value).Distinct()];
        return new(item, values is [var only] ? only : null, own);
    }
}
