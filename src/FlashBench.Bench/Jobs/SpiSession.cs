using FlashBench.Hardware;
using FlashBench.Hardware.Flash;

namespace FlashBench.Bench.Jobs;

/// <summary>One ownership of a board's SPI bus: from verified off to released pins.</summary>
internal sealed class SpiSession(ISpiBus bus, Func<CancellationToken, Task> checkOff, TimeProvider time)
    : IAsyncDisposable
{
    private const int CheckBytes = 64 << 10; // read between two looks at the power sensor: 0.4 s on a CH341A

    public ISpiBus Bus => bus;

    public TimeProvider Time => time;

    /// <summary>Reads the whole chip; the power sensor is looked at all the time.</summary>
    public async Task<byte[]> ReadAllAsync(SpiNorChip chip, Action<long> progress, CancellationToken cancel)
    {
        var flash = new SpiNorFlash(bus, chip, time);
        byte[] content = new byte[chip.SizeBytes];
        for (int done = 0; done < content.Length; done += CheckBytes)
        {
            await checkOff(cancel);
            int start = done;
            await flash.ReadAsync(
                (uint)done, content.AsMemory(done, Math.Min(CheckBytes, content.Length - done)),
                new DirectProgress<long>(bytes => progress(start + bytes)), cancel);
        }

        return content;
    }

    /// <summary>A driver for writing; call <see cref="CheckAsync"/> before every block.</summary>
    public SpiNorFlash Open(SpiNorChip chip) => new(bus, chip, time);

    /// <summary>Throws if the board has power.</summary>
    public Task CheckAsync(CancellationToken cancel) => checkOff(cancel);

    /// <summary>Asks the chip again who it is.</summary>
    /// <exception cref="FlashChipException">It is not <paramref name="expected"/>.</exception>
    public async Task RefuseOtherChipAsync(SpiNorIdentity expected, CancellationToken cancel)
    {
        SpiNorIdentity now = await SpiNorFlash.ProbeAsync(bus, time, cancel);
        if ((now.JedecId, now.UniqueId) != (expected.JedecId, expected.UniqueId))
        {
            throw new FlashChipException(
                expected.Chip?.Name ?? "SPI flash", 0, $"the chip changed during the job: {Words(expected)} was "
                + $"identified, {Words(now)} answers");
        }
    }

    private static string Words(SpiNorIdentity chip) => $"{chip.JedecId:X6} with unique id {chip.UniqueId ?? "none"}";

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => bus.DisposeAsync();
}
