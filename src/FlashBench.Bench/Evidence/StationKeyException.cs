namespace FlashBench.Bench.Evidence;

/// <summary>A key file cannot be used.</summary>
/// <param name="file">The file.</param>
/// <param name="reason">Why, as a sentence without a full stop; never holds key material.</param>
/// <param name="inner">The cause, if another exception told it.</param>
public sealed class StationKeyException(string file, string reason, Exception? inner = null)
    : Exception($"{file}: {reason}", inner)
{
    /// <summary>The file.</summary>
    public string File { get; } = file;
}
