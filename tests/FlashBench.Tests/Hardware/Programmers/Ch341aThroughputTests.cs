using FlashBench.Hardware;
using FlashBench.Hardware.Programmers;
using FlashBench.Hardware.Usb;

namespace FlashBench.Tests.Hardware.Programmers;

public sealed class Ch341aThroughputTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_long_read_allocates_next_to_nothing_per_packet()
    {
        const int Length = 1 << 20, Packets = Length / 31;
        await using Ch341aProgrammer bus =
            await Ch341aProgrammer.OpenAsync(new PromptCh341a(), TimeProvider.System, Cancel);
        byte[] data = new byte[Length];
        await bus.ExecuteAsync([new(new byte[] { 0x03 }, data)], Cancel);

        long before = GC.GetAllocatedBytesForCurrentThread();
        await bus.ExecuteAsync([new(new byte[] { 0x03 }, data)], Cancel);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.All(data, b => Assert.Equal(0xFF, b));
        Assert.InRange(allocated, 0, Packets * 2);
    }

    // Answers every group at once, so that the test measures the driver alone: everything completes on this thread.
    private sealed class PromptCh341a : IUsbDevice
    {
        public UsbIdentity Identity { get; } = new(0x1A86, 0x5512, 0x0304, "", "1-1", Serial: null);

        public Task SubmitAsync(IReadOnlyList<UsbTransfer> transfers, TimeSpan timeout, CancellationToken cancel)
        {
            int answer = 0;
            bool drain = transfers.Count == 1 && transfers[0].IsIn;
            for (int i = 0; i < transfers.Count; i++)
            {
                UsbTransfer transfer = transfers[i];
                if (!transfer.IsIn)
                    Take(transfer, transfers, ref answer);
                transfer.Status = drain ? UsbTransferStatus.TimedOut : UsbTransferStatus.Completed;
            }

            return Task.CompletedTask;
        }

        public Task<int> ControlAsync(
            UsbSetup setup, Memory<byte> data, TimeSpan timeout, CancellationToken cancel) =>
            throw new ProgrammerException("stalled");

        public Task ResetAsync(CancellationToken cancel) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static void Take(UsbTransfer request, IReadOnlyList<UsbTransfer> transfers, ref int answer)
        {
            request.Length = request.Buffer.Length;
            for (int start = 0; start < request.Length; start += 32)
            {
                ReadOnlySpan<byte> packet = request.Buffer.Span[start..Math.Min(start + 32, request.Length)];
                if (packet[0] != 0xA8)
                    continue;
                packet[1..].CopyTo(transfers[answer].Buffer.Span);
                transfers[answer++].Length = packet.Length - 1;
            }
        }
    }
}
