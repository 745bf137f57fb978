using FlashBench.Bench.Programming;
using FlashBench.Firmware;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation.Flash;
using FlashBench.Tests.Simulation.Flash;

namespace FlashBench.Tests.Programming;

public sealed class ChipWriterTests : IDisposable
{
    private const int Block = 64 * 1024, Sector = 4096;
    private static readonly SpiNorChip Row = ChipRows.W25Q80;

    private readonly byte[] _old = ProgrammingBench.Random(Row.SizeBytes, 1);
    private readonly byte[] _target;
    private readonly ProgrammingBench _bench;

    public ChipWriterTests()
    {
        _target = (byte[])_old.Clone();
        _bench = new ProgrammingBench(Row, (byte[])_old.Clone());
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_write_changes_what_differs_and_reads_it_back()
    {
        new Random(2).NextBytes(_target.AsSpan(3 * Block + 5, 2 * Block));

        WriteResult result = _bench.Write(_target);

        Assert.Equal(_target, _bench.Cells);
        Assert.Equal(3, result.Blocks);
        Assert.Equal(3 * Block, result.VerifiedBytes);
        Assert.Equal(Row.SizeBytes, result.ReadBytes);
    }

    [Fact]
    public void A_chip_that_holds_it_already_is_not_touched()
    {
        WriteResult result = _bench.Write(_target);

        Assert.Equal(0, result.Blocks);
        Assert.False(_bench.Begun);
    }

    [Fact]
    public void A_range_that_begins_and_ends_inside_sectors_keeps_its_neighbours()
    {
        var range = new FlashRange(2 * Block + 100, 2 * Block + 9000);
        new Random(3).NextBytes(_target);

        _bench.Write(_target, FlashSelection.Of([range], Row.SizeBytes));

        byte[] expected = (byte[])_old.Clone();
        range.Of(_target).CopyTo(expected.AsSpan((int)range.Start));
        Assert.Equal(expected, _bench.Cells);
    }

    [Theory]
    [InlineData(2 * Block + 50)]   // before the range, in its first sector
    [InlineData(2 * Block + 9100)] // behind it, in its last
    public void A_neighbour_that_flickers_is_not_written_back_wrong(int address)
    {
        var range = new FlashRange(2 * Block + 100, 2 * Block + 9000);
        new Random(3).NextBytes(_target);
        _bench.Pins.Chip.ReadFlipOnce = new ReadFlip((uint)address, 3, Skip: 0);

        var fault = Assert.Throws<FlashChipException>(
            () => _bench.Write(_target, FlashSelection.Of([range], Row.SizeBytes)));

        Assert.Equal((uint)address, fault.Address);
        Assert.False(_bench.Begun);
        Assert.Equal(_old, _bench.Cells);
    }

    [Fact]
    public void Remembered_content_saves_the_read_and_gives_the_same_chip()
    {
        _bench.Record.Learn(0, _old);
        new Random(4).NextBytes(_target.AsSpan(5 * Block, 4 * Sector));

        WriteResult result = _bench.Write(_target, trust: TrustPolicy.Journal);

        Assert.Equal(0, result.ReadBytes);
        Assert.Equal(4 * Sector, result.ErasedBytes);
        Assert.Equal(_target, _bench.Cells);
        Assert.True(_bench.Record.Holds(5 * Block / Sector, _target.AsSpan(5 * Block, Sector)));
    }

    [Fact]
    public void A_sector_that_is_remembered_as_blank_is_programmed_without_an_erase()
    {
        Array.Fill(_target, (byte)0xFF, 2 * Block, Sector);
        _bench.Write(_target);
        new Random(8).NextBytes(_target.AsSpan(2 * Block, Sector));

        WriteResult result = _bench.Write(_target, trust: TrustPolicy.Journal);

        Assert.Equal((0, 16), (result.ErasedBytes, result.Pages));
        Assert.Equal(_target, _bench.Cells);
    }

    [Fact]
    public void Remembered_content_that_is_wrong_where_it_is_looked_at_is_not_believed()
    {
        _bench.Record.Learn(0, ProgrammingBench.Random(Row.SizeBytes, 9));
        _bench.Record.Learn(0, _old.AsSpan(0, Sector));
        new Random(5).NextBytes(_target.AsSpan(7 * Block, Sector));

        WriteResult result = _bench.Write(_target, trust: TrustPolicy.Journal);

        Assert.Equal(Row.SizeBytes, result.ReadBytes);
        Assert.Equal(_target, _bench.Cells);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Sector)]
    public void A_record_that_was_caught_lying_is_forgotten_where_nothing_was_read_too(int right)
    {
        _bench.Record.Learn(0, ProgrammingBench.Random(Row.SizeBytes, 9));
        _bench.Record.Learn(0, _old.AsSpan(0, right));
        var range = new FlashRange(7 * Block, 7 * Block + Sector);

        _bench.Write(_target, FlashSelection.Of([range], Row.SizeBytes), trust: TrustPolicy.Journal);

        Assert.True(_bench.Record.IsKnown(7 * Block / Sector));
        Assert.DoesNotContain(
            Enumerable.Range(0, _bench.Record.Sectors), i => i != 7 * Block / Sector && _bench.Record.IsKnown(i));
    }

