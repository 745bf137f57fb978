using System.Diagnostics.Metrics;
using System.Globalization;
using FlashBench.Bench.Journal;

namespace FlashBench.Cli.Diagnostics;

/// <summary>What the program measures of itself, for `scripts/scale`: the delays of <see cref="JournalMeter"/> and the
/// managed heap, into the file that <see cref="Variable"/> names. Without the variable nothing is measured.</summary>
/// <remarks>Takes the same memory however long it runs: delays are counted in classes of
/// <see cref="ClassMilliseconds"/>.</remarks>
internal sealed class ProcessFigures : IDisposable
{
    /// <summary>Names the file.</summary>
    public const string Variable = "FLASHBENCH_FIGURES";

    /// <summary>Width of a class of delays.</summary>
    public const double ClassMilliseconds = 0.1;

    private const int Classes = 100_000; // up to 10 s; what is longer counts as that, and as the longest
    private const double BytesPerMiB = 1 << 20;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Delays> _delays = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly StreamWriter _file;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly ITimer _timer;
    private bool _ended;

    private ProcessFigures(string path, TimeProvider time)
    {
        _file = new StreamWriter(path);
        (_time, _began) = (time, time.GetTimestamp());
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == JournalMeter.Name)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Count(instrument.Name, value));
        _listener.Start();
        _timer = time.CreateTimer(_ => WriteHeap(), null, TimeSpan.Zero, Interval);
    }

    /// <summary>Begins to measure, if that is asked for.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static ProcessFigures? FromEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path
            ? new ProcessFigures(path, TimeProvider.System)
            : null;

    /// <summary>Ends, and writes the delays down: a line each, "name count p50 p99 max", in milliseconds.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        _timer.Dispose();
        lock (_gate)
        {
            _ended = true;
            foreach ((string name, Delays delays) in _delays)
            {
                _file.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name} {delays.Count} {delays.Percentile(50):0.0} {delays.Percentile(99):0.0} {delays.Max:0.0}"));
            }

            _file.Dispose();
        }
    }

    private void Count(string name, double milliseconds)
    {
        lock (_gate)
        {
            if (!_delays.TryGetValue(name, out Delays? delays))
                _delays[name] = delays = new Delays();
            delays.Add(milliseconds);
        }
    }

    // As the last collection left it: what is garbage does not count.
    private void WriteHeap()
    {
        double heap = GC.GetGCMemoryInfo().HeapSizeBytes / BytesPerMiB;
        lock (_gate)
        {
            if (_ended)
                return;
            _file.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"heap {_time.GetElapsedTime(_began).TotalSeconds:0} {heap:0.0}"));
            _file.Flush();
        }
    }

    private sealed class Delays
    {
        private readonly int[] _classes = new int[Classes + 1];

        public int Count { get; private set; }

        public double Max { get; private set; }

        public void Add(double milliseconds)
        {
            _classes[(int)Math.Clamp(milliseconds / ClassMilliseconds, 0, Classes)]++;
            Count++;
            Max = Math.Max(Max, milliseconds);
        }

        // Upper edge of its class.
        public double Percentile(double percent)
        {
            long left = (long)Math.Ceiling(percent / 100 * Count);
            int at = 0;
            while (at < Classes && (left -= _classes[at]) > 0)
                at++;
            return Math.Min(Max, (at + 1) * ClassMilliseconds);
        }
    }
}
