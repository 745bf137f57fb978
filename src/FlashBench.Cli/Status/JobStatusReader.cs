using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace FlashBench.Cli.Status;

/// <summary>Reads from journal.jsonl where a job stood, tolerating an end that a crash has torn.</summary>
/// <remarks>
/// A line is one JSON object with at least `seq`, `type` and `data`. Reading stops at the first complete line that is
/// not one: what follows damage is not believed. This is for the operator's eyes; evidence is judged by
/// `certificate verify`, which also checks the chain.
/// </remarks>
public static class JobStatusReader
{
    /// <summary>Longest accepted line in bytes; a longer one is damage.</summary>
    public const int LineBytesMax = 4 << 20;

    /// <summary>Reads a journal from its start.</summary>
    /// <param name="journal">The file; may grow while it is read.</param>
    /// <param name="cancel">Honoured between two reads.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task<JobStatus> ReadAsync(Stream journal, CancellationToken cancel)
    {
        var options = new StreamPipeReaderOptions(bufferSize: 64 << 10, leaveOpen: true);
        PipeReader pipe = PipeReader.Create(journal, options);
        var status = new JobStatus();
        while (status.DamagedLine is null)
        {
            ReadResult read = await pipe.ReadAsync(cancel);
            ReadOnlySequence<byte> rest = read.Buffer;
            while (status.DamagedLine is null && TryTakeLine(ref rest, out ReadOnlySequence<byte> line))
                status = Apply(status, line);

            if (status.DamagedLine is null && rest.Length > LineBytesMax)
                status = Damaged(status);
            else if (read.IsCompleted)
                return status with { Torn = status.DamagedLine is null && rest.Length > 0 };
            pipe.AdvanceTo(rest.Start, rest.End);
        }
        return status;
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> rest, out ReadOnlySequence<byte> line)
    {
        SequencePosition? end = rest.PositionOf((byte)'\n');
        line = end is { } found ? rest.Slice(0, found) : default;
        if (end is { } position)
            rest = rest.Slice(rest.GetPosition(1, position));
        return end is not null;
    }

    private static JobStatus Apply(JobStatus status, ReadOnlySequence<byte> line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            bool follows = root.GetProperty("seq").GetInt64() == status.Records;
            string type = root.GetProperty("type").GetString() ?? "";
            JobStatus next = Apply(status, type, root.GetProperty("data"));
            return follows ? next with { Records = status.Records + 1 } : Damaged(status);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return Damaged(status);
        }
    }

    private static JobStatus Apply(JobStatus status, string type, JsonElement data)
    {
        JobStatus next = status.Stage == JobStage.Empty ? status with { Stage = JobStage.Unfinished } : status;
        return type switch
        {
            "job.start" => next with
            {
                Job = Text(data, "job"),
                Bench = Text(data, "bench"),
                Dut = Text(data, "dut"),
                Simulated = data.GetProperty("simulated").GetBoolean(),
            },
            "phase.begin" => next with
            {
                Phase = Text(data, "name"),
                PhaseNumber = data.GetProperty("number").GetInt32(),
                PhaseCount = data.GetProperty("count").GetInt32(),
                PhaseOpen = true,
            },
            "phase.end" => Judged(next, data) with { PhaseOpen = false },
            "dirty" => next with { Stage = JobStage.Dirty },
            "clean" => next with { Stage = JobStage.Unfinished },
            "verdict" => Decided(Judged(next, data), data),
            _ => next,
        };
    }

    private static JobStatus Judged(JobStatus status, JsonElement data) =>
        status with { Verdict = Text(data, "verdict"), Reason = Text(data, "reason") };

    // A verdict does not make a half-written chip whole.
    private static JobStatus Decided(JobStatus status, JsonElement data) => status with
    {
        Level = Text(data, "level"),
        Stage = status.Stage == JobStage.Dirty ? JobStage.Dirty : JobStage.Finished,
    };

    private static JobStatus Damaged(JobStatus status) => status with { DamagedLine = status.Records + 1 };

    private static string Text(JsonElement data, string name) => data.GetProperty(name).GetString() ?? "";
}
