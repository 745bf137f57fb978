using System.Text.Json.Nodes;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;
using static FlashBench.Cli.Output.JsonShapes;

namespace FlashBench.Cli.Image;

/// <summary>The image verbs' results as one line of JSON each.</summary>
internal static class ImageJson
{
    /// <summary>The analysis of an image.</summary>
    public static string Inspect(ImageFile file, ImageAnalysis image) => new JsonObject
    {
        ["file"] = file.Path,
        ["sha256"] = file.Sha256,
        ["length"] = file.Bytes.Length,
        ["kind"] = Node(image.Kind),
        ["isSound"] = image.IsSound,
        ["descriptor"] = image.Descriptor is { } descriptor ? Describe(descriptor) : null,
        ["disableBit"] = image.DisableBit is { } bit ? Describe(bit) : null,
        ["disableCandidates"] = Array(image.DisableCandidates, candidate => new JsonObject
        {
            ["platform"] = candidate.Platform.Name,
            ["title"] = candidate.Platform.Title,
            ["refusal"] = candidate.Platform.Refusal,
            ["bit"] = candidate.Bit is { } there ? Describe(there) : null,
        }),
        ["me"] = image.Me is { } me ? Describe(me, file.Bytes) : null,
        ["findings"] = Node(image.Findings),
    }.ToJsonString();

    /// <summary>The plan for an image.</summary>
    public static string Plan(ImageFile file, ImageAnalysis image, ImagePlan plan)
    {
        var totals = PlanTotals.Of(image, plan);
        return new JsonObject
        {
            ["file"] = file.Path,
            ["sha256"] = file.Sha256,
            ["policy"] = plan.Policy,
            ["me"] = image.Me?.Title,
            ["changes"] = Array(plan.Changes, change => new JsonObject
            {
                ["start"] = change.Range.Start,
                ["end"] = change.Range.End,
                ["rule"] = change.Rule.Id,
                ["text"] = change.Rule.Text,
                ["changedBytes"] = change.ChangedBytes,
                ["oldSha256"] = ImageFile.HashOf(change.Old.Span),
                ["newSha256"] = ImageFile.HashOf(change.New.Span),
            }),
            ["kept"] = Array(plan.Kept, kept => Describe(kept.Name, kept.Range)),
            ["changedBytes"] = plan.ChangedBytes,
            ["regionBytesBefore"] = totals.Before,
            ["regionBytesKept"] = totals.Kept,
            ["resultSha256"] = ImageFile.HashOf(plan.Apply(file.Bytes)),
        }.ToJsonString();
    }

    private static JsonObject Describe(string name, FlashRange range) => new()
    {
        ["name"] = name,
        ["start"] = range.Start,
        ["end"] = range.End,
    };

    private static JsonObject Describe(DisableBit bit) => new()
    {
        ["name"] = bit.Name,
        ["dwordOffset"] = bit.DwordOffset,
        ["strapOffset"] = bit.StrapOffset,
        ["bit"] = bit.Bit,
        ["isSet"] = bit.IsSet,
        ["evidence"] = Node(bit.Evidence),
    };

    private static JsonObject Describe(IfwiLayout ifwi) => new()
    {
        ["version"] = ifwi.Version,
        ["isRedundant"] = ifwi.IsRedundant,
        ["checksumValid"] = ifwi.ChecksumValid,
        ["areas"] = Array(ifwi.Areas, area => Describe(area.Name, area.Range)),
        ["tables"] = Array(ifwi.Tables, table => new JsonObject
        {
            ["start"] = table.Range.Start,
            ["version"] = table.Version,
            ["isRecovery"] = table.IsRecovery,
            ["isSecondary"] = table.IsSecondary,
            ["checksumValid"] = table.ChecksumValid,
            ["partitions"] = Array(table.Partitions, partition => new JsonObject
            {
                ["name"] = partition.Name,
                ["type"] = partition.Type,
                ["start"] = partition.Range.Start,
                ["end"] = partition.Range.End,
            }),
        }),
    };

    private static JsonObject Describe(FlashDescriptor descriptor) => new()
    {
        ["version"] = descriptor.Version,
        ["pch"] = Node(descriptor.Pch),
        ["components"] = Array(descriptor.Components, length => JsonValue.Create(length)),
        ["regions"] = Array(descriptor.Regions, region => new JsonObject
        {
            ["number"] = region.Number,
            ["name"] = region.Name,
            ["start"] = region.Range.Start,
            ["end"] = region.Range.End,
        }),
        ["masters"] = Node(descriptor.Masters),
    };

    private static JsonObject Describe(MeFirmware me, byte[] image)
    {
        var present = me.PresentModules(image);
        Manifest manifest = me.Code.Manifest;
        return new JsonObject
        {
            ["family"] = Node(me.Family),
            ["generation"] = (int)me.Generation,
            ["version"] = me.Version.ToString(),
            ["start"] = me.Region.Start,
            ["end"] = me.Region.End,
            ["sku"] = me.Sku.Text,
            ["amtCapable"] = me.Sku.AmtCapable,
            ["alreadyNeutralized"] = me.AlreadyNeutralized,
            ["hashesDescriptor"] = me.HashesDescriptor,
            ["signature"] = Node(manifest.Signature),
            ["scheme"] = Node(manifest.Scheme),
            ["key"] = manifest.Key?.Name,
            ["keyFingerprint"] = manifest.KeyFingerprint,
            ["ifwi"] = me.Ifwi is { } ifwi ? Describe(ifwi) : null,
            ["partitions"] = Array(me.Table.Partitions, partition => new JsonObject
            {
                ["name"] = partition.Name,
                ["kind"] = Node(partition.Kind),
                ["start"] = partition.Range?.Start,
                ["end"] = partition.Range?.End,
            }),
            ["modules"] = Array(me.Code.Modules, module => new JsonObject
            {
                ["name"] = module.Name,
                ["compression"] = Node(module.Compression),
                ["storedLength"] = module.StoredLength,
                ["isKept"] = module.IsKept,
                ["isPresent"] = present.Contains(module),
            }),
        };
    }
}
