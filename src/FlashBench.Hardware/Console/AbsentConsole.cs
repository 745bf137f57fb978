using System.Runtime.CompilerServices;

namespace FlashBench.Hardware.Console;

/// <summary>For work that needs no console: nothing comes from it, and nothing can be written.</summary>
public sealed class AbsentConsole : IConsolePort
{
    /// <inheritdoc/>
    public PartIdentity Identity { get; } = new("console", "not used", Simulated: false);

    /// <inheritdoc/>
    public ConsoleCounters Counters => default;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ConsoleEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        yield break;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) =>
        throw new ConsoleException("the console is not open");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
