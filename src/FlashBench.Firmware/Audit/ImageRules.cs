using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Registers;

namespace FlashBench.Firmware.Audit;

/// <summary>The refusals that the image itself decides.</summary>
/// <remarks>Source: me-firmware 5.4; 1.3 for the places of the disable bit; 2.6 for deguard.</remarks>
internal static class ImageRules
{
    private const int TableLength = 0x1000; // No stock region of generation 3 has code inside its first 4 KiB.
    private const int LastPinnedMajor = 18; // For later versions no place of the disable bit is known.

    private const int ServerMode = 15;

    private static readonly MeVersion DeguardVersion = new(11, 6, 0, 1126);

    /// <summary>All of them.</summary>
    public static IEnumerable<PreflightRule> Examine(ImageAnalysis image, HostFacts host, PlannedWork work) =>
    [
        DumpSize(image).As("dump-size", RuleSeverity.Refuse),
        Soundness(image).As("image-unsound", RuleSeverity.Refuse),
        Signature(image.Me).As("signature", RuleSeverity.Refuse),
        Extent(image.Me).As("code-extent", RuleSeverity.Refuse),
        DisablePlace(image).As("disable-bit-place", RuleSeverity.Refuse),
        Platform(image).As("unsupported-platform", RuleSeverity.Refuse),
        Removal(image.Me, work).As("removal-from-me-12", RuleSeverity.Refuse),
        DescriptorHash(image.Me).As("descriptor-hash", RuleSeverity.Refuse),
        Server(image.Me, host).As("server-firmware", RuleSeverity.Refuse),
        PreProduction(image.Me).As("pre-production", RuleSeverity.Refuse),
        Deguard(image).As("deguard", RuleSeverity.Refuse),
    ];

    /// <summary>The answer where there is no firmware to look at.</summary>
    internal static RuleAnswer NoFirmware => RuleAnswer.Unknown("the image holds no ME firmware that can be read");

    private static RuleAnswer DumpSize(ImageAnalysis image)
    {
        const string evidence = "FLCOMP";
        if (image.Kind != ImageKind.FullDump || image.Descriptor is not { } descriptor)
            return RuleAnswer.Unknown("the file is not a dump of a whole chip, so its size cannot be compared");
        long length = image.Image.Length;
        if (descriptor.Components.Contains(0))
            return RuleAnswer.Triggered("the descriptor does not state the size of its flash chips", evidence);
        if (length == descriptor.FlashLength)
            return RuleAnswer.Clear("the file is as long as the flash that it describes", evidence);
        bool holdsMe = descriptor.Region(DescriptorRegion.Me) is not { } me || me.Range.End <= length;
        return length == descriptor.Components[0] && holdsMe
            ? RuleAnswer.Clear("the file is chip 1 of 2 and holds descriptor and ME region", evidence)
            : RuleAnswer.Triggered(
                $"the file has 0x{length:X} bytes, but the flash it describes 0x{descriptor.FlashLength:X}", evidence);
    }

    private static RuleAnswer Soundness(ImageAnalysis image)
    {
        const string evidence = "structures of the image";
        if (image.Findings.FirstOrDefault(f => f.Severity == FindingSeverity.Error) is { } error)
            return RuleAnswer.Triggered($"at 0x{error.Offset:X6}: {error.Text}", evidence);
        return image.Me is null ? NoFirmware : RuleAnswer.Clear("every structure that is read is sound", evidence);
    }

    private static RuleAnswer Signature(MeFirmware? me)
    {
        const string evidence = "manifest";
        return me?.Code.Manifest.Signature switch
        {
            null => NoFirmware,
            SignatureStatus.Valid => RuleAnswer.Clear($"valid, by {me.Code.Manifest.Key?.Name}", evidence),
            SignatureStatus.UnknownKey => RuleAnswer.Triggered("valid, but by a key that is not known", evidence),
            SignatureStatus.Invalid => RuleAnswer.Triggered("the manifest or its signature was changed", evidence),
            _ => RuleAnswer.Unknown("the signature scheme is not checked", evidence),
        };
    }

    private static RuleAnswer Extent(MeFirmware? me)
    {
        const string evidence = "partition table";
        if (me is null)
            return NoFirmware;
        if (me.Code.IsComplete)
            return RuleAnswer.Clear("the code partition lies inside the ME region", evidence);
        return me.AlreadyNeutralized
            ? RuleAnswer.Clear("the region is cut behind all that must stay", evidence)
            : RuleAnswer.Triggered($"the code partition {me.Code.Range} ends past the ME region", evidence);
    }

    private static RuleAnswer DisablePlace(ImageAnalysis image)
    {
        const string evidence = "descriptor";
        if (image.Descriptor is not { } descriptor)
            return RuleAnswer.Unknown("the file has no flash descriptor");
        if (image.DisableBit is { } bit)
        {
            return RuleAnswer.Clear(
                $"{bit.Name} is bit {bit.Bit} of strap +0x{bit.StrapOffset:X2} on a {descriptor.Pch.Title()} PCH",
                evidence);
        }

        return descriptor.Pch switch
        {
            PchClass.Ich8 or PchClass.Ich9 or PchClass.Ich10 => RuleAnswer.Clear(
                $"{descriptor.Pch.Title()} has its disable bits at known places", evidence),
            PchClass.Unknown => RuleAnswer.Triggered(
                "the descriptor is of no known PCH, so nobody knows where the disable bit is", evidence),
            PchClass.ApolloLake or PchClass.GeminiLake or PchClass.PantherLake => RuleAnswer.Triggered(
                $"no place that works is known for {descriptor.Pch.Title()}", evidence),
            _ => RuleAnswer.Unknown(
                $"a {descriptor.Pch.Title()} PCH needs a board profile that pins the place", evidence),
        };
    }

