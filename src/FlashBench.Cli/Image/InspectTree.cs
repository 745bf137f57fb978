using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Cli.Image;

/// <summary>What `image inspect` shows.</summary>
internal static class InspectTree
{
    /// <summary>Draws an analysis.</summary>
    public static TextTree Of(ImageFile file, ImageAnalysis image)
    {
        string kind = image.Kind switch
        {
            ImageKind.FullDump => "flash dump",
            ImageKind.DescriptorOnly => "flash descriptor without regions",
            _ => "ME region",
        };
        var tree = new TextTree($"{file.Path}: {kind}, {file.Bytes.Length:N0} bytes");
        tree.Add($"SHA-256 {file.Sha256}");
        if (image.Descriptor is { } descriptor)
            AddDescriptor(tree, descriptor, image.DisableBit);
        if (image.Me is { } me)
            AddMe(tree, me, file.Bytes);
        TextTree findings = tree.Add(image.Findings.IsEmpty ? "findings: none" : "findings");
        foreach (Finding finding in image.Findings)
            findings.Add($"{finding.Severity.ToString().ToLowerInvariant()} at 0x{finding.Offset:X6}: {finding.Text}");
        return tree;
    }

    /// <summary>A range with its length, as every list shows it.</summary>
    public static string Text(FlashRange range) => $"0x{range.Start:X6}-0x{range.End - 1:X6}  {Size(range.Length)}";

    /// <summary>A length in the largest unit that divides it.</summary>
    public static string Size(long bytes) => bytes switch
    {
        > 0 when bytes % (1 << 20) == 0 => $"{bytes >> 20} MiB",
        > 0 when bytes % (1 << 10) == 0 => $"{bytes >> 10} KiB",
        _ => $"{bytes:N0} bytes",
    };

    private static void AddDescriptor(TextTree tree, FlashDescriptor descriptor, DisableBit? bit)
    {
        TextTree node = tree.Add($"flash descriptor, version {descriptor.Version}, PCH {descriptor.Pch.Title()}");
        var chips = descriptor.Components.Select(length => length == 0 ? "size not stated" : Size(length));
        node.Add($"chips: {string.Join(" + ", chips)}");
        TextTree regions = node.Add("regions");
        foreach (DescriptorRegion region in descriptor.Regions)
            regions.Add($"{region.Name,-10} {Text(region.Range)}");
        TextTree masters = node.Add("access");
        foreach (MasterAccess master in descriptor.Masters)
        {
            string read = Names(descriptor, master.Read), write = Names(descriptor, master.Write);
            masters.Add($"{master.Name,-5} reads {read}; writes {write}");
        }

        node.Add(bit is null
            ? "disable bit: not pinned for this PCH"
            : $"{bit.Name} {(bit.IsSet ? "SET" : "clear")}: strap +0x{bit.StrapOffset:X2} bit {bit.Bit}, " +
              $"0x{descriptor.Straps[(int)bit.StrapOffset / 4]:X8} at 0x{bit.DwordOffset:X3}");
    }

    private static string Names(FlashDescriptor descriptor, uint mask)
    {
        string[] names = [.. descriptor.Regions.Where(r => (mask >> r.Number & 1) != 0).Select(r => r.Name)];
        return names.Length == 0 ? "nothing" : string.Join(" ", names);
    }

    private static void AddMe(TextTree tree, MeFirmware me, byte[] image)
    {
        TextTree node = tree.Add($"{me.Title}, generation {(int)me.Generation}, {Text(me.Region)}");
        node.Add($"edition: {me.Sku.Text}");
        node.Add($"neutralized: {(me.AlreadyNeutralized ? "yes, only what must stay is there" : "no")}");
        Manifest manifest = me.Code.Manifest;
        node.Add($"manifest {manifest.Tag} of {manifest.Date}: {Signature(manifest)}");
        TextTree partitions = node.Add($"partitions ({me.Table.Partitions.Length})");
        foreach (Partition partition in me.Table.Partitions)
            partitions.Add($"{partition.Name,-5} {(partition.Range is { } range ? Text(range) : "no data")}");

        var present = me.PresentModules(image);
        TextTree modules = node.Add(
            $"modules of {me.Code.Name} ({present.Length} of {me.Code.Modules.Length} present)");
        foreach (CodeModule module in me.Code.Modules)
        {
            string state = present.Contains(module) ? module.IsKept ? "must stay" : "removable" : "removed";
            modules.Add($"{module.Name,-12} {module.Compression,-8} {module.StoredLength,9:N0} bytes  {state}");
        }
    }

    private static string Signature(Manifest manifest) => manifest.Signature switch
    {
        SignatureStatus.Valid => $"signature valid, key {manifest.Key!.Name}",
        SignatureStatus.UnknownKey => $"signature valid, but by an UNKNOWN KEY {manifest.KeyFingerprint}",
        SignatureStatus.Invalid => "signature WRONG",
        _ => "signature not checked",
    };
}
