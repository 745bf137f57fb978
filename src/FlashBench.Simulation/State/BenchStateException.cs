using FlashBench.Hardware;

namespace FlashBench.Simulation.State;

/// <summary>The file of a virtual bench cannot be used: damaged, foreign, in use, or the disk failed.</summary>
/// <param name="path">The file.</param>
/// <param name="reason">What is wrong, as a sentence without a full stop.</param>
/// <param name="inUse">True if another process, or another object of this one, holds the file.</param>
/// <param name="inner">The error of the operating system, if there was one.</param>
public sealed class BenchStateException(string path, string reason, bool inUse = false, Exception? inner = null)
    : BenchException($"virtual bench file {path}: {reason}", inner)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>True if another process, or another object of this one, holds the file: try again later.</summary>
    public bool InUse { get; } = inUse;
}
