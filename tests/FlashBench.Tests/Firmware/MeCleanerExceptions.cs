using System.Text.Json;

namespace FlashBench.Tests.Firmware;

/// <summary>Where our result is not me_cleaner's, and why: the data file MeCleanerExceptions.json.</summary>
/// <remarks>An entry names the image, the option sets ("*" for all that have no entry of their own and differ), the
/// reason (a defect number of the reference's section 2.2, or a rule of ours), and what ours is: a refusal, or the hash
/// of each output.</remarks>
internal sealed class MeCleanerExceptions
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    private readonly Entry[] _entries;

    private MeCleanerExceptions(Entry[] entries) => _entries = entries;

    /// <summary>The images that have entries.</summary>
    public IEnumerable<string> Ids => _entries.Select(e => e.Image).Distinct();

    public static MeCleanerExceptions Load()
    {
        using Stream file = File.OpenRead(
            ProjectTree.PathOf("tests", "FlashBench.Tests", "Firmware", "MeCleanerExceptions.json"));
        return new(JsonSerializer.Deserialize<Entry[]>(file, Strict)!);
    }

    /// <summary>The entry for an image and a set, or null.</summary>
    public Entry? Find(string image, string set) =>
        _entries.FirstOrDefault(e => e.Image == image && e.Sets.Contains(set)) ??
        _entries.FirstOrDefault(e => e.Image == image && e.Sets.Contains("*"));

    /// <param name="Image">Id of the image.</param>
    /// <param name="Sets">Names of option sets.</param>
    /// <param name="Reason">Why ours differs.</param>
    /// <param name="Refused">Part of our refusal, or null when ours has outputs.</param>
    /// <param name="Outputs">SHA-256 of each of our outputs.</param>
    internal sealed record Entry(
        string Image, string[] Sets, string Reason, string? Refused = null,
        IReadOnlyDictionary<string, string>? Outputs = null)
    {
        /// <summary>What is not as the entry says, or null.</summary>
        public string? Mismatch(string? refusal, IReadOnlyDictionary<string, string> outputs)
        {
            if (Refused is not null)
            {
                return refusal?.Contains(Refused, StringComparison.Ordinal) == true
                    ? null
                    : $"should be refused ({Refused}), but: {refusal ?? "it was done"}";
            }

            return refusal is not null ? $"should be done, but was refused: {refusal}"
                : outputs.OrderBy(o => o.Key, StringComparer.Ordinal)
                    .SequenceEqual(Outputs!.OrderBy(o => o.Key, StringComparer.Ordinal)) ? null
                : $"is neither me_cleaner's result nor ours: {JsonSerializer.Serialize(outputs)}";
        }
    }
}
