using System.Text.Json;
using System.Text.Json.Serialization;
using FlashBench.Bench.Runs;

namespace FlashBench.Bench.Live;

/// <summary>One thing that happened in a run of many jobs, for whoever looks on; one line of `events.jsonl`.</summary>
/// <remarks>
/// It decides nothing and proves nothing: `run.jsonl` and the journals are the truth, and what can be lost here
/// (progress, notes) stands nowhere else. A row is a bench, or whatever else a run shows a line for.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(RunOpened), "run.open")]
[JsonDerivedType(typeof(RunLine), "run")]
[JsonDerivedType(typeof(RowOpened), "row.open")]
[JsonDerivedType(typeof(JobBegun), "job.begin")]
[JsonDerivedType(typeof(JobEnded), "job.end")]
[JsonDerivedType(typeof(RowEnded), "row.end")]
[JsonDerivedType(typeof(RunStopping), "run.stop")]
[JsonDerivedType(typeof(RunEnded), "run.end")]
[JsonDerivedType(typeof(Waiting), "wait")]
[JsonDerivedType(typeof(PhaseBegun), "phase.begin")]
[JsonDerivedType(typeof(Progress), "progress")]
[JsonDerivedType(typeof(PhaseEnded), "phase.end")]
[JsonDerivedType(typeof(Note), "note")]
[JsonDerivedType(typeof(Warning), "warning")]
[JsonDerivedType(typeof(Missed), "missed")]
[JsonDerivedType(typeof(Full), "full")]
public abstract record LiveEvent
{
    /// <summary>From 1, without a hole; 0 while it is not in the file.</summary>
    [JsonPropertyOrder(-3)]
    public long Seq { get; init; }

    /// <summary>When, by the display clock of the run's benches.</summary>
    [JsonPropertyOrder(-2)]
    public DateTimeOffset At { get; init; }

    /// <summary>The row that it is about, a bench's id in a soak; null if it is about all.</summary>
    [JsonPropertyOrder(-1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Row { get; init; }

    /// <summary>True for what a reader can do without: it is dropped when nobody takes it fast enough.</summary>
    [JsonIgnore]
    public bool MayBeDropped => this is Progress or Note;

    /// <summary>The event as its line in the file, without the line's end.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, LiveEventContext.Default.LiveEvent);

    /// <summary>A run begins that has no `run.start`.</summary>
    /// <param name="Run">Run id.</param>
    /// <param name="Work">What it does, one word.</param>
    /// <param name="UntilUtc">When it must have ended; null for no deadline.</param>
    public sealed record RunOpened(string Run, string Work, DateTimeOffset? UntilUtc) : LiveEvent;

    /// <summary>A line was appended to `run.jsonl`, and is on disk.</summary>
    /// <param name="Line">The line.</param>
    public sealed record RunLine(RunEvent Line) : LiveEvent;

    /// <summary>What is known of a row before its first job; a row that was not there appears.</summary>
    /// <param name="Label">Serial of the board, or its profile; empty for none.</param>
    /// <param name="Health">Health of the bench in lower case; empty if it has none.</param>
    /// <param name="Jobs">How many jobs are planned; null if that is open.</param>
    /// <param name="JobSeconds">What one job takes by estimate; null if unknown.</param>
    public sealed record RowOpened(string Label, string Health, int? Jobs, double? JobSeconds) : LiveEvent;

    /// <summary>A job begins on a row.</summary>
    /// <param name="Number">From 1; 0 for one that is not counted.</param>
    /// <param name="What">What is done, for people; may be empty.</param>
    public sealed record JobBegun(int Number, string What) : LiveEvent;

    /// <summary>The job of a row has ended.</summary>
    /// <param name="Verdict">How.</param>
    /// <param name="Reason">Why; empty for a PASS.</param>
    /// <param name="Seconds">Bench time that it took.</param>
    public sealed record JobEnded(Verdict Verdict, string Reason, double Seconds) : LiveEvent
    {
        /// <summary>True if it was not the first attempt.</summary>
        public bool Again { get; init; }
    }

    /// <summary>A row does no further job.</summary>
    /// <param name="Why">A sentence without a full stop.</param>
    /// <param name="NeedsHands">True if a person must look after it.</param>
    public sealed record RowEnded(string Why, bool NeedsHands) : LiveEvent;

    /// <summary>No further job begins.</summary>
    /// <param name="Why">A sentence without a full stop.</param>
    public sealed record RunStopping(string Why) : LiveEvent;

    /// <summary>A run without `run.end` has ended.</summary>
    public sealed record RunEnded : LiveEvent;

    /// <summary>A phase cannot begin yet.</summary>
    /// <param name="Phase">Its name.</param>
    /// <param name="For">What it waits for, and who has it.</param>
    public sealed record Waiting(string Phase, string For) : LiveEvent;

    /// <summary>A phase of the row's job begins.</summary>
    /// <param name="Number">From 1.</param>
    /// <param name="Count">Phases of the job.</param>
    /// <param name="Name">Its name.</param>
    public sealed record PhaseBegun(int Number, int Count, string Name) : LiveEvent;

    /// <summary>The phase goes on. Thinned: not every one that happened is in the file.</summary>
    /// <param name="Phase">Its name.</param>
    /// <param name="Done">Finished part, in <paramref name="Unit"/>.</param>
    /// <param name="Total">The whole; 0 if unknown.</param>
    /// <param name="Unit">"bytes", "s" for the seconds of a watch, or a plural noun.</param>
    /// <param name="ElapsedSeconds">Bench time since the phase, or its part, began.</param>
    public sealed record Progress(string Phase, long Done, long Total, string Unit, double ElapsedSeconds) : LiveEvent
    {
        /// <summary>Seconds since the board's last sign of life; null without one in this boot.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public double? HeartbeatSeconds { get; init; }

        /// <summary>Main rail in millivolts; null outside of a boot.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public int? Millivolts { get; init; }

        /// <summary>Supply current in milliamps; null outside of a boot.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public int? Milliamps { get; init; }

        /// <summary>The last line of the console in this boot, as it came; null for none.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Console { get; init; }
    }

    /// <summary>The phase ended.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Verdict">How.</param>
    /// <param name="Reason">Why; may be empty.</param>
    public sealed record PhaseEnded(string Name, Verdict Verdict, string Reason) : LiveEvent;

    /// <summary>One line worth reading.</summary>
    /// <param name="Text">The line.</param>
    public sealed record Note(string Text) : LiveEvent;

    /// <summary>Something went wrong that stops nothing.</summary>
    /// <param name="Text">A sentence.</param>
    public sealed record Warning(string Text) : LiveEvent;

    /// <summary>Progress and notes that happened before this and are not in the file: the disk was too slow.</summary>
    /// <param name="Count">How many.</param>
    public sealed record Missed(long Count) : LiveEvent;

    /// <summary>Last line of a file that reached its greatest size; `run.jsonl` goes on.</summary>
    public sealed record Full : LiveEvent;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(LiveEvent))]
internal sealed partial class LiveEventContext : JsonSerializerContext;
