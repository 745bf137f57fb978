using FlashBench.Simulation.Served;
using FlashBench.Tests.Simulation.Flash;
using FlashBench.Tests.Simulation.UsbIp;
using static FlashBench.Tests.Simulation.Usb.UsbCable;

namespace FlashBench.Tests.Simulation.Served;

public sealed class ServedReadTests
{
    private const int GroupPackets = 128;

    [Fact]
    public async Task Sixteen_mebibytes_come_through_32_byte_urbs_at_the_speed_of_the_wire_and_in_seconds()
    {
        byte[] cells = ChipOnPins.Random(ChipRows.W25Q128, 3);
        await using var bench = new ServedCh341a(ClockPace.Still, ChipRows.W25Q128, cells);
        using UsbIpClient client = await UsbIpClient.ImportedAsync(bench.Address);
        await client.OutAsync(Packets(Enable, SelectLow, [0xA8, 0xC0, 0, 0, 0]));
        await client.InAsync();
        for (int i = 0; i < 2; i++)
            await client.ReturnedAsync();
        byte[] read = new byte[cells.Length + GroupPackets * 31];
        long start = bench.Time.GetTimestamp(), host = TimeProvider.System.GetTimestamp();

        int groups = (cells.Length + GroupPackets * 31 - 1) / (GroupPackets * 31);
        await SendGroupAsync(client);
        int at = 0;
        for (int group = 0; group < groups; group++)
        {
            await SendGroupAsync(client); // one ahead
            for (int i = 0; i <= GroupPackets; i++)
            {
                Returned returned = await client.ReturnedAsync();
                Assert.Equal(0, returned.Status);
                returned.Data.CopyTo(read, at);
                at += returned.Data.Length;
            }
        }

        double seconds = (bench.Time.GetTimestamp() - start) / 1e9;
        double hostSeconds = TimeProvider.System.GetElapsedTime(host).TotalSeconds;
        TestContext.Current.TestOutputHelper!.WriteLine($"{seconds:0.00} s of the model in {hostSeconds:0.00} s");
        Assert.Equal(Mirror(cells), read[..cells.Length]);
        Assert.InRange(seconds, 93.8, 93.8 * 1.03); // 541,201 packets, 31 bytes at 1.5 MHz and 8 us each
        Assert.InRange(hostSeconds, 0, 60);         // measured: 5 to 10 s, client included
    }

    private static Task SendGroupAsync(UsbIpClient client)
    {
        var bytes = new List<byte>(GroupPackets * 50 + 4200);
        for (int i = 0; i < GroupPackets; i++)
            bytes.AddRange(client.Urb(UsbIpClient.CommandIn, [], 32).Bytes);
        byte[] stream = UsbIpServerTests.FlashBenchStream(GroupPackets);
        bytes.AddRange(client.Urb(UsbIpClient.CommandOut, stream, stream.Length).Bytes);
        return client.SendAsync([.. bytes]);
    }
}
