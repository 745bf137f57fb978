using System.Numerics;

namespace FlashBench.Hardware.Programmers;

/// <summary>Walks through the frames of a batch and turns them into commands, a chunk at a time.</summary>
/// <remarks>
/// A batch is cut into segments: one up to each pause that is too long for the device, one to the end. A segment ends
/// with a probe and "send immediately"; once the probe is answered, everything before it has been executed.
/// </remarks>
internal sealed class FtdiFrames(
    IReadOnlyList<SpiTransaction> batch, FtdiAdapter adapter, SpiClock clock, FtdiAnswers answers)
{
    /// <summary>Longest pause the device makes by itself; during a longer one the host may do something else.</summary>
    public static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(10);

    private const int StepRoom = 32; // more than any step without data takes
    private const int ReadMin = 2048;
    private const double ReadSeconds = 0.0175; // two such reads are on order: what the host may sleep without harm

    private readonly int _readMax = ReadMaxAt(clock.Hz);
    private int _index, _offset;
    private bool _selected, _cut;
    private double _work;

    /// <summary>True when every frame has been put into a chunk, and the last probe too.</summary>
    public bool AtEnd => SegmentEnded && HostPause == TimeSpan.Zero;

    /// <summary>True if the rest of the batch was given up.</summary>
    public bool IsCut => _cut;

    /// <summary>True when the probe of the segment has been put into a chunk.</summary>
    public bool SegmentEnded { get; private set; }

    /// <summary>The pause the host makes after the segment, because it is too long for the device; or zero.</summary>
    public TimeSpan HostPause { get; private set; }

    /// <summary>True while the rest of the current frame only reads: it can be cut without harm.</summary>
    public bool OnlyReads => _index < batch.Count && _selected && _offset >= batch[_index].Command.Length;

    /// <summary>Bytes of a response that are asked for at once, so that a slow clock can be interrupted too.</summary>
    public static int ReadMaxAt(int hz) => (int)Math.Clamp(
        BitOperations.RoundUpToPowerOf2((uint)(hz / 8 * ReadSeconds)), ReadMin, FtdiProtocol.DataMax);

    /// <summary>Gives up the rest of the batch: what follows only ends the frame.</summary>
    public void Cut() => _cut = true;

    /// <summary>Begins the next segment.</summary>
    public void BeginSegment()
    {
        (SegmentEnded, HostPause, _work) = (false, TimeSpan.Zero, 0);
        answers.Clear();
    }

    /// <summary>Puts into <paramref name="chunk"/> what fits and what may be asked for now.</summary>
    /// <param name="chunk">May stay empty: then answers have to come first.</param>
    /// <param name="probe">The command that ends the segment, if this chunk is its last.</param>
    public void Fill(FtdiChunk chunk, byte probe)
    {
        while (!SegmentEnded && chunk.Free.Length >= StepRoom && Step(chunk, probe))
        {
        }
    }

    private bool Step(FtdiChunk chunk, byte probe)
    {
        if (_cut || _index == batch.Count || HostPause > TimeSpan.Zero)
            return EndSegment(chunk, probe);
        SpiTransaction frame = batch[_index];
        int left = frame.Command.Length + frame.Response.Length - _offset;
        if (!_selected)
            Select(chunk);
        else if (left == 0)
            EndFrame(chunk, frame.DelayAfter);
        else if (_offset < frame.Command.Length)
            Write(chunk, frame.Command.Span[_offset..]);
        else
            return Read(chunk, _offset - frame.Command.Length, Math.Min(left, _readMax));
        return true;
    }

    private void Select(FtdiChunk chunk)
    {
        byte value = (byte)(adapter.LowValue & ~FtdiProtocol.SelectBit);
        Add(chunk, FtdiProtocol.EncodeLowPins(chunk.Free, value, adapter.LowDirection), clocks: 0);
        _selected = true;
    }

    private void Write(FtdiChunk chunk, ReadOnlySpan<byte> data)
    {
        data = data[..Math.Min(data.Length, chunk.Free.Length - FtdiProtocol.HeaderLength)];
        Add(chunk, FtdiProtocol.EncodeWrite(chunk.Free, data), 8 * data.Length);
        _offset += data.Length;
    }

    private bool Read(FtdiChunk chunk, int start, int length)
    {
        if (answers.Outstanding > 0 && answers.Outstanding + length > 2 * _readMax)
            return false;
        Add(chunk, FtdiProtocol.EncodeRead(chunk.Free, length, clock.LateSample), 8 * length);
        answers.Expect(_index, start, length, _work);
        _offset += length;
        return true;
    }

    private void EndFrame(FtdiChunk chunk, TimeSpan delay)
    {
        Deselect(chunk);
        (_index, _offset) = (_index + 1, 0);
        if (delay == TimeSpan.Zero || _index == batch.Count)
            return;
        if (delay > PauseMax)
        {
            HostPause = delay;
            return;
        }

        int clocks = (int)Math.Ceiling(delay.TotalSeconds * clock.Hz);
        Add(chunk, FtdiProtocol.EncodeIdle(chunk.Free, clocks), clocks);
    }

    private bool EndSegment(FtdiChunk chunk, byte probe)
    {
        if (_selected)
            Deselect(chunk);
        (chunk.Free[0], chunk.Free[1]) = (probe, FtdiProtocol.SendImmediate);
        Add(chunk, 2, clocks: 0);
        answers.ExpectProbe(probe, _work);
        SegmentEnded = true;
        return false;
    }

    // The engine needs more than 100 ns for a pin command: enough between two frames for every chip.
    private void Deselect(FtdiChunk chunk)
    {
        Add(chunk, FtdiProtocol.EncodeLowPins(chunk.Free, adapter.LowValue, adapter.LowDirection), clocks: 0);
        _selected = false;
    }

    private void Add(FtdiChunk chunk, int length, int clocks)
    {
        double seconds = (double)clocks / clock.Hz;
        _work += seconds;
        chunk.Add(length, seconds);
    }
}