    [Fact]
    public void A_chip_without_a_descriptor_is_read_under_the_region_policy()
    {
        _bench.Record.Learn(0, _old);

        Assert.Equal(Row.SizeBytes, _bench.Write(_target, trust: TrustPolicy.Region).ReadBytes);
    }

    [Fact]
    public void Before_the_first_erase_the_record_forgets_what_will_change()
    {
        _bench.Record.Learn(0, _old);
        new Random(6).NextBytes(_target.AsSpan(Block, Block));
        using var cancel = new CancellationTokenSource();
        bool? known = null;

        Assert.Throws<OperationCanceledException>(() => _bench.Run(async (flash, bus) =>
        {
            var writer = new ChipWriter(flash, bus.FrequencyHz, _bench.Record, null)
            {
                BeforeFirstErase = () =>
                {
                    known = _bench.Record.IsKnown(Block / Sector);
                    cancel.Cancel();
                },
            };
            KnownContent content = await KnownContent.CheckAsync(
                flash, _bench.Record, TrustPolicy.Journal, new Random(1), null, CancellationToken.None);
            return await writer.WriteAsync(
                new WriteOrder(FlashSelection.Whole(Row.SizeBytes), _target, VerifyPolicy.Changed), content,
                cancel.Token);
        }));

        Assert.False(known);
        Assert.Equal(_old, _bench.Cells);
    }

    [Fact]
    public void A_block_that_does_not_read_back_is_a_failure_that_names_the_byte()
    {
        _target[Block] = 0x00;
        _bench.Pins.Chip.ReadFlipOnce = new ReadFlip(Block + 7, 3, Skip: 1); // the second read of it: the read-back

        var fault = Assert.Throws<FlashVerifyException>(() => _bench.Write(_target));

        Assert.Equal((uint)Block + 7, fault.Address);
        Assert.False(_bench.Record.IsKnown(Block / Sector));
    }

    [Fact]
    public void Full_verification_finds_what_lies_outside_the_changed_blocks()
    {
        _target[Block] = 0x00;
        _bench.Pins.Chip.ReadFlipOnce = new ReadFlip(9 * Block, 0, Skip: 1);

        Assert.Equal(9u * Block, Assert.Throws<FlashVerifyException>(
            () => _bench.Write(_target, verify: VerifyPolicy.Full)).Address);
    }

    [Fact]
    public void Content_that_failed_the_full_verification_is_not_remembered_as_written()
    {
        _target[Block] = 0x00;
        _bench.Pins.Chip.ReadFlipOnce = new ReadFlip(Block + 9, 0, Skip: 2); // read, read back, and then verified

        Assert.Throws<FlashVerifyException>(() => _bench.Write(_target, verify: VerifyPolicy.Full));

        Assert.False(_bench.Record.IsKnown(Block / Sector));
    }

    [Fact]
    public void A_protected_block_is_refused_before_anything_changes()
    {
        _bench.Pins.Change([0x01, 0x04]); // BP0: the top 64 KiB
        _bench.Pins.CatchUp();
        new Random(7).NextBytes(_target);

        var fault = Assert.Throws<FlashChipException>(() => _bench.Write(_target));

        Assert.Contains("protected", fault.Message, StringComparison.Ordinal);
        Assert.False(_bench.Begun);
        Assert.Equal(_old, _bench.Cells);
    }

    [Fact]
    public void A_chip_that_must_not_be_written_is_refused_before_anything_is_marked()
    {
        new Random(7).NextBytes(_target);
        SpiNorChip[] rows =
        [
            Row with { Erases = [] }, Row with { SupplyMillivoltsMin = 0, SupplyMillivoltsMax = 0 },
        ];
        foreach (SpiNorChip row in rows)
        {
            using var bench = new ProgrammingBench(row, (byte[])_old.Clone());

            Assert.Contains("refused", Assert.Throws<FlashChipException>(() => bench.Write(_target)).Message,
                StringComparison.Ordinal);
            Assert.False(bench.Begun);
            Assert.Equal(_old, bench.Cells);
        }
    }

    [Fact]
    public void A_descriptor_that_flickers_decides_nothing()
    {
        _bench.Pins.Chip.ReadFlipOnce = new ReadFlip(0x10, 0, Skip: 0);

        var fault = Assert.Throws<FlashChipException>(
            () => _bench.Run((flash, _) => DescriptorGuard.ReadAsync(flash, CancellationToken.None)));

        Assert.Equal(0x10u, fault.Address);
    }

    [Fact]
    public void A_bit_that_flickers_between_two_reads_of_a_block_is_no_evidence()
    {
        _bench.Pins.Chip.ReadFlipOnce = new ReadFlip(3 * Block + 17, 5, Skip: 0);

        var fault = Assert.Throws<FlashChipException>(() => _bench.Read(twice: true));

        Assert.Equal(3u * Block + 17, fault.Address);
        Assert.Contains("a third agrees with the second", fault.Message, StringComparison.Ordinal);
    }
}