    private static RuleAnswer Platform(ImageAnalysis image)
    {
        if (image.Pch is PchClass.ApolloLake or PchClass.GeminiLake or PchClass.PantherLake)
        {
            return RuleAnswer.Triggered(
                $"{image.Pch.Value.Title()} cannot be disabled by a known and tested bit", "descriptor");
        }

        return image.Me switch
        {
            null when image.Pch is { } pch and not (PchClass.Unknown or PchClass.Series300And400) =>
                RuleAnswer.Clear($"{pch.Title()} is not one of the platforms without a known bit", "descriptor"),
            null => NoFirmware,
            { Family: FirmwareFamily.Txe, Version.Major: >= 3 } => RuleAnswer.Triggered(
                $"{image.Me.Title} belongs to Apollo Lake or Gemini Lake, which have no known and tested bit",
                "manifest"),
            { Family: FirmwareFamily.Me, Version: { Major: 13, Minor: 0 } } => RuleAnswer.Triggered(
                $"{image.Me.Title} belongs to Ice Lake, for which the sources name different places", "manifest"),
            { Family: FirmwareFamily.Me, Version.Major: > LastPinnedMajor } => RuleAnswer.Triggered(
                $"{image.Me.Title} is newer than every platform with a known bit", "manifest"),
            _ => RuleAnswer.Clear($"{image.Me.Title} is not one of the platforms without a known bit", "manifest"),
        };
    }

    private static RuleAnswer Removal(MeFirmware? me, PlannedWork work)
    {
        if (work.Change != PlannedChange.Removal)
            return RuleAnswer.Clear("nothing is removed", "plan");
        if (me is null)
            return NoFirmware;
        int first = me.Family == FirmwareFamily.Txe ? 3 : 12;
        bool isNew = me.Family != FirmwareFamily.Sps && me.Version.Major >= first;
        return isNew
            ? RuleAnswer.Triggered($"{me.Title} does not start once code is removed; it allows the disable bit only",
                "manifest, plan")
            : RuleAnswer.Clear($"{me.Title} is older", "manifest, plan");
    }

    // The extension exists from ME 15 on.
    private static RuleAnswer DescriptorHash(MeFirmware? me) => me switch
    {
        null => NoFirmware,
        { HashesDescriptor: true } =>
            RuleAnswer.Triggered($"{me.Title} checks a hash of the flash descriptor", "extension 0x17"),
        { Family: FirmwareFamily.Me, Version.Major: < 12 } or { Family: FirmwareFamily.Txe, Version.Major: < 3 } =>
            RuleAnswer.Clear($"{me.Title} cannot hash the descriptor", "manifest"),
        { Ifwi: not null } =>
            RuleAnswer.Clear($"no partition of {me.Title} hashes the descriptor", "manifests of all partitions"),
        _ => RuleAnswer.Unknown("the other partitions, which could hash the descriptor, are not in this file"),
    };

    private static RuleAnswer Server(MeFirmware? me, HostFacts host) => me switch
    {
        _ when host.Registers.Status1 is { OperationMode: ServerMode } ||
            host.Shown(MeStateKind.ServerFirmware) is not null =>
            RuleAnswer.Triggered("the ME says that it is server firmware", "HFSTS1 bits 19:16"),
        null => NoFirmware,
        { Family: FirmwareFamily.Sps } => RuleAnswer.Triggered($"{me.Title} is server firmware", "manifest"),
        { Code.Manifest.Key: not null } => RuleAnswer.Clear($"{me.Title} is not server firmware", "signing key"),
        _ => RuleAnswer.Unknown("the signing key, which tells server firmware apart, is not known"),
    };

    private static RuleAnswer PreProduction(MeFirmware? me)
    {
        if (me is null)
            return NoFirmware;
        if (me.Code.Manifest.DebugSigned)
            return RuleAnswer.Triggered("the manifest is debug-signed", "manifest");
        return me.Table.Partitions.Any(p => p.Name == "ROMB" && p.Range is { IsEmpty: false })
            ? RuleAnswer.Triggered("the region carries ROM bypass code (ROMB)", "partition table")
            : RuleAnswer.Clear("not debug-signed, and no ROM bypass code", "manifest, partition table");
    }

    // Such images run only with HAP set, MFS in place and FTPR where it was; the version alone marks them.
    private static RuleAnswer Deguard(ImageAnalysis image)
    {
        const string evidence = "manifest, partition table, straps";
        if (image.Me is not { } me)
            return NoFirmware;
        if (me.Family != FirmwareFamily.Me || me.Version != DeguardVersion)
            return RuleAnswer.Clear($"{me.Title} is not the version that deguard images carry", "manifest");
        if (me.Code.Range.Start - me.Region.Start < TableLength)
            return RuleAnswer.Triggered($"{me.Title} as in deguard images, but FTPR was relocated", evidence);
        if (!me.Table.Partitions.Any(p => p.Name == "MFS" && p.Range is { IsEmpty: false }))
            return RuleAnswer.Triggered($"{me.Title} as in deguard images, but MFS is missing", evidence);
        return image.DisableBit switch
        {
            null => RuleAnswer.Unknown($"{me.Title} as in deguard images; whether HAP is set is not in this file"),
            { IsSet: true } => RuleAnswer.Clear("FTPR is where it was, MFS is there and HAP is set", evidence),
            _ => RuleAnswer.Triggered($"{me.Title} as in deguard images, but HAP is clear", evidence),
        };
    }
}
