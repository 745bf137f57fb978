namespace FlashBench.Hardware.Programmers;

/// <summary>Walks through the frames of a batch and cuts them into groups of packets.</summary>
internal sealed class Ch341aFrames(IReadOnlyList<SpiTransaction> batch)
{
    private int _index, _offset;
    private bool _selected, _cut;

    /// <summary>True when every frame has been put into a group.</summary>
    public bool AtEnd => _index == batch.Count;

    /// <summary>True while the rest of the current frame only reads: it can be cut without harm.</summary>
    public bool OnlyReads => !AtEnd && _offset >= batch[_index].Command.Length;

    /// <summary>Gives up the rest of the batch: the next group only ends the frame.</summary>
    public void Cut() => _cut = true;

    /// <summary>Fills <paramref name="group"/> with the next packets.</summary>
    /// <returns>The pause the host makes after the group, because it is too long for the device; or zero.</returns>
    public TimeSpan Fill(Ch341aGroup group)
    {
        group.Clear();
        if (_cut)
        {
            group.AddDeselect();
            _index = batch.Count;
        }

        TimeSpan hostPause = default;
        while (!AtEnd && !group.IsFull && hostPause == default)
            hostPause = AddPacket(group, batch[_index]);
        return hostPause;
    }

    private TimeSpan AddPacket(Ch341aGroup group, in SpiTransaction frame)
    {
        if (!_selected)
        {
            group.AddSelect();
            _selected = true;
            return default;
        }

        _offset += group.AddData(frame, _index, _offset);
        return _offset == frame.Command.Length + frame.Response.Length ? EndFrame(group, frame.DelayAfter) : default;
    }

    private TimeSpan EndFrame(Ch341aGroup group, TimeSpan delay)
    {
        (_index, _offset) = (_index + 1, 0);
        _selected = !AtEnd && delay <= Ch341aProtocol.PauseMax;
        if (_selected)
            group.AddSelect(delay);
        else
            group.AddDeselect();
        return _selected || AtEnd ? default : delay;
    }
}
