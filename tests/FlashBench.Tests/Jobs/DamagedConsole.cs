using System.Runtime.CompilerServices;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Tests.Watch;

namespace FlashBench.Tests.Jobs;

/// <summary>A console whose cable damages bytes both ways.</summary>
internal sealed class DamagedConsole(IConsolePort port, LineDamage toBench, LineDamage toBoard) : IConsolePort
{
    public PartIdentity Identity => port.Identity;

    public ConsoleCounters Counters => port.Counters;

    public async IAsyncEnumerable<ConsoleEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        // As the port itself: ConfigureAwait(false) would leave virtual time's thread.
        await foreach (ConsoleEvent happened in port.ReadAsync(cancel))
        {
            if (happened is ConsoleEvent.Bytes bytes)
                yield return bytes with { Data = toBench.Pass(bytes.Data.Span) };
            else
                yield return happened;
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel) =>
        port.WriteAsync(toBoard.Pass(data.Span), cancel);

    public ValueTask DisposeAsync() => port.DisposeAsync();
}
