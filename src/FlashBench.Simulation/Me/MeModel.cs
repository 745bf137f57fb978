namespace FlashBench.Simulation.Me;

/// <summary>Decides from the content of the flash how the Intel ME behaves after power-on.</summary>
/// <remarks>
/// <para>Modelled: the disable strap of the board's chipset; $FPT checksum; RSA signature of the FTPR manifest
/// against the fused key; module digests, at the moment the ME would use the module; the 30-minute watchdog of
/// ME 6 to 10; no start at all for ME 11 with bad early modules; HFSTS1 to HFSTS6.</para>
/// <para>Not modelled: execution, decompression, MFS and EFFS content, updates, HECI, Boot Guard, HMRFPO, soft
/// disable, TXE, SPS, ME 12 and later. Its reading of the formats is its own (rule of design section 7).</para>
/// <para>Source: me-firmware.md 2.3, 3.1, 3.2, 3.5 and 4.</para>
/// </remarks>
/// <param name="genuine">What silicon and maker know.</param>
public sealed class MeModel(GenuineRecord genuine)
{
    private static readonly string[] BringUpTwo = ["ROMP", "BUP"];
    private static readonly string[] BringUpThree = ["rbe", "kernel", "syslib", "bup"];

    /// <summary>Time from power-good to the cut by the ROM's watchdog (me-firmware.md 4).</summary>
    public static TimeSpan WatchdogPeriod { get; } = TimeSpan.FromMinutes(30);

    /// <summary>What the ME does if power is applied with this in the flash.</summary>
    /// <param name="flash">All cells of the chip.</param>
    public MeOutcome Decide(ReadOnlySpan<byte> flash)
    {
        bool third = genuine.Pch == PchFamily.HundredSeries;
        if (genuine.Pch == PchFamily.Unknown)
            return NoBoot(third, false, "no chipset of the modelled families");
        if (FlashDescriptorReading.Read(flash, genuine.Pch) is not { } descriptor)
            return NoBoot(third, false, "no flash descriptor");

        ReadOnlySpan<byte> region = flash.Range(descriptor.MeStart, descriptor.MeEnd - descriptor.MeStart);
        SignedCode? code = SignedCode.Read(region, "FTPR");
        if (Refusal(region, code, third) is { } reason)
        {
            return third
                ? NoBoot(true, descriptor.DisableBit, reason)
                : Watchdog(region, descriptor.DisableBit, reason);
        }

        SignedCode accepted = code!; // Refusal names its absence
        if (descriptor.DisableBit)
            return MeRegisters.Disabled(third, accepted.Manifest.Version);
        if (LateDamage(accepted) is { } missing)
            return MeRegisters.Removed(third, accepted.Manifest.Version, missing);
        return MeRegisters.Normal(third, accepted.Manifest.Version, Findings(region, third));
    }

    // Why the ROM or the first modules refuse to go on; null if bring-up runs.
    private string? Refusal(ReadOnlySpan<byte> region, SignedCode? code, bool third)
    {
        if (PartitionTableReading.Read(region) is not { } table)
            return "no partition table";
        if (!table.ChecksumGood)
            return "checksum of the partition table";
        if (code is null)
            return "no FTPR manifest";
        if (code.ThirdGeneration != third)
            return "firmware of another generation";
        if (code.Manifest.KeyHash != genuine.KeyHash)
            return "key is not the fused one";
        if (!code.Manifest.SignatureGood)
            return "signature of the FTPR manifest";
        if (genuine.Find("FTPR", code.Manifest.Hash) is not { } wanted)
            return "manifest of no genuine image";
        return FirstDamaged(code, wanted, name => IsBringUp(name, third)) is { } damaged
            ? $"module {damaged}"
            : null;
    }

    private static bool IsBringUp(string name, bool third) => third
        ? BringUpThree.Contains(name.EndsWith(".met", StringComparison.Ordinal) ? name[..^4] : name)
        : BringUpTwo.Contains(name);

    // The first module that is wanted after bring-up and is not there.
    private string? LateDamage(SignedCode code)
    {
        GenuinePartition wanted = genuine.Find("FTPR", code.Manifest.Hash)!; // Refusal has looked it up
        return FirstDamaged(code, wanted, name => !IsBringUp(name, code.ThirdGeneration));
    }

    private static string? FirstDamaged(SignedCode code, GenuinePartition wanted, Func<string, bool> counts)
    {
        for (int i = 0; i < wanted.Modules.Count; i++)
        {
            GenuineModule genuineModule = wanted.Modules[i];
            if (!counts(genuineModule.Name))
                continue;
            if (genuineModule.Digest is null || i >= code.Modules.Count || code.Modules[i] != genuineModule)
                return genuineModule.Name;
        }

        return null;
    }

    // Parts whose absence a running ME reports and survives.
    private MeFindings Findings(ReadOnlySpan<byte> region, bool third)
    {
        var findings = MeFindings.None;
        if (genuine.Partitions.Concat(genuine.Further).Any(partition => partition.Name == "NFTP")
            && !(SignedCode.Read(region, "NFTP") is { Manifest.SignatureGood: true } late
                && genuine.Find("NFTP", late.Manifest.Hash) is { } wanted
                && FirstDamaged(late, wanted, _ => true) is null))
        {
            findings |= MeFindings.LatePartition;
        }

        if (third && (PartitionTableReading.Read(region)?.Partitions.ContainsKey("MFS") != true))
            findings |= MeFindings.FileSystem;
        return findings;
    }

    private static MeOutcome NoBoot(bool third, bool disableBit, string reason) =>
        new(MeState.NoBoot, new uint[6], third, disableBit, null, reason);

    private static MeOutcome Watchdog(ReadOnlySpan<byte> region, bool disableBit, string reason)
    {
        bool tableBad = PartitionTableReading.Read(region) is not { ChecksumGood: true };
        return MeRegisters.WatchdogArmed(tableBad, disableBit, reason);
    }
}
