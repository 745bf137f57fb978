namespace FlashBench.Bench.Config;

/// <summary>A configuration file cannot be used; the message is one sentence that says where and why.</summary>
/// <remarks>The only exception that leaves the configuration loaders, whatever the bytes.</remarks>
public sealed class ConfigException : Exception
{
    /// <summary>A fault of the file as a whole: missing, unreadable, too large.</summary>
    /// <param name="file">File name as the reader of the message knows it.</param>
    /// <param name="reason">What is wrong, without a full stop.</param>
    public ConfigException(string file, string reason)
        : base($"{file}: {reason}")
    {
    }

    /// <summary>A fault at one place of the file.</summary>
    /// <param name="file">File name as the reader of the message knows it.</param>
    /// <param name="line">Line of the fault, counted from 1.</param>
    /// <param name="path">JSON path of the fault: "$.benches[0].id".</param>
    /// <param name="reason">What is wrong, without a full stop.</param>
    public ConfigException(string file, int line, string path, string reason)
        : base($"{file}:{line}: {path}: {reason}")
    {
        Line = line;
        Path = path;
    }

    /// <summary>Line of the fault, counted from 1; null when the fault is the file as a whole.</summary>
    public int? Line { get; }

    /// <summary>JSON path of the fault; null when the fault is the file as a whole.</summary>
    public string? Path { get; }
}
