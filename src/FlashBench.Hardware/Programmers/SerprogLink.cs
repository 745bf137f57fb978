namespace FlashBench.Hardware.Programmers;

/// <summary>Bytes to and from a serprog programmer, each call with a time limit.</summary>
/// <param name="stream">Sends what is written at once, without a buffer of its own.</param>
/// <param name="time">Clock for the limits.</param>
/// <remarks>What goes wrong is returned as words without a full stop; null means that nothing did.</remarks>
internal sealed class SerprogLink(Stream stream, TimeProvider time) : IAsyncDisposable
{
    private const int JunkMax = 64 * 1024; // what may be left over from an earlier conversation
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(50);

    /// <summary>True once the other side has closed it, or it broke: nothing can come any more.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Sends everything.</summary>
    public async Task<string?> SendAsync(ReadOnlyMemory<byte> data, TimeSpan limit)
    {
        using var clock = new CancellationTokenSource(limit, time);
        try
        {
            await stream.WriteAsync(data, clock.Token);
            return null;
        }
        catch (OperationCanceledException)
        {
            IsBroken = true; // nobody knows how much of it has left
            return "it takes no more bytes";
        }
        catch (IOException failure)
        {
            return Break(failure);
        }
    }

    /// <summary>Fills <paramref name="data"/>; the limit holds for each piece that arrives.</summary>
    public async Task<string?> ReceiveAsync(Memory<byte> data, TimeSpan limit)
    {
        for (int done = 0; done < data.Length;)
        {
            (int count, string? fault) = await ReceiveSomeAsync(data[done..], limit);
            if (fault is not null)
                return fault;
            if (count == 0)
                return $"it answered {done} of {data.Length} bytes and then nothing for {limit.TotalSeconds:0.#} s";
            done += count;
        }

        return null;
    }

    /// <summary>Drops what comes until nothing comes.</summary>
    public async Task<string?> DrainAsync()
    {
        byte[] junk = new byte[4096];
        for (int dropped = 0; dropped < JunkMax;)
        {
            (int count, string? fault) = await ReceiveSomeAsync(junk, QuietTime);
            if (fault is not null || count == 0)
                return fault;
            dropped += count;
        }

        return "it does not stop sending";
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    // 0 bytes when the time is up.
    private async Task<(int Count, string? Fault)> ReceiveSomeAsync(Memory<byte> data, TimeSpan limit)
    {
        using var clock = new CancellationTokenSource(limit, time);
        try
        {
            int count = await stream.ReadAsync(data, clock.Token);
            IsBroken |= count == 0;
            return (count, count == 0 ? "it closed the connection" : null);
        }
        catch (OperationCanceledException)
        {
            return (0, null);
        }
        catch (IOException failure)
        {
            return (0, Break(failure));
        }
    }

    private string Break(IOException failure)
    {
        IsBroken = true;
        return $"the connection broke ({failure.Message.TrimEnd('.')})";
    }
}
