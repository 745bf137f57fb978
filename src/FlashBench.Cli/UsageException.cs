namespace FlashBench.Cli;

/// <summary>The command line is well formed but asks for something that is not there: exit 64.</summary>
/// <param name="message">One sentence for the operator, without a full stop.</param>
public sealed class UsageException(string message) : Exception(message);
