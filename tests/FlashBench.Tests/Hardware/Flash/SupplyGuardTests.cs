using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Flash;

public sealed class SupplyGuardTests
{
    private static readonly SpiNorChip Low = SpiNorChips.ByName("W25Q64xW")!, High = SpiNorChips.ByName("W25Q64")!;

    private static readonly SpiNorChip Unknown = High with { SupplyMillivoltsMin = 0, SupplyMillivoltsMax = 0 };

    private readonly VirtualTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void A_low_voltage_chip_needs_a_declared_adapter()
    {
        Assert.Equal(
            "the chip is made for 1.7 V to 1.95 V, the programmer has 3.3 V: put a level-shifting adapter between them "
            + "and declare it",
            SupplyGuard.Default.RefuseRead(Low));
        Assert.Null(new SupplyGuard(1800, AdapterDeclared: true).RefuseWrite(Low));
    }

    [Fact]
    public void An_adapter_starves_a_chip_for_3_3_volts() =>
        Assert.Contains(
            "the declared adapter gives it only 1.8 V: take the adapter out",
            new SupplyGuard(1800, AdapterDeclared: true).RefuseWrite(High), StringComparison.Ordinal);

    [Fact]
    public void A_chip_of_unknown_voltage_is_read_but_not_written_until_it_is_confirmed()
    {
        Assert.Null(SupplyGuard.Default.RefuseRead(Unknown));
        Assert.Contains("confirm it", SupplyGuard.Default.RefuseWrite(Unknown), StringComparison.Ordinal);
        Assert.Null((SupplyGuard.Default with { ConfirmedMillivolts = 3300 }).RefuseWrite(Unknown));
        Assert.Contains(
            "adapter", (SupplyGuard.Default with { ConfirmedMillivolts = 1800 }).RefuseWrite(Unknown),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_cannot_confirm_away_what_the_table_knows() =>
        Assert.NotNull((SupplyGuard.Default with { ConfirmedMillivolts = 3300 }).RefuseWrite(Low));

    [Fact]
    public async Task The_driver_sends_nothing_to_a_chip_of_another_voltage()
    {
        await using var bus = new ScriptedSpiNor(Low, _time);
        var flash = new SpiNorFlash(bus, Low, _time);

        foreach (Func<Task> work in new Func<Task>[]
        {
            () => flash.ReadAsync(0, new byte[16], progress: null, Cancel),
            () => flash.EraseAsync(Low.Erases[0], 0, Cancel),
            () => flash.ProgramPageAsync(0, new byte[1], Cancel),
        })
        {
            FlashChipException error = _time.Run(() => Assert.ThrowsAsync<FlashChipException>(work));
            Assert.Contains("adapter", error.Message, StringComparison.Ordinal);
        }

        BusHealth health = _time.Run(() => BusHealth.CheckAsync(bus, Low, _time, Cancel));
        Assert.Contains("adapter", health.Finding, StringComparison.Ordinal);
        Assert.Empty(bus.Frames);
    }

    [Fact]
    public async Task The_driver_writes_no_chip_of_unknown_voltage_and_no_chip_that_is_read_only()
    {
        await using var bus = new ScriptedSpiNor(Unknown, _time);
        SpiNorChip readOnly = SpiNorChip.ReadOnly(0x123456, High.SizeBytes);

        Assert.Contains("confirm it", Refused(new SpiNorFlash(bus, Unknown, _time)), StringComparison.Ordinal);
        Assert.Contains("is not known", Refused(new SpiNorFlash(bus, readOnly, _time)
        {
            Supply = SupplyGuard.Default with { ConfirmedMillivolts = 3300 },
        }), StringComparison.Ordinal);
        Assert.Empty(bus.Frames);

        var confirmed = new SpiNorFlash(bus, Unknown, _time)
        {
            Supply = SupplyGuard.Default with { ConfirmedMillivolts = 3300 },
        };
        _time.Run(() => confirmed.ProgramPageAsync(0, new byte[1], Cancel));
        Assert.Equal(0, bus.Cells[0]);
    }

    private string Refused(SpiNorFlash flash) => _time.Run(
        () => Assert.ThrowsAsync<FlashChipException>(() => flash.ProgramPageAsync(0, new byte[1], Cancel))).Message;
}
