using FlashBench.Hardware.Flash;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Flash;

public sealed class BusHealthTests : IAsyncDisposable
{
    private static readonly SpiNorChip Chip = SpiNorChips.Find(0xEF4018)!;

    private readonly VirtualTime _time = new();
    private readonly ScriptedSpiNor _bus;

    public BusHealthTests() => _bus = new ScriptedSpiNor(Chip, _time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public void A_good_bus_is_healthy_and_nothing_was_written()
    {
        new Random(3).NextBytes(_bus.Cells);

        BusHealth health = Check();

        Assert.True(health.IsHealthy, health.Finding);
        Assert.Equal(1_500_000, health.ClockHz);
        Assert.All(_bus.Frames, frame => Assert.Contains(frame[0], new byte[] { 0x9F, 0x05, 0x5A, 0x06, 0x04, 0x03 }));
        Assert.Equal(256, _bus.Frames.Count(frame => frame[0] == 0x9F));
        Assert.Equal(0x04, _bus.Frames.Last(frame => frame[0] is 0x04 or 0x06)[0]); // the latch is left cleared
    }

    [Fact]
    public void One_wrong_id_in_256_is_found()
    {
        _bus.Hear = (opcode, before, answer) => opcode == 0x9F && before == 200 ? [0xEF, 0x40, 0x10] : answer;

        CheckFinds("1 of 256 ids", "clip contact");
    }

    [Theory]
    [InlineData("FFFFFF", "MISO open")]
    [InlineData("000000", "MISO is shorted")]
    [InlineData("77A00C", "clock edge")]
    [InlineData("C22018", "another chip")]
    public void A_steady_wrong_id_names_its_cause(string id, string cause)
    {
        _bus.Hear = (opcode, _, answer) => opcode == 0x9F ? Convert.FromHexString(id) : answer;

        CheckFinds("256 of 256 ids", cause);
    }

    [Fact]
    public void A_status_that_flickers_is_found()
    {
        _bus.Hear = (opcode, before, answer) =>
            opcode == 0x05 && before == 0 ? [.. answer[..^1], (byte)(answer[^1] ^ 0x40)] : answer;

        CheckFinds("status of an idle chip", "clip contact");
    }

    [Fact]
    public void A_chip_that_is_busy_for_no_reason_is_found()
    {
        _bus.Hear = (opcode, _, answer) => opcode == 0x05 ? [.. answer.Select(_ => (byte)0x03)] : answer;

        CheckFinds("status of an idle chip reads 0x03", "two masters");
    }

    [Theory]
    [InlineData(0x06, "write enable")]
    [InlineData(0x04, "write disable")]
    public void A_latch_that_does_not_follow_is_found(byte ignored, string finding)
    {
        _bus.Ignores = opcode => opcode == ignored;

        CheckFinds(finding + " has no effect", "WP# or HOLD#");
    }

    [Fact]
    public void Two_reads_that_differ_in_one_bit_are_found_at_their_address()
    {
        _bus.Hear = (opcode, before, answer) =>
        {
            if (opcode == 0x03 && before == 1)
                answer[0xBEEF] ^= 0x10;
            return answer;
        };

        CheckFinds("two reads differ at 0x00BEEF", "clip contact");
    }

    private BusHealth Check() => _time.Run(() => BusHealth.CheckAsync(_bus, Chip, _time, Cancel));

    private void CheckFinds(string finding, string cause)
    {
        BusHealth health = Check();

        Assert.False(health.IsHealthy);
        Assert.Contains(finding, health.Finding, StringComparison.Ordinal);
        Assert.Contains(cause, health.LikelyCause, StringComparison.Ordinal);
    }
}
