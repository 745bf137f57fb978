namespace FlashBench.Firmware.Audit;

/// <summary>One fact that several lines may state; once two of them differ, nothing is known.</summary>
/// <param name="subject">The fact, for people.</param>
/// <typeparam name="T">What is stated.</typeparam>
internal sealed class Statement<T>(string subject)
    where T : struct, IEquatable<T>
{
    private T? _first;
    private bool _isContradicted;

    /// <summary>What all lines agree on, or null.</summary>
    public T? Value => _isContradicted ? null : _first;

    /// <summary>A sentence when lines differ, else null.</summary>
    public string? Doubt => _isContradicted ? $"{subject} is stated in two ways, so it counts as unknown" : null;

    /// <summary>Takes what one line states.</summary>
    public void Say(T value)
    {
        _isContradicted |= _first is { } first && !first.Equals(value);
        _first ??= value;
    }
}
