namespace FlashBench.Cli.Image;

/// <summary>A verb ends without a result, for a reason that is not a bug.</summary>
/// <param name="exitCode">What the process ends with.</param>
/// <param name="sentence">For the person at the terminal, without a full stop; names the file.</param>
internal sealed class CommandFailure(int exitCode, string sentence) : Exception(sentence)
{
    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; } = exitCode;
}

/// <summary>Exit codes of the image verbs (design: command line).</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>The arguments do not make sense.</summary>
    public const int Usage = 64;

    /// <summary>The input is damaged, not supported, or no image.</summary>
    public const int BadImage = 65;

    /// <summary>The output could not be written.</summary>
    public const int CannotWrite = 73;

    /// <summary>A file may not be read or written.</summary>
    public const int Permission = 77;
}
