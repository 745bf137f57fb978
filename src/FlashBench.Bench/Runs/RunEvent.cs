using System.Text.Json;
using System.Text.Json.Serialization;
using FlashBench.Bench.Regress;

namespace FlashBench.Bench.Runs;

/// <summary>One line of `run.jsonl`: what a run of many jobs (a soak or a regression) decided and did.</summary>
/// <remarks>
/// A run is no evidence: each of its jobs has a journal of its own, and every number here is derived from those. What
/// only this log knows is which job came when, on which bench, with which image, and why no further one did. Times are
/// the bench's display clock.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Started), "run.start")]
[JsonDerivedType(typeof(WentOn), "run.resume")]
[JsonDerivedType(typeof(Assigned), "job.begin")]
[JsonDerivedType(typeof(Done), "job.end")]
[JsonDerivedType(typeof(Skipped), "job.skip")]
[JsonDerivedType(typeof(Left), "bench.end")]
[JsonDerivedType(typeof(Stopping), "run.stop")]
[JsonDerivedType(typeof(Ended), "run.end")]
[JsonDerivedType(typeof(Listed), "regress.files")]
[JsonDerivedType(typeof(Settled), "cell.end")]
public abstract partial record RunEvent
{
    /// <summary>The event as its line in the log, without the line's end.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RunEventContext.Default.RunEvent);

    /// <summary>First line: what was asked.</summary>
    /// <param name="Run">Run id; the name of its folder.</param>
    /// <param name="Software">Program name and version.</param>
    /// <param name="Utc">When it began.</param>
    /// <param name="Benches">The benches, in the order of the configuration.</param>
    /// <param name="Images">The images, in the order given; empty for a soak of what each board has.</param>
    /// <param name="Cycles">How often all images go round; null for until the deadline.</param>
    public sealed record Started(
        string Run, string Software, DateTimeOffset Utc, RunBench[] Benches, RunImage[] Images, int? Cycles) : RunEvent
    {
        /// <summary>No job begins that would not end by then; null for none.</summary>
        public DateTimeOffset? UntilUtc { get; init; }

        /// <summary>A job that broke on its bench before its chip was changed is repeated so often.</summary>
        public int Repeats { get; init; }

        /// <summary>True if the first FAIL of any bench ends the run.</summary>
        public bool StopOnFail { get; init; }

        /// <summary>True if the boards keep the last image instead of getting their own back.</summary>
        public bool Leave { get; init; }

        /// <summary>True if virtual chips keep what they held before the run.</summary>
        public bool Keep { get; init; }

        /// <summary>True if virtual benches run in real time.</summary>
        public bool RealTime { get; init; }

        /// <summary>Level that a PASS needs; null for each profile's.</summary>
        public string? Require { get; init; }

        /// <summary>Who runs it; null if not named.</summary>
        public string? Operator { get; init; }

        /// <summary>True if a bench that is unknown or bad must pass a health check before it gets a job.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Check { get; init; }

        /// <summary>An image that did not pass so often in a row on a board is left out there; null for never.
        /// </summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public int? FailuresMax { get; init; }

        /// <summary>What a regression was asked; null for a soak.</summary>
        public RegressOrder? Regress { get; init; }
    }

    /// <summary>The run goes on after its process had ended.</summary>
    /// <param name="Number">1 for the first time.</param>
    /// <param name="Utc">When.</param>
    public sealed record WentOn(int Number, DateTimeOffset Utc) : RunEvent;

    /// <summary>A job is about to begin; written before its directory is made.</summary>
    /// <param name="Bench">Bench id.</param>
    /// <param name="Step">Number of the job on this bench, from 1; a repetition has the number of what it repeats.
    /// </param>
    /// <param name="Cycle">From 1; 0 for a health check, and for the job that puts the board's own image back.</param>
    /// <param name="Image">Index into the images; null if none is put on.</param>
    /// <param name="Attempt">1, or more for a repetition after a broken bench.</param>
    /// <param name="Job">Job id, and name of its directory in the run's folder.</param>
    public sealed record Assigned(string Bench, int Step, int Cycle, int? Image, int Attempt, string Job) : RunEvent
    {
        /// <summary>True for a health check: it counts in no row of the table, and comes before the next job.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Check { get; init; }
    }

    /// <summary>The job has ended: its journal has a decision.</summary>
    /// <param name="Bench">Bench id.</param>
    /// <param name="Step">As in <see cref="Assigned"/>.</param>
    /// <param name="Attempt">As in <see cref="Assigned"/>.</param>
    /// <param name="Digest">What its journal says.</param>
    public sealed record Done(string Bench, int Step, int Attempt, JobDigest Digest) : RunEvent;

    /// <summary>A job of this run is not done.</summary>
    /// <param name="Bench">Bench id.</param>
    /// <param name="Step">As in <see cref="Assigned"/>.</param>
    /// <param name="Why">A sentence without a full stop.</param>
    /// <param name="Utc">When.</param>
    public sealed record Skipped(string Bench, int Step, string Why, DateTimeOffset Utc) : RunEvent;

    /// <summary>A bench does no further job of this run.</summary>
    /// <param name="Bench">Bench id.</param>
    /// <param name="Why">A sentence without a full stop.</param>
    /// <param name="NeedsHands">True if a person must look after it.</param>
    /// <param name="Utc">When.</param>
    public sealed record Left(string Bench, string Why, bool NeedsHands, DateTimeOffset Utc) : RunEvent;

    /// <summary>No further job begins; those that run may end.</summary>
    /// <param name="Why">A sentence without a full stop.</param>
    /// <param name="Utc">When.</param>
    public sealed record Stopping(string Why, DateTimeOffset Utc) : RunEvent;

    /// <summary>Last line: every bench is done.</summary>
    /// <param name="Utc">When.</param>
    public sealed record Ended(DateTimeOffset Utc) : RunEvent;
}

/// <summary>A bench of a run.</summary>
/// <param name="Id">Bench id.</param>
/// <param name="Profile">Id of its board's profile.</param>
/// <param name="Dut">Serial of its board; null if none was named.</param>
/// <param name="Images">The images that its board can get, as indices; empty for a run without images.</param>
public sealed record RunBench(string Id, string Profile, string? Dut, int[] Images)
{
    /// <summary>True if any part of it is simulated: what it shows is no evidence of a real board (rule I7).</summary>
    public bool Simulated { get; init; }
}

/// <summary>An image of a run; the vault holds its bytes.</summary>
/// <param name="Name">What it is called in tables: its file name without folder.</param>
/// <param name="Sha256">Its hash.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Me">Its ME, as in "ME 11.8.60.3561".</param>
public sealed record RunImage(string Name, string Sha256, long SizeBytes, string Me)
{
    /// <summary>How it is neutralized; null for the default policy.</summary>
    public string? Policy { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RunEvent))]
internal sealed partial class RunEventContext : JsonSerializerContext;
