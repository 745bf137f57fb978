using System.Threading.Channels;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;

namespace FlashBench.Tests.Hardware.Console;

/// <summary>A port that says what a test tells it to.</summary>
internal sealed class ScriptedConsolePort : IConsolePort
{
    private readonly Channel<ConsoleEvent> _events = Channel.CreateUnbounded<ConsoleEvent>();
    private readonly List<byte> _written = [];
    private long _at;

    public PartIdentity Identity { get; init; } = new("console", "scripted port", Simulated: true);

    public ConsoleCounters Counters { get; set; }

    public int Breaks { get; private set; }

    public byte[] Written
    {
        get
        {
            lock (_written)
                return [.. _written];
        }
    }

    public void Say(string text) => Say(System.Text.Encoding.UTF8.GetBytes(text));

    public void Say(byte[] data) => Happen(at => new ConsoleEvent.Bytes(at, data));

    public void Happen(Func<long, ConsoleEvent> what) => Assert.True(_events.Writer.TryWrite(what(++_at)));

    public void End(BenchException? failure = null) => _events.Writer.TryComplete(failure);

    public IAsyncEnumerable<ConsoleEvent> ReadAsync(CancellationToken cancel) => _events.Reader.ReadAllAsync(cancel);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        lock (_written)
            _written.AddRange(data.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask SendBreakAsync(CancellationToken cancel)
    {
        Breaks++;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }
}
