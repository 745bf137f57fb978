using System.Text;
using System.Text.RegularExpressions;
using FlashBench.Hardware.Power.Lines;

namespace FlashBench.Hardware.Power.Sensors;

/// <summary>A meter that prints readings on a serial port, line by line, whenever it likes.</summary>
/// <remarks>
/// Whatever the port delivers is bounded: a line that is too long is skipped, the pattern runs without backtracking,
/// and only the latest reading is kept.
/// </remarks>
internal sealed class MeterQuantity : IQuantity, IAsyncDisposable
{
    private const int LineBytesMax = 256, PatternLengthMax = 256;

    private readonly QuantitySpec.Meter _spec;
    private readonly TimeProvider _time;
    private readonly Stream _line;
    private readonly Regex _pattern;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Task _reading;
    private (int Value, long At)? _latest;
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _gone;

    /// <summary>Listens to a meter.</summary>
    /// <param name="spec">Pattern, scale, freshness.</param>
    /// <param name="line">Its serial port; belongs to this from now on.</param>
    /// <param name="description">What and where.</param>
    /// <param name="time">For freshness.</param>
    public MeterQuantity(QuantitySpec.Meter spec, Stream line, string description, TimeProvider time)
    {
        (_spec, _line, _time, Description) = (spec, line, time, description);
        _pattern = PatternOf(spec);
        _reading = ListenAsync();
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public bool IsSimulated { get; init; }

    /// <summary>Reads the pattern; it must have a group "value".</summary>
    /// <exception cref="PowerException">It is no pattern for a meter.</exception>
    public static Regex PatternOf(QuantitySpec.Meter spec)
    {
        try
        {
            if (spec.Pattern.Length > PatternLengthMax)
                throw new PowerException($"the meter's pattern is longer than {PatternLengthMax} characters");
            var pattern = new Regex(spec.Pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            return pattern.GetGroupNames().Contains("value", StringComparer.Ordinal)
                ? pattern
                : throw new PowerException("the meter's pattern has no group \"value\"");
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new PowerException($"the meter's pattern cannot be used: {PartFailure.Plain(e.Message)}", e);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Waits for a reading as long as one may be old.</remarks>
    public async ValueTask<int> MeasureAsync(CancellationToken cancel)
    {
        long began = _time.GetTimestamp();
        while (true)
        {
            Task arrived;
            lock (_gate)
            {
                if (_gone is not null)
                    throw new PowerException($"{Description} is gone: {_gone}") { IsPartGone = true };
                if (_latest is { } latest && _time.GetElapsedTime(latest.At) <= _spec.FreshFor)
                    return latest.Value;
                arrived = _arrived.Task;
            }

            TimeSpan left = _spec.FreshFor - _time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
                throw Silent();
            try
            {
                await arrived.WaitAsync(left, _time, cancel);
            }
            catch (TimeoutException)
            {
                throw Silent();
            }
        }
    }

    /// <summary>Stops to listen.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        await _line.DisposeAsync();
        _stop.Dispose();
    }

    private PowerException Silent() =>
        new($"{Description} has printed no reading for {_spec.FreshFor.TotalSeconds:0.###} s");

    private async Task ListenAsync()
    {
        byte[] buffer = new byte[LineBytesMax];
        int length = 0;
        bool tooLong = false;
        try
        {
            while (true)
            {
                int count = await _line.ReadAsync(buffer.AsMemory(length), _stop.Token);
                if (count == 0)
                    break;
                length = TakeLines(buffer, length + count, ref tooLong);
            }

            End("it was unplugged");
        }
        catch (IOException failure)
        {
            End(PartFailure.Plain(failure.Message));
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    // Returns how much of an unfinished line stays at the start of the buffer.
    private int TakeLines(byte[] buffer, int length, ref bool tooLong)
    {
        int start = 0;
        while (Array.IndexOf(buffer, (byte)'\n', start, length - start) is >= 0 and int end)
        {
            if (!tooLong)
                Take(buffer.AsSpan(start, end - start));
            (start, tooLong) = (end + 1, false);
        }

        int left = length - start;
        if (left == buffer.Length)
            (left, tooLong) = (0, true);
        buffer.AsSpan(start, left).CopyTo(buffer);
        return left;
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        Match match = _pattern.Match(Encoding.Latin1.GetString(line).TrimEnd('\r'));
        if (!match.Success || Reading.Parse(match.Groups["value"].Value, _spec.Scale) is not { } value)
            return;
        lock (_gate)
        {
            _latest = (value, _time.GetTimestamp());
            Announce();
        }
    }

    private void End(string why)
    {
        lock (_gate)
        {
            _gone = why;
            Announce();
        }
    }

    private void Announce()
    {
        _arrived.TrySetResult();
        _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
