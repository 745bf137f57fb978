using System.Text.Json;
using System.Text.Json.Serialization;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Fleet;

/// <summary>The health of this host's benches, one file each in the state folder.</summary>
/// <remarks>For use by any threads and processes: each change sees the one before.</remarks>
/// <param name="folder">State folder.</param>
/// <param name="calendar">Says when a change is made; the host's, also for virtual benches.</param>
public sealed class HealthStore(string folder, TimeProvider calendar)
{
    /// <summary>Longest reason that is kept, in characters.</summary>
    public const int ReasonLengthMax = 500;

    private const int NameLengthMax = 100;

    /// <summary>The health of a bench.</summary>
    /// <param name="bench">Bench id.</param>
    /// <param name="dirtyJob">The job that left its chip half-written, as <see cref="Jobs.BenchState.DirtyJob"/> says;
    /// null for none. Such a bench is in maintenance until its chip is whole again.</param>
    /// <returns>That of a new bench if nothing was noted; maintenance if its file is damaged, since nobody knows what
    /// it said.</returns>
    public HealthRecord Read(string bench, string? dirtyJob = null)
    {
        HealthRecord noted;
        try
        {
            noted = Parse(GuardedFile.Read(PathOf(bench))) ?? HealthRecord.New;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            noted = Damaged(e.Message.TrimEnd('.'));
        }

        return dirtyJob is null || noted.Health == BenchHealth.Retired ? noted : noted with
        {
            Health = BenchHealth.Maintenance,
            Reason = $"job {dirtyJob} left its chip half-written: resume or restore that job",
            By = HealthRecord.Program,
        };
    }

    /// <summary>Notes what happened; on return that is on disk.</summary>
    /// <param name="bench">Bench id.</param>
    /// <param name="happened">What happened.</param>
    /// <param name="reason">Why, in a sentence without a full stop; cut off after <see cref="ReasonLengthMax"/>.
    /// </param>
    /// <param name="by">Who says so; null for the program itself.</param>
    /// <param name="breakerFailures">policy.breakerFailures.</param>
    /// <returns>The health before and after; the same object if nothing changed, and then nothing is written.</returns>
    /// <exception cref="JournalWriteException">It could not be kept.</exception>
    public (HealthRecord Before, HealthRecord After) Note(
        string bench, HealthEvent happened, string reason, string? by, int breakerFailures)
    {
        ArgumentNullException.ThrowIfNull(reason);
        (HealthRecord Before, HealthRecord After) changed = default;
        GuardedFile.Change(PathOf(bench), found =>
        {
            HealthRecord before = Parse(found) ?? HealthRecord.New;
            HealthRecord after = HealthRules.After(
                before, happened, (Short(reason, ReasonLengthMax), Short(by ?? HealthRecord.Program, NameLengthMax)),
                calendar.GetUtcNow(), breakerFailures);
            changed = (before, after);
            return ReferenceEquals(before, after)
                ? null
                : JsonSerializer.SerializeToUtf8Bytes(HealthFile.Of(after), HealthFileContext.Default.HealthFile);
        });
        return changed;
    }

    private string PathOf(string bench) => Path.Combine(folder, "health", bench + ".json");

    private static HealthRecord? Parse(byte[]? content)
    {
        if (content is null)
            return null;
        try
        {
            HealthFile? file = JsonSerializer.Deserialize(content, HealthFileContext.Default.HealthFile);
            return file is { Version: 1, Failures: >= 0, Reason.Length: > 0 and <= ReasonLengthMax + 100 }
                ? file.ToRecord()
                : Damaged("it is of another version, or incomplete");
        }
        catch (JsonException)
        {
            return Damaged("it is not what this program writes");
        }
    }

    private static HealthRecord Damaged(string why) => new(
        BenchHealth.Maintenance, $"its health file cannot be used ({why}): say anew how it is",
        DateTimeOffset.UnixEpoch, HealthRecord.Program, 0);

    private static string Short(string text, int lengthMax) => text.Length <= lengthMax ? text : text[..lengthMax];
}

/// <summary>A health record as its file has it.</summary>
internal sealed record HealthFile(
    int Version, BenchHealth Health, string Reason, DateTimeOffset Since, string By, int Failures)
{
    public static HealthFile Of(HealthRecord health) =>
        new(1, health.Health, health.Reason, health.Since, health.By, health.Failures);

    public HealthRecord ToRecord() => new(Health, Reason, Since, By, Failures);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(HealthFile))]
internal sealed partial class HealthFileContext : JsonSerializerContext;
