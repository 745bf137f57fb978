using System.Buffers;
using System.Text.Json;
using FlashBench.Bench.Runs;

namespace FlashBench.Bench.Live;

/// <summary>The one ordered stream of what the benches of a run do: `events.jsonl` in the run's folder.</summary>
/// <remarks>
/// <para>Publishing costs a bench one short lock and never waits for a disk, a terminal or a reader: a thread of its
/// own numbers, writes (unsynced) and hands events to <see cref="Ask{T}">the board</see> of this process. Everybody
/// else, the output of this process too, reads the file at its own pace (<see cref="EventTail"/>).</para>
/// <para>Bounded: a queue of <see cref="QueueMax"/> events, beyond which progress and notes are dropped and counted.
/// Other events are few, since each comes after a journal record was synced: a disk that hangs stops them too. Progress
/// of a row stands in the file once a second at first, and half as often after each <see cref="SlowdownBytes"/>.</para>
/// <para>What cannot be written is lost for readers of the file, which changes nothing else (<see cref="Fault"/>).
/// </para>
/// </remarks>
public sealed class EventFeed : IDisposable
{
    /// <summary>File name inside the folder of a run.</summary>
    public const string FileName = "events.jsonl";

    /// <summary>Events that wait to be written before progress is dropped.</summary>
    public const int QueueMax = 8192;

    /// <summary>So many bytes of file double the time between two progress events of one row.</summary>
    public const long SlowdownBytes = 16 << 20;

    /// <summary>The file does not grow beyond this.</summary>
    public const long FileBytesMax = 512 << 20;

    private const int SlowdownsMax = 6; // once a minute

    private static readonly TimeSpan Batch = TimeSpan.FromMilliseconds(50), LastWrites = TimeSpan.FromSeconds(10);

    private readonly Lock _boardGate = new();
    private readonly object _gate = new(); // an object, not a Lock: the writer waits on it
    private readonly LiveBoard _board = new();
    private readonly TimeProvider _bench, _display;
    private readonly Stream? _file;
    private readonly Thread _writer;
    private readonly ManualResetEventSlim _closing = new();
    private readonly Dictionary<string, long> _writtenAt = new(StringComparer.Ordinal); // progress, by row
    private readonly ArrayBufferWriter<byte> _batch = new(64 << 10);
    private readonly Utf8JsonWriter _json;
    private List<LiveEvent> _queue = [];
    private long _missed, _seq, _bytes;
    private bool _full;

    /// <summary>Starts the writer.</summary>
    /// <param name="file">What is written; disposed with the stream. Null to keep the board only.</param>
    /// <param name="bench">The clock of the benches.</param>
    /// <param name="display">Real time; it thins progress.</param>
    /// <param name="written">Number of the last event in the file, and its length in bytes.</param>
    public EventFeed(Stream? file, TimeProvider bench, TimeProvider display, (long Seq, long Bytes) written = default)
    {
        (_file, _bench, _display) = (file, bench, display);
        (_seq, _bytes) = written;
        _json = new Utf8JsonWriter(_batch, new JsonWriterOptions { SkipValidation = true });
        _writer = new Thread(Write)
        {
            Name = "events",
            IsBackground = true,
        };
        _writer.Start();
    }

    /// <summary>Why the file has an end before the run; null while it can be written.</summary>
    public string? Fault { get; private set; }

    /// <summary>Real time, as the display of the run counts it.</summary>
    public TimeProvider Display => _display;

    /// <summary>Opens the file of a run, new or again; one that cannot be opened is done without, see
    /// <see cref="Fault"/>.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="durable">The lines of `run.jsonl` so far: those that the file lacks are written first.</param>
    /// <param name="bench">The clock of the benches.</param>
    /// <param name="display">Real time.</param>
    public static EventFeed Open(
        string folder, IReadOnlyList<RunEvent> durable, TimeProvider bench, TimeProvider display)
    {
        EventFile file = EventFile.Open(Path.Combine(folder, FileName));
        var stream = new EventFeed(file.Stream, bench, display, (file.Seq, file.Bytes))
        {
            Fault = file.Fault,
        };
        stream.Recall(file, durable);
        return stream;
    }

