using System.Text.Json.Serialization;

namespace FlashBench.Bench.Fleet;

/// <summary>How far a bench is trusted, apart from what it does at the moment. The words mean what they mean in LAVA.
/// </summary>
[JsonConverter(typeof(EnumNameConverter<BenchHealth>))]
public enum BenchHealth
{
    /// <summary>Works: a health check passed, or somebody says so. Takes jobs.</summary>
    Good,

    /// <summary>Nothing is known for or against it: new, or given back. Takes jobs.</summary>
    Unknown,

    /// <summary>Runs health checks, one after the other, and no jobs, whatever they show: to provoke a rare fault.
    /// </summary>
    Looping,

    /// <summary>Failed a health check or too many jobs in a row. Takes no jobs; a health check that passes ends it.
    /// </summary>
    Bad,

    /// <summary>Somebody works on it, or has to. Takes nothing until somebody says otherwise.</summary>
    Maintenance,

    /// <summary>Not in use any more. Takes nothing until somebody says otherwise.</summary>
    Retired,
}

/// <summary>What can change the health of a bench.</summary>
public enum HealthEvent
{
    /// <summary>A job showed that the bench works: PASS, or a FAIL of the board.</summary>
    JobWorked,

    /// <summary>A job ended by the bench's fault.</summary>
    JobFailed,

    /// <summary>A job ended by a bug of the program: the bench is held until somebody has looked.</summary>
    Bug,

    /// <summary>A health check passed.</summary>
    CheckPassed,

    /// <summary>A health check did not pass.</summary>
    CheckFailed,

    /// <summary>Somebody says that it works.</summary>
    SetGood,

    /// <summary>Somebody gives it back without saying that it works.</summary>
    SetUnknown,

    /// <summary>Somebody wants health checks only.</summary>
    SetLooping,

    /// <summary>Somebody takes it out.</summary>
    SetMaintenance,

    /// <summary>Somebody takes it out for good.</summary>
    SetRetired,
}

/// <summary>The health of a bench, and whence it is.</summary>
/// <param name="Health">The health.</param>
/// <param name="Reason">Why, in a sentence without a full stop; text of a person, so hostile.</param>
/// <param name="Since">Since when; by the calendar of the host.</param>
/// <param name="By">Who said so: a person's name, or "flashbench".</param>
/// <param name="Failures">Jobs in a row that ended by the bench's fault.</param>
public sealed record HealthRecord(BenchHealth Health, string Reason, DateTimeOffset Since, string By, int Failures)
{
    /// <summary>Who changes health when no person does.</summary>
    public const string Program = "flashbench";

    /// <summary>Of a bench of which nothing was ever noted.</summary>
    public static HealthRecord New { get; } = new(
        BenchHealth.Unknown, "nothing is known of it yet", DateTimeOffset.UnixEpoch, Program, 0);

    /// <summary>True if the bench is in the pool.</summary>
    public bool TakesJobs => Health is BenchHealth.Good or BenchHealth.Unknown;

    /// <summary>True if a health check may run on it.</summary>
    public bool TakesChecks => Health is not (BenchHealth.Maintenance or BenchHealth.Retired);

    /// <summary>"bad since 2026-03-01 08:00:00Z: three jobs failed (by flashbench)".</summary>
    public override string ToString() => Since == DateTimeOffset.UnixEpoch
        ? $"{NameOf(Health)}: {Reason}"
        : string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{NameOf(Health)} since {Since:yyyy-MM-dd HH:mm:ss}Z: {Reason} (by {By})");

    /// <summary>"good" ... "retired".</summary>
    public static string NameOf(BenchHealth health) => health.ToString().ToLowerInvariant();
}
