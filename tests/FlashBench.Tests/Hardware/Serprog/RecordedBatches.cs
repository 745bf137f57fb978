using FlashBench.Hardware;

namespace FlashBench.Tests.Hardware.Serprog;

// An SPI bus that writes down each batch as hex, frames apart by " | ", and answers from a script.
internal sealed class RecordedBatches : ISpiBus
{
    internal List<string> Batches { get; } = [];

    // Answers byte n of the response to a frame.
    internal Func<byte[], int, byte> Answer { get; set; } = (_, _) => 0xFF;

    internal bool Fails { get; set; }

    internal int Disposed { get; private set; }

    internal List<TimeSpan> Delays { get; } = [];

    public PartIdentity Identity { get; } = new("programmer", "recorded", Simulated: true);

    public int FrequencyHz => Clock.Hz;

    public SpiClock Clock { get; private set; } = new(30_000_000);

    public IReadOnlyList<SpiClock> Clocks { get; init; } =
        [new(30_000_000), new(30_000_000, LateSample: true), new(15_000_000), new(1_000_000)];

    public ValueTask SetClockAsync(SpiClock clock, CancellationToken cancel)
    {
        Clock = clock;
        return ValueTask.CompletedTask;
    }

    public ValueTask ExecuteAsync(IReadOnlyList<SpiTransaction> batch, CancellationToken cancel)
    {
        Batches.Add(string.Join(" | ", batch.Select(Words)));
        if (Fails)
            throw new ProgrammerException("the cable is off.");
        foreach (SpiTransaction frame in batch)
        {
            byte[] command = frame.Command.ToArray();
            for (int i = 0; i < frame.Response.Length; i++)
                frame.Response.Span[i] = Answer(command, i);
            if (frame.DelayAfter > TimeSpan.Zero)
                Delays.Add(frame.DelayAfter);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Disposed++;
        return ValueTask.CompletedTask;
    }

    private static string Words(SpiTransaction frame)
    {
        string command = Convert.ToHexString(frame.Command.Span[..Math.Min(frame.Command.Length, 6)]);
        return frame.Response.IsEmpty ? command : $"{command} >{frame.Response.Length}";
    }
}
