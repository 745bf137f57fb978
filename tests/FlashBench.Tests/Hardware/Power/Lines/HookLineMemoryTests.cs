using FlashBench.Hardware;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Power.Lines;

namespace FlashBench.Tests.Hardware.Power.Lines;

/// <summary>What a hook that prints without end takes of the whole process; nothing else runs beside it.</summary>
[CollectionDefinition(nameof(HookLineMemoryTests), DisableParallelization = true)]
[Collection(nameof(HookLineMemoryTests))]
public sealed class HookLineMemoryTests
{
    [Fact]
    public async Task A_flood_of_output_neither_blocks_nor_fills_memory()
    {
        const string flood = "head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2; exit 7";
        IOutputLine line = new OutputLines(TimeProvider.System, _ => "", new AbsentOperator("this is a test")).Open(
            new OutputLineSpec.Hook(["/bin/sh", "-c", flood], ["/bin/false"], TimeSpan.FromSeconds(60)));
        long before = GC.GetTotalMemory(forceFullCollection: true);

        string message = (await Assert.ThrowsAsync<PowerException>(
            () => line.DriveAsync(true, TestContext.Current.CancellationToken).AsTask())).Message;

        Assert.Contains("ended with 7", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 10, 400);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8 << 20);
    }
}
