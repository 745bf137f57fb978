using FlashBench.Bench.Jobs;

namespace FlashBench.Bench.Live;

/// <summary>Puts what the jobs of one row say into the stream; the thread of the row calls it.</summary>
/// <remarks>Of progress it passes on four values a second of real time: a job may report as often as it likes, and a
/// value that is dropped costs one look at the clock.</remarks>
public sealed class RowEvents
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private readonly EventFeed _stream;
    private readonly string _row;
    private readonly long _paceTicks;
    private long _dueAt;

    internal RowEvents(EventFeed stream, string row)
    {
        (_stream, _row) = (stream, row);
        _paceTicks = (long)(Pace.TotalSeconds * stream.Display.TimestampFrequency);
    }

    /// <summary>Listens to a job.</summary>
    public void Hear(JobEvent happened)
    {
        switch (happened)
        {
            case JobEvent.Progress progress:
                OnProgress(progress);
                break;
            case JobEvent.PhaseStarted(int number, int count, string name):
                _dueAt = 0;
                _stream.Publish(new LiveEvent.PhaseBegun(number, count, name) { Row = _row });
                break;
            case JobEvent.PhaseEnded(string name, var verdict, string reason):
                _stream.Publish(new LiveEvent.PhaseEnded(name, verdict, reason) { Row = _row });
                break;
            case JobEvent.Waiting(string phase, var wait):
                _stream.Publish(new LiveEvent.Waiting(phase, wait.ToString()) { Row = _row });
                break;
            case JobEvent.Note(string text):
                _stream.Publish(new LiveEvent.Note(text) { Row = _row });
                break;
        }
    }

    private void OnProgress(JobEvent.Progress progress)
    {
        long now = _stream.Display.GetTimestamp();
        if (now < _dueAt)
            return;
        _dueAt = now + _paceTicks;
        BoardVitals? board = progress.Board?.Invoke();
        _stream.Publish(new LiveEvent.Progress(
            progress.Phase, progress.Done, progress.Total, progress.Unit, Math.Round(progress.Elapsed.TotalSeconds, 3))
        {
            Row = _row,
            HeartbeatSeconds = board?.SignAge is { } age ? Math.Round(age.TotalSeconds, 1) : null,
            Millivolts = board?.Millivolts,
            Milliamps = board?.Milliamps,
            Console = board?.ConsoleLine,
        });
    }
}
