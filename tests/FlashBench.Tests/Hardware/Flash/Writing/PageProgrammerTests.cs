using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Flash.Writing;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Flash.Writing;

public sealed class PageProgrammerTests : IAsyncDisposable
{
    private const int Page = 256;

    private static readonly SpiNorChip Chip = SpiNorChips.Find(0xEF4018)!;

    private readonly VirtualTime _time = new();
    private readonly ScriptedSpiNor _bus;
    private readonly SpiNorFlash _flash;
    private long _done;

    public PageProgrammerTests()
    {
        _bus = new ScriptedSpiNor(Chip, _time);
        _flash = new SpiNorFlash(_bus, Chip, _time);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public void A_thousand_pages_take_a_few_round_trips()
    {
        List<PageStep> pages = Pages(1000, seed: 1);

        Program(pages);

        AssertHolds(pages);
        Assert.Equal(1000 * Page, _done);
        Assert.InRange(_bus.Batches.Count, 5, 14);
        Assert.InRange(_bus.Frames.Count(frame => frame[0] == 0x02), 1000, 1002);
    }

    [Fact]
    public void The_pause_follows_the_chip_closely()
    {
        Program(Pages(600, seed: 2)); // the first batches look longer
        TimeSpan before = _bus.BusTime;

        Program(Pages(512, seed: 3));

        // Besides the bytes and the page time: a margin of some bytes.
        TimeSpan perPage = (_bus.BusTime - before) / 512, transfer = TimeSpan.FromTicks(53) * (1 + 260 + 1);
        Assert.InRange(perPage - transfer - Chip.PageProgramTypical, TimeSpan.Zero, TimeSpan.FromMicroseconds(30));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Pages_that_vary_by_a_fifth_all_arrive(int seed)
    {
        var random = new Random(seed);
        _bus.OnFrame = opcode =>
        {
            if (opcode == 0x02)
                _bus.Duration = Chip.PageProgramTypical * (0.8 + 0.4 * random.NextDouble());
        };
        List<PageStep> pages = Pages(900, seed);

        Program(pages);

        AssertHolds(pages);
        Assert.InRange(_bus.Frames.Count(frame => frame[0] == 0x02), 900, 990);
    }

    [Fact]
    public void A_page_that_ends_early_now_and_then_does_not_cost_the_pause()
    {
        int page = 0;
        _bus.OnFrame = opcode =>
        {
            if (opcode == 0x02)
                _bus.Duration = Chip.PageProgramTypical * (page++ % 200 == 199 ? 0.01 : 1);
        };
        Program(Pages(2400, seed: 12));
        _bus.OnFrame = null;
        _bus.Duration = null;
        Program(Pages(600, seed: 14));
        int samples = _bus.StatusTimes.Count;

        Program(Pages(256, seed: 13));

        Assert.InRange((_bus.StatusTimes.Count - samples) / 256, 1, 60); // without a pause it would be more than 75
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void A_chip_that_ignores_some_write_enables_and_is_slow_at_times_gets_every_page(int seed)
    {
        var random = new Random(seed);
        _bus.Ignores = opcode => opcode == 0x06 && random.Next(40) == 0;
        _bus.OnFrame = opcode =>
        {
            if (opcode == 0x02)
                _bus.Duration = random.Next(50) == 0 ? Chip.PageProgramMax * 0.9 : Chip.PageProgramTypical;
        };
        List<PageStep> pages = Pages(500, seed);

        Program(pages);

        AssertHolds(pages);
    }

    [Fact]
    public void A_chip_that_is_ten_times_faster_than_its_datasheet_is_believed_only_when_it_was_seen_busy()
    {
        _bus.Duration = Chip.PageProgramTypical / 10;
        List<PageStep> pages = Pages(300, seed: 6);

        Program(pages);

        AssertHolds(pages);
        Assert.InRange(_bus.Frames.Count(frame => frame[0] == 0x02), 300, 320);
    }

    [Fact]
    public void A_chip_that_ignores_every_page_is_found_out()
    {
        _bus.Ignores = opcode => opcode == 0x02;

        Assert.Contains("ignored the command", Fails(Pages(20, seed: 7)).Message, StringComparison.Ordinal);
        Assert.Equal(0, _done);
    }

    [Fact]
    public void A_chip_that_ignores_the_write_enable_is_found_out()
    {
        _bus.Ignores = opcode => opcode == 0x06;

        Assert.Contains("write enable has no effect", Fails(Pages(20, seed: 8)).Message, StringComparison.Ordinal);
        Assert.Equal(0, _done);
    }

    [Fact]
    public void A_chip_that_stays_busy_is_given_up_after_one_and_a_half_times_its_maximum()
    {
        _bus.Duration = TimeSpan.FromSeconds(10);

        Assert.Contains("still busy", Fails(Pages(3, seed: 9)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bus_that_falls_silent_in_the_middle_is_no_success()
    {
        _bus.Hear = (opcode, before, answer) => opcode == 0x05 && before > 100 ? Silence(answer) : answer;

        Assert.Contains("no status", Fails(Pages(400, seed: 10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bus_stuck_at_zero_is_no_success()
    {
        _bus.Hear = (opcode, before, answer) => opcode == 0x05 && before > 100 ? new byte[answer.Length] : answer;

        Assert.Contains("write enable has no effect", Fails(Pages(400, seed: 11)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Protected_pages_are_refused_before_the_first_byte()
    {
        _bus.Protect1 = 0x04; // BP0: the top 256 KiB

        Assert.Contains("protected", Fails([new PageStep(0xFFFF00, new byte[] { 1 })]).Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain(_bus.Frames, frame => frame[0] is 0x06 or 0x02);
    }

    [Fact]
    public void A_page_step_that_crosses_a_page_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Program([new PageStep(0x1F0, new byte[17])]));
    }

    private static byte[] Silence(byte[] answer) => [.. answer.Select(_ => (byte)0xFF)];

    private static List<PageStep> Pages(int count, int seed)
    {
        var random = new Random(seed);
        List<PageStep> pages = [];
        for (int i = 0; i < count; i++)
        {
            byte[] data = new byte[Page];
            random.NextBytes(data);
            pages.Add(new PageStep((uint)(0x20000 + i * Page), data));
        }

        return pages;
    }

    private void Program(IReadOnlyList<PageStep> pages) =>
        _time.Run(() => _flash.ProgramPagesAsync(pages, bytes => _done += bytes, Cancel));

    private FlashChipException Fails(IReadOnlyList<PageStep> pages) =>
        Assert.Throws<FlashChipException>(() => Program(pages));

    private void AssertHolds(IEnumerable<PageStep> pages)
    {
        foreach (PageStep page in pages)
            Assert.Equal(page.Data.ToArray(), _bus.Cells.AsSpan((int)page.Address, page.Data.Length).ToArray());
    }
}
