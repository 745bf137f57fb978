using System.Text.Json;
using System.Text.Json.Serialization;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Cli.Image;

/// <summary>The image verbs' results as one line of JSON each.</summary>
internal static class ImageJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The analysis of an image.</summary>
    public static string Inspect(ImageFile file, ImageAnalysis image) => JsonSerializer.Serialize(
        new
        {
            File = file.Path,
            file.Sha256,
            Length = file.Bytes.Length,
            image.Kind,
            image.IsSound,
            Descriptor = image.Descriptor is { } descriptor ? Describe(descriptor) : null,
            DisableBit = image.DisableBit is { } bit
                ? Describe(bit)
                : null,
            DisableCandidates = image.DisableCandidates.Select(c => new
            {
                Platform = c.Platform.Name,
                c.Platform.Title,
                c.Platform.Refusal,
                Bit = c.Bit is { } there ? Describe(there) : null,
            }),
            Me = image.Me is { } me ? Describe(me, file.Bytes) : null,
            image.Findings,
        }, Options);

    /// <summary>The plan for an image.</summary>
    public static string Plan(ImageFile file, ImageAnalysis image, ImagePlan plan)
    {
        var totals = PlanTotals.Of(image, plan);
        return JsonSerializer.Serialize(
            new
            {
                File = file.Path,
                file.Sha256,
                plan.Policy,
                Me = image.Me?.Title,
                Changes = plan.Changes.Select(c => new
                {
                    c.Range.Start,
                    c.Range.End,
                    Rule = c.Rule.Id,
                    c.Rule.Text,
                    c.ChangedBytes,
                    OldSha256 = ImageFile.HashOf(c.Old.Span),
                    NewSha256 = ImageFile.HashOf(c.New.Span),
                }),
                Kept = plan.Kept.Select(k => new { k.Name, k.Range.Start, k.Range.End }),
                plan.ChangedBytes,
                RegionBytesBefore = totals.Before,
                RegionBytesKept = totals.Kept,
                ResultSha256 = ImageFile.HashOf(plan.Apply(file.Bytes)),
            }, Options);
    }

    private static object Describe(DisableBit bit) => new
    {
        bit.Name,
        bit.DwordOffset,
        bit.StrapOffset,
        bit.Bit,
        bit.IsSet,
        bit.Evidence,
    };

    private static object Describe(IfwiLayout ifwi) => new
    {
        ifwi.Version,
        ifwi.IsRedundant,
        ifwi.ChecksumValid,
        Areas = ifwi.Areas.Select(a => new { a.Name, a.Range.Start, a.Range.End }),
        Tables = ifwi.Tables.Select(t => new
        {
            t.Range.Start,
            t.Version,
            t.IsRecovery,
            t.IsSecondary,
            t.ChecksumValid,
            Partitions = t.Partitions.Select(p => new { p.Name, p.Type, p.Range.Start, p.Range.End }),
        }),
    };

    private static object Describe(FlashDescriptor descriptor) => new
    {
        descriptor.Version,
        descriptor.Pch,
        descriptor.Components,
        Regions = descriptor.Regions.Select(r => new { r.Number, r.Name, r.Range.Start, r.Range.End }),
        descriptor.Masters,
    };

    private static object Describe(MeFirmware me, byte[] image)
    {
        var present = me.PresentModules(image);
        return new
        {
            me.Family,
            Generation = (int)me.Generation,
            Version = me.Version.ToString(),
            me.Region.Start,
            me.Region.End,
            Sku = me.Sku.Text,
            me.Sku.AmtCapable,
            me.AlreadyNeutralized,
            me.HashesDescriptor,
            me.Code.Manifest.Signature,
            me.Code.Manifest.Scheme,
            Key = me.Code.Manifest.Key?.Name,
            me.Code.Manifest.KeyFingerprint,
            Ifwi = me.Ifwi is { } ifwi ? Describe(ifwi) : null,
            Partitions = me.Table.Partitions.Select(p => new { p.Name, p.Kind, p.Range?.Start, p.Range?.End }),
            Modules = me.Code.Modules.Select(m => new
            {
                m.Name,
                m.Compression,
                m.StoredLength,
                m.IsKept,
                IsPresent = present.Contains(m),
            }),
        };
    }
}
