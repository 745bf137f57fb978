namespace FlashBench.Cli;

/// <summary>A verb ends without a result, for a reason that is not a bug.</summary>
/// <param name="exitCode">What the process ends with; one of <see cref="ExitCodes"/>.</param>
/// <param name="sentence">For the person at the terminal, without a full stop; names file, offset or key.</param>
internal sealed class CommandFailure(int exitCode, string sentence) : Exception(sentence)
{
    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; } = exitCode;
}