    /// <summary>Publishes an event; any thread, at once.</summary>
    /// <param name="happened">The event; its time is set here if it has none.</param>
    public void Publish(LiveEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        if (happened.At == default)
            happened = happened with { At = _bench.GetUtcNow() };
        lock (_gate)
        {
            if (_queue.Count >= QueueMax && happened.MayBeDropped)
            {
                _missed++;
                return;
            }

            _queue.Add(happened);
            if (_queue.Count == 1)
                Monitor.Pulse(_gate);
        }
    }

    /// <summary>Publishes what was appended to `run.jsonl`.</summary>
    public void Publish(RunEvent appended) => Publish(new LiveEvent.RunLine(appended));

    /// <summary>What the jobs of one row are told to.</summary>
    /// <param name="row">The row.</param>
    public RowEvents Row(string row) => new(this, row);

    /// <summary>Asks the board, as it stands now.</summary>
    /// <param name="question">Must not keep the board.</param>
    public T Ask<T>(Func<LiveBoard, T> question)
    {
        ArgumentNullException.ThrowIfNull(question);
        lock (_boardGate)
            return question(_board);
    }

    /// <summary>Writes what waits, for at most ten seconds, and closes the file.</summary>
    public void Dispose()
    {
        _closing.Set();
        lock (_gate)
            Monitor.Pulse(_gate);
        if (!_writer.Join(LastWrites))
            return; // the disk hangs; the thread ends with the process
        _file?.Dispose();
        _json.Dispose();
        _closing.Dispose();
    }

    // The board knows what happened before; the file gets what a killed process did not write any more.
    private void Recall(EventFile file, IReadOnlyList<RunEvent> durable)
    {
        lock (_boardGate)
        {
            foreach (RunEvent line in durable.Take(file.RunLines))
                _board.Take(new LiveEvent.RunLine(line));
        }

        foreach (RunEvent line in durable.Skip(file.RunLines))
            Publish(line);
    }

    private void Write()
    {
        List<LiveEvent> spare = [];
        while (true)
        {
            lock (_gate)
            {
                while (_queue.Count == 0 && !_closing.IsSet)
                    Monitor.Wait(_gate);
            }

            bool last = _closing.Wait(Batch); // many events, one write
            List<LiveEvent> taken;
            long missed;
            lock (_gate)
            {
                (taken, _queue) = (_queue, spare);
                (missed, _missed) = (_missed, 0);
            }

            if (missed > 0)
                taken.Add(new LiveEvent.Missed(missed) { At = _bench.GetUtcNow() });
            WriteBatch(taken);
            taken.Clear();
            spare = taken;
            if (last)
                return;
        }
    }

    private void WriteBatch(List<LiveEvent> taken)
    {
        lock (_boardGate)
            taken.ForEach(_board.Take);
        if (_file is null || _full || Fault is not null)
            return;
        foreach (LiveEvent happened in taken.Where(IsForFile))
            Add(happened);
        if (_bytes + _batch.WrittenCount > FileBytesMax)
        {
            _full = true;
            Add(new LiveEvent.Full { At = _bench.GetUtcNow() });
        }

        try
        {
            _file.Write(_batch.WrittenSpan);
            _file.Flush();
            _bytes += _batch.WrittenCount;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Fault = e.Message;
        }

        _batch.ResetWrittenCount();
    }

    private void Add(LiveEvent happened)
    {
        _json.Reset(_batch);
        JsonSerializer.Serialize(_json, happened with { Seq = ++_seq }, LiveEventContext.Default.LiveEvent);
        _json.Flush();
        _batch.Write("\n"u8);
    }

    private bool IsForFile(LiveEvent happened)
    {
        if (happened is not LiveEvent.Progress || happened.Row is not { } row)
            return true;
        TimeSpan interval = TimeSpan.FromSeconds(1 << (int)Math.Min(_bytes / SlowdownBytes, SlowdownsMax));
        long now = _display.GetTimestamp();
        if (_writtenAt.TryGetValue(row, out long at) && _display.GetElapsedTime(at, now) < interval)
            return false;
        _writtenAt[row] = now;
        return true;
    }
}
