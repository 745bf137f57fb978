using System.Text.Json;

namespace FlashBench.Simulation.Faults;

/// <summary>A fault plan is not one.</summary>
/// <param name="message">What is wrong, as a sentence without a full stop.</param>
public sealed class FaultPlanException(string message) : Exception(message);

/// <summary>The JSON form of fault plans (docs/faults.md).</summary>
public static class FaultPlanJson
{
    /// <summary>Largest file that is read, in bytes.</summary>
    public const int BytesMax = 64 * 1024;

    private const int Version = 1, NameShownMax = 40;

    /// <summary>Writes a plan; equal plans give equal bytes.</summary>
    public static byte[] Write(FaultPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteNumber("seed", plan.Seed);
            json.WriteStartArray("faults");
            foreach (PlannedFault fault in plan.Faults)
            {
                json.WriteStartObject();
                json.WriteString("kind", fault.Kind.Name);
                for (int i = 0; i < fault.Values.Count; i++)
                    json.WriteNumber(fault.Kind.Fields[i].Name, fault.Values[i]);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>Reads a plan.</summary>
    /// <param name="json">At most <see cref="BytesMax"/> bytes.</param>
    /// <exception cref="FaultPlanException">It is none.</exception>
    public static FaultPlan Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > BytesMax)
            throw new FaultPlanException($"a fault plan has at most {BytesMax} bytes");
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            return Plan(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new FaultPlanException($"a fault plan is JSON, and line {e.LineNumber + 1} is not");
        }
        catch (InvalidOperationException) // half of a surrogate pair in a name
        {
            throw new FaultPlanException("a fault plan is JSON in UTF-8");
        }
    }

    private static FaultPlan Plan(JsonElement root)
    {
        Dictionary<string, JsonElement> members = Members(root, "the plan", "version", "seed", "faults");
        if (Number(members, "the plan", new FaultField("version", 0, int.MaxValue)) != Version)
            throw new FaultPlanException($"this program reads fault plans of version {Version}");
        long seed = members.ContainsKey("seed")
            ? Number(members, "the plan", new FaultField("seed", int.MinValue, int.MaxValue))
            : 0;
        if (!members.TryGetValue("faults", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
            throw new FaultPlanException("a fault plan has an array \"faults\"");
        if (list.GetArrayLength() > FaultPlan.FaultsMax)
            throw new FaultPlanException($"a fault plan has at most {FaultPlan.FaultsMax} faults");
        var faults = new List<PlannedFault>();
        foreach (JsonElement item in list.EnumerateArray())
            faults.Add(Fault(item, $"fault {faults.Count + 1}", faults));
        return new FaultPlan((int)seed, faults);
    }

    private static PlannedFault Fault(JsonElement item, string where, List<PlannedFault> before)
    {
        string? name = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("kind", out JsonElement named)
            && named.ValueKind == JsonValueKind.String ? named.GetString() : null;
        if (name is null)
            throw new FaultPlanException($"{where} has no \"kind\"");
        FaultKind kind = FaultKinds.Find(name)
            ?? throw new FaultPlanException($"{where}: no kind of fault is called \"{Shown(name)}\"");
        if (!kind.Repeats && before.Exists(fault => fault.Kind == kind))
            throw new FaultPlanException($"{where}: a plan has at most one {kind.Name}");
        Dictionary<string, JsonElement> members =
            Members(item, where, [.. kind.Fields.Select(field => field.Name), "kind"]);
        return new PlannedFault(kind, [.. kind.Fields.Select(field => Number(members, where, field))]);
    }

    private static Dictionary<string, JsonElement> Members(JsonElement item, string where, params string[] known)
    {
        if (item.ValueKind != JsonValueKind.Object)
            throw new FaultPlanException($"{where} is no object");
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (JsonProperty member in item.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                string list = string.Join(", ", known);
                throw new FaultPlanException($"{where}: \"{Shown(member.Name)}\" is none of {list}");
            }

            if (!members.TryAdd(member.Name, member.Value))
                throw new FaultPlanException($"{where}: \"{member.Name}\" is there twice");
        }

        return members;
    }

    private static long Number(Dictionary<string, JsonElement> members, string where, FaultField field)
    {
        if (!members.TryGetValue(field.Name, out JsonElement value))
            throw new FaultPlanException($"{where}: \"{field.Name}\" is missing");
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out long number) || number < field.Min
            || number > field.Max)
        {
            throw new FaultPlanException(
                $"{where}: \"{field.Name}\" must be a whole number from {field.Min} to {field.Max}");
        }

        return number;
    }

    private static string Shown(string text) => string.Concat(
        text.Take(NameShownMax).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}
