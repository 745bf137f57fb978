using FlashBench.Cli.Output;
using FlashBench.Firmware.Audit;

namespace FlashBench.Cli.Image;

/// <summary>What `image audit` shows.</summary>
internal static class AuditTree
{
    /// <summary>Draws an audit.</summary>
    public static TextTree Of(ImageFile file, ImageAudit audit)
    {
        string title = audit.Image.Me?.Title ?? "no readable ME firmware";
        var tree = new TextTree($"{file.Path}: {title}");
        tree.Add($"SHA-256 {file.Sha256}");
        tree.Add($"edition: {audit.Image.Me?.Sku.Text ?? "unknown"}");
        tree.Add($"planned: {Planned(audit.Work)}");
        AddRules(tree, "REFUSED", audit, r => r is { State: RuleState.Triggered, Severity: RuleSeverity.Refuse });
        AddRules(tree, "warnings", audit, r => r is { State: RuleState.Triggered, Severity: RuleSeverity.Warn });
        AddRules(tree, "unknown, which is not clear", audit, r => r.State == RuleState.Unknown);
        AddAmt(tree, audit.Amt);
        AddLocks(tree, audit);
        tree.Add($"board: {audit.Manufacturing.Sentence}");
        AddFuses(tree, audit);
        AddRules(tree, "not examined here", audit, r => r.State == RuleState.NotExamined);
        AddRules(tree, "clear", audit, r => r.State == RuleState.Clear);
        if (!audit.Host.Doubts.IsEmpty)
            AddLines(tree, "doubts about the host text", audit.Host.Doubts);
        return tree;
    }

    private static string Planned(PlannedWork work)
    {
        string change = work.Change switch
        {
            PlannedChange.None => "no change of the ME",
            PlannedChange.DisableBitOnly => "set the disable bit only",
            _ => "remove code from the ME region",
        };
        return change + (work.ReplacesBios ? ", replace the BIOS" : ", leave the BIOS as it is");
    }

    private static void AddAmt(TextTree tree, AmtScore amt)
    {
        TextTree node = tree.Add($"AMT: {amt.Sentence}");
        AmtIngredient[] all = [amt.Processor, amt.Network, amt.Firmware];
        foreach (AmtIngredient part in all)
            node.Add($"{part.Name,-24} {Word(part.Presence),-8} {PlainText.Of(part.Reason)}");
    }

    private static string Word(Presence presence) => presence.ToString().ToLowerInvariant();

    private static void AddLocks(TextTree tree, ImageAudit audit)
    {
        DescriptorLocks locks = audit.Locks;
        TextTree node = tree.Add($"descriptor {locks.State.ToString().ToLowerInvariant()}: {locks.Sentence}");
        foreach (MasterLock master in locks.Masters)
        {
            string typical = master.Typical switch
            {
                true => "  as on a typical locked board",
                false => "  as on an open board",
                null => "",
            };
            node.Add($"{master.Access.Name,-5} 0x{master.Word:X8}  reads {Names(audit, master.Access.Read)}; " +
                $"writes {Names(audit, master.Access.Write)}{typical}");
        }
    }

    private static string Names(ImageAudit audit, uint mask)
    {
        string[] names =
        [
            .. audit.Image.Descriptor!.Regions.Where(r => (mask >> r.Number & 1) != 0).Select(r => r.Name),
        ];
        return names.Length == 0 ? "nothing" : string.Join(" ", names);
    }

    private static void AddFuses(TextTree tree, ImageAudit audit)
    {
        FuseReport fuses = audit.Fuses;
        if (fuses.IsBeforeBootGuard && fuses.Items.All(f => f.Readings.IsEmpty))
        {
            tree.Add($"Boot Guard and fuses: {audit.Image.Me!.Title} is from before Boot Guard (ME 9.5)");
            return;
        }

        int known = fuses.Items.Take(FuseReport.AuditItems).Count(f => f.Value is not null);
        TextTree node = tree.Add($"Boot Guard and fuses: {known} of {FuseReport.AuditItems} known");
        foreach (FuseState fuse in fuses.Items)
            node.Add($"{Name(fuse.Item),-28} {fuse.Meaning}{Sources(fuse)}");
        foreach (string note in fuses.Notes.Concat(audit.BootGuardNotes))
            node.Add($"note: {note}");
    }

    private static string Sources(FuseState fuse)
    {
        string[] readings =
        [
            .. fuse.Readings.Select(r =>
                $"{Source(r.Source)} {r.Value}{(r.Decides ? "" : " (does not decide)")}"),
        ];
        return readings.Length == 0 ? "" : $"  [{string.Join(", ", readings)}]";
    }

    private static string Name(FuseItem item) => item switch
    {
        FuseItem.ForceBootGuardAcm => "Force Boot Guard ACM",
        FuseItem.CpuDebugDisabled => "CPU Debug Disabled",
        FuseItem.BspInitDisabled => "BSP Initialization Disabled",
        FuseItem.ProtectBiosEnvironment => "Protect BIOS Environment",
        FuseItem.EnforcementPolicy => "Error Enforcement Policy",
        FuseItem.MeasuredBoot => "Measured Boot",
        FuseItem.VerifiedBoot => "Verified Boot",
        FuseItem.KeyManifestId => "Key Manifest ID",
        FuseItem.Ptt => "PTT",
        FuseItem.FpfLock => "fuses (FPF)",
        FuseItem.BootGuardDisabled => "Boot Guard disabled",
        _ => "fuses disabled",
    };

    private static string Source(FuseSource source) => source switch
    {
        FuseSource.Hfsts6 => "HFSTS6",
        FuseSource.Hfsts5 => "HFSTS5",
        FuseSource.Msr13A => "MSR 0x13A",
        FuseSource.MeInfoFpf => "MEInfo FPF",
        FuseSource.MeInfoMe => "MEInfo ME",
        FuseSource.MeInfo => "MEInfo",
        FuseSource.IntelMeTool => "intelmetool",
        _ => "coreboot",
    };

    private static void AddRules(
        TextTree tree, string heading, ImageAudit audit, Func<PreflightRule, bool> isWanted)
    {
        AddLines(tree, heading, audit.Rules.Where(isWanted).Select(r =>
            $"{r.Id,-29} {PlainText.Of(r.Reason)}{(r.Evidence.Length == 0 ? "" : $"  [{r.Evidence}]")}"));
    }

    private static void AddLines(TextTree tree, string heading, IEnumerable<string> lines)
    {
        string[] all = [.. lines];
        TextTree node = tree.Add(all.Length == 0 ? $"{heading}: none" : $"{heading} ({all.Length})");
        foreach (string line in all)
            node.Add(line);
    }
}
