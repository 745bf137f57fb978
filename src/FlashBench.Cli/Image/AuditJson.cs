using System.Text.Json;
using System.Text.Json.Serialization;
using FlashBench.Firmware.Audit;

namespace FlashBench.Cli.Image;

/// <summary>An audit as one line of JSON.</summary>
internal static class AuditJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The audit.</summary>
    public static string Of(ImageFile file, ImageAudit audit) => JsonSerializer.Serialize(
        new
        {
            File = file.Path,
            file.Sha256,
            Me = audit.Image.Me?.Title,
            Edition = audit.Image.Me?.Sku.Text,
            audit.Work,
            Amt = new { audit.Amt.Verdict, audit.Amt.Processor, audit.Amt.Network, audit.Amt.Firmware },
            Locks = new
            {
                audit.Locks.State,
                audit.Locks.Sentence,
                Masters = audit.Locks.Masters.Select(m => new
                {
                    m.Access.Name,
                    m.Access.Read,
                    m.Access.Write,
                    Word = $"0x{m.Word:X8}",
                    m.State,
                    TypicalLocked = m.Typical,
                }),
            },
            audit.Manufacturing,
            Fuses = audit.Fuses.Items.Select(f => new
            {
                f.Item,
                f.Value,
                f.Meaning,
                f.IsContradictory,
                Readings = f.Readings.Select(r => new { r.Source, r.Value, r.Decides }),
            }),
            FuseNotes = audit.Fuses.Notes,
            audit.BootGuardNotes,
            audit.Rules,
            Refusals = audit.Refusals.Select(r => r.Id),
            audit.Host.Doubts,
        }, Options);
}
