using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace FlashBench.Firmware.Audit;

/// <summary>Reads what a host text says about fuses and Boot Guard.</summary>
internal sealed class FuseLines
{
    private const int ReadingsMax = 256; // One report has fewer than 30.

    private readonly HashSet<FuseReading> _seen = [];
    private readonly ImmutableArray<FuseReading>.Builder _readings = ImmutableArray.CreateBuilder<FuseReading>();
    private readonly Statement<ulong> _msr = new("MSR 0x13A");
    private (int Fpf, int Me)? _columns;

    /// <summary>Every value of every fuse, each once.</summary>
    public ImmutableArray<FuseReading> Readings => _readings.ToImmutable();

    /// <summary>MSR 0x13A, or null when no line states it or lines differ.</summary>
    public ulong? BootGuardMsr => _msr.Value;

    /// <summary>A sentence when lines differ about the MSR, else null.</summary>
    public string? Doubt => _msr.Doubt;

    /// <summary>Takes one line.</summary>
    public void Read(string line)
    {
        if (line.Length > HostPatterns.LineMax)
            return;
        if (HostPatterns.BootGuardMsr().Match(line) is { Success: true } msr)
        {
            _msr.Say(ulong.Parse(
                msr.Groups["hex"].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        }

        ReadIntelMeTool(line);
        ReadCoreboot(line);
        ReadMeInfo(line);
    }

    private void ReadIntelMeTool(string line)
    {
        if (HostPatterns.IntelMeToolSwitch().Match(line) is { Success: true } found)
        {
            FuseItem item = found.Groups["name"].Value switch
            {
                "Measured boot" => FuseItem.MeasuredBoot,
                "Verified boot" => FuseItem.VerifiedBoot,
                _ => FuseItem.ForceBootGuardAcm,
            };
            Add(item, found.Groups["value"].Value == "ON", FuseSource.IntelMeTool);
        }

        // Another TPM in use means that PTT is not; "None" says nothing about it.
        if (HostPatterns.IntelMeToolTpm().Match(line) is { Success: true } tpm && tpm.Groups["value"].Value != "None")
            Add(FuseItem.Ptt, tpm.Groups["value"].Value == "PTT", FuseSource.IntelMeTool);
    }

    private void ReadCoreboot(string line)
    {
        if (HostPatterns.CorebootSwitch().Match(line) is not { Success: true } found)
            return;

        string name = found.Groups["name"].Value, value = found.Groups["value"].Value;
        bool isWord = value is "YES" or "NO";
        if (isWord == (name != "FPF status"))
        {
            FuseItem item = name == "CPU Debug Disabled" ? FuseItem.CpuDebugDisabled : FuseItem.FpfLock;
            Add(item, value is "YES" or "fused", FuseSource.Coreboot);
        }
    }

    private void ReadMeInfo(string line)
    {
        if (HostPatterns.MeInfoHeading().Match(line) is { Success: true } heading)
            _columns = (heading.Groups["fpf"].Index, heading.Groups["me"].Index);
        if (HostPatterns.MeInfoCommitted().Match(line) is { Success: true } committed)
            Add(FuseItem.FpfLock, committed.Groups["value"].Value == "Committed", FuseSource.MeInfo);
        if (HostPatterns.MeInfoPtt().Match(line) is { Success: true } ptt)
            Add(FuseItem.Ptt, ptt.Groups["value"].Value == "ENABLED", FuseSource.MeInfo);
        if (_columns is { } columns && HostPatterns.MeInfoFuse().Match(line) is { Success: true } fuse)
            ReadColumns(fuse, columns);
    }

    // A value counts by the column that it begins in: where one is missing, only the place tells whose it is.
    private void ReadColumns(Match fuse, (int Fpf, int Me) columns)
    {
        CaptureCollection values = fuse.Groups["value"].Captures;
        int[] wanted = values.Count == 2 ? [columns.Fpf, columns.Me] : [values[0].Index];
        bool fits = values.Select(v => v.Index).SequenceEqual(wanted) &&
            (values.Count == 2 || wanted[0] == columns.Fpf || wanted[0] == columns.Me);
        if (!fits || Item(fuse.Groups["name"].Value) is not { } item)
            return;

        foreach (Capture value in values)
        {
            FuseSource source = value.Index == columns.Fpf ? FuseSource.MeInfoFpf : FuseSource.MeInfoMe;
            if (Number(item, value.Value) is { } number)
                Add(new FuseReading(item, number, source));
        }
    }

    private static FuseItem? Item(string name) => name switch
    {
        "Force Boot Guard ACM" => FuseItem.ForceBootGuardAcm,
        "Protect BIOS Environment" => FuseItem.ProtectBiosEnvironment,
        "CPU Debug Disabled" => FuseItem.CpuDebugDisabled,
        "BSP Initialization Disabled" => FuseItem.BspInitDisabled,
        "Measured Boot" => FuseItem.MeasuredBoot,
        "Verified Boot" => FuseItem.VerifiedBoot,
        "Key Manifest ID" => FuseItem.KeyManifestId,
        "Enforcement Policy" => FuseItem.EnforcementPolicy,
        "PTT" => FuseItem.Ptt,
        _ => null,
    };

    // Numbers stand where numbers belong, words where switches are; "Not set" states no value.
    private static uint? Number(FuseItem item, string value)
    {
        uint? most = item switch { FuseItem.KeyManifestId => 0xF, FuseItem.EnforcementPolicy => 3, _ => null };
        bool isHex = value.StartsWith("0x", StringComparison.Ordinal);
        if (most is { } limit && isHex)
        {
            uint number = uint.Parse(value[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            return number <= limit ? number : null;
        }

        return most is null && value is "Enabled" or "Disabled" ? value == "Enabled" ? 1u : 0u : null;
    }

    private void Add(FuseItem item, bool isOn, FuseSource source) => Add(new FuseReading(item, isOn ? 1u : 0u, source));

    private void Add(FuseReading reading)
    {
        if (_readings.Count < ReadingsMax && _seen.Add(reading))
            _readings.Add(reading);
    }
}
