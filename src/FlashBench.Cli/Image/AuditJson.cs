using System.Text.Json.Nodes;
using FlashBench.Firmware.Audit;
using static FlashBench.Cli.Output.JsonShapes;

namespace FlashBench.Cli.Image;

/// <summary>An audit as one line of JSON.</summary>
internal static class AuditJson
{
    /// <summary>The audit.</summary>
    public static string Of(ImageFile file, ImageAudit audit) => new JsonObject
    {
        ["file"] = file.Path,
        ["sha256"] = file.Sha256,
        ["me"] = audit.Image.Me?.Title,
        ["edition"] = audit.Image.Me?.Sku.Text,
        ["work"] = Node(audit.Work),
        ["amt"] = new JsonObject
        {
            ["verdict"] = Node(audit.Amt.Verdict),
            ["processor"] = Node(audit.Amt.Processor),
            ["network"] = Node(audit.Amt.Network),
            ["firmware"] = Node(audit.Amt.Firmware),
        },
        ["locks"] = new JsonObject
        {
            ["state"] = Node(audit.Locks.State),
            ["sentence"] = audit.Locks.Sentence,
            ["masters"] = Array(audit.Locks.Masters, Describe),
        },
        ["manufacturing"] = Node(audit.Manufacturing),
        ["fuses"] = Array(audit.Fuses.Items, Describe),
        ["fuseNotes"] = Array(audit.Fuses.Notes, note => note),
        ["bootGuardNotes"] = Array(audit.BootGuardNotes, note => note),
        ["rules"] = Node(audit.Rules),
        ["refusals"] = Array(audit.Refusals, rule => rule.Id),
        ["doubts"] = Array(audit.Host.Doubts, doubt => doubt),
    }.ToJsonString();

    private static JsonObject Describe(MasterLock master) => new()
    {
        ["name"] = master.Access.Name,
        ["read"] = master.Access.Read,
        ["write"] = master.Access.Write,
        ["word"] = $"0x{master.Word:X8}",
        ["state"] = Node(master.State),
        ["typicalLocked"] = master.Typical,
    };

    private static JsonObject Describe(FuseState fuse) => new()
    {
        ["item"] = Node(fuse.Item),
        ["value"] = fuse.Value,
        ["meaning"] = fuse.Meaning,
        ["isContradictory"] = fuse.IsContradictory,
        ["readings"] = Array(fuse.Readings, reading => new JsonObject
        {
            ["source"] = Node(reading.Source),
            ["value"] = reading.Value,
            ["decides"] = reading.Decides,
        }),
    };
}
