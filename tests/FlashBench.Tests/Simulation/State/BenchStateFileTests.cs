using FlashBench.Hardware.Flash;
using FlashBench.Simulation.State;
using FlashBench.Tests.Simulation.Flash;

namespace FlashBench.Tests.Simulation.State;

public sealed class BenchStateFileTests : IDisposable
{
    private const int CellsOffset = 0x20000;

    private static readonly SpiNorChip Row = ChipRows.W25Q80;

    private readonly string _folder = Directory.CreateTempSubdirectory("flashbench-state-").FullName;

    private string Bench => Path.Combine(_folder, "bench");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_new_file_holds_the_cells_and_nothing_else()
    {
        byte[] cells = ChipOnPins.Random(Row, 1);
        BenchStateFile.Create(Bench, Row, cells).Dispose();

        using BenchStateFile opened = BenchStateFile.Open(Bench, Row);

        Assert.True(opened.Cells.Span.SequenceEqual(cells));
        Assert.Null(opened.Operation);
        Assert.Null(opened.LoadBoard());
        Assert.Equal([Bench], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Everything_written_is_in_the_file_before_it_is_closed()
    {
        using BenchStateFile file = BenchStateFile.Create(Bench, Row, ChipOnPins.Blank(Row));
        ReadOnlyMemory<byte> page = ChipOnPins.Random(Row, 2).AsMemory(0, 256);
        var operation = new SpiNorOperation(SpiNorOperationKind.Program, 0x300, 256, page);
        file.Write(0x12345, [1, 2, 3]);
        file.SaveOperation(operation);
        file.SaveBoard("relay on"u8);
        using BenchStateFile copy = OpenCopy();

        Assert.Equal([1, 2, 3], copy.Cells[0x12345..0x12348].ToArray());
        Assert.Equal(operation with { Data = default }, copy.Operation! with { Data = default });
        Assert.True(operation.Data.Span.SequenceEqual(copy.Operation.Data.Span));
        Assert.Equal("relay on"u8.ToArray(), copy.LoadBoard());
    }

    [Fact]
    public void A_cleared_operation_is_gone()
    {
        using BenchStateFile file = BenchStateFile.Create(Bench, Row, ChipOnPins.Blank(Row));
        file.SaveOperation(new SpiNorOperation(SpiNorOperationKind.Erase, 0x1000, 0x1000, default));
        file.ClearOperation();

        using BenchStateFile copy = OpenCopy();

        Assert.Null(copy.Operation);
    }

    [Fact]
    public void The_last_board_state_counts_and_may_be_as_large_as_promised_or_empty()
    {
        using BenchStateFile file = BenchStateFile.Create(Bench, Row, ChipOnPins.Blank(Row));
        for (int i = 0; i < 5; i++)
            file.SaveBoard([(byte)i]);
        byte[] large = ChipOnPins.Random(Row, 3)[..BenchStateFile.BoardBytesMax];
        file.SaveBoard(large);
        Assert.Equal(large, file.LoadBoard());
        using (BenchStateFile copy = OpenCopy())
            Assert.Equal(large, copy.LoadBoard());

        file.SaveBoard([]);
        using (BenchStateFile copy = OpenCopy())
            Assert.Empty(copy.LoadBoard()!);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.SaveBoard(new byte[BenchStateFile.BoardBytesMax + 1]));
    }

    [Fact]
    public void A_board_write_cut_short_at_any_byte_leaves_the_state_before_it()
    {
        byte[] before, after;
        using (BenchStateFile file = BenchStateFile.Create(Bench, Row, ChipOnPins.Blank(Row)))
        {
            file.SaveBoard("first state"u8);
            file.SaveBoard("second state"u8);
            before = Copy();
            file.SaveBoard("third state!"u8);
            after = Copy();
        }

        int[] changed = [.. Enumerable.Range(0, CellsOffset).Where(i => before[i] != after[i])];
        Assert.NotEmpty(changed);
        foreach (int cut in changed)
        {
            File.WriteAllBytes(Bench, [.. after[..cut], .. before[cut..]]);
            using BenchStateFile file = BenchStateFile.Open(Bench, Row);
            Assert.Equal("second state"u8.ToArray(), file.LoadBoard());
        }
    }

    [Fact]
    public void A_second_opener_and_a_second_creator_are_told_that_the_bench_is_in_use()
    {
        using BenchStateFile file = BenchStateFile.Create(Bench, Row, ChipOnPins.Blank(Row));

        var open = Assert.Throws<BenchStateException>(() => BenchStateFile.Open(Bench, Row));
        var create = Assert.Throws<BenchStateException>(() => BenchStateFile.Create(Bench, Row, ChipOnPins.Blank(Row)));

        Assert.True(open.InUse);
        Assert.True(create.InUse);
        Assert.Equal($"virtual bench file {Bench}: is in use by another job", open.Message);
        file.Dispose();
        BenchStateFile.Open(Bench, Row).Dispose();
    }

    [Fact]
    public void Create_replaces_an_old_bench_and_is_not_disturbed_by_an_unfinished_one()
    {
        File.WriteAllText(Bench + ".new", "left by a killed process");
        BenchStateFile.Create(Bench, Row, new byte[Row.SizeBytes]).Dispose();
        byte[] cells = ChipOnPins.Random(Row, 4);

        using BenchStateFile file = BenchStateFile.Create(Bench, Row, cells);
        using BenchStateFile copy = OpenCopy();

        Assert.True(copy.Cells.Span.SequenceEqual(cells));
    }

    [Fact]
    public void A_missing_file_and_a_missing_folder_are_said_in_one_sentence()
    {
        var file = Assert.Throws<BenchStateException>(() => BenchStateFile.Open(Bench, Row));
        var folder = Assert.Throws<BenchStateException>(
            () => BenchStateFile.Create(Path.Combine(_folder, "no", "bench"), Row, ChipOnPins.Blank(Row)));

        Assert.EndsWith("does not exist", file.Message, StringComparison.Ordinal);
        Assert.EndsWith("lies in a folder that does not exist", folder.Message, StringComparison.Ordinal);
        Assert.False(file.InUse);
    }

    [Fact]
    public void Another_part_is_refused()
    {
        BenchStateFile.Create(Bench, Row, ChipOnPins.Blank(Row)).Dispose();

        var error = Assert.Throws<BenchStateException>(() => BenchStateFile.Open(Bench, ChipRows.W25Q64));

        Assert.EndsWith("holds a chip EF4014 of 1048576 bytes, not a W25Q64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_to_any_length_is_refused()
    {
        byte[] whole = WholeFile();
        int[] lengths = [.. Enumerable.Range(0, 0x80), 0xFFF, 0x1000, 0x3000, 0x4000, CellsOffset, whole.Length - 1];
        foreach (int length in lengths)
        {
            File.WriteAllBytes(Bench, whole[..length]);
            Assert.Throws<BenchStateException>(() => BenchStateFile.Open(Bench, Row));
        }

        File.WriteAllBytes(Bench, [.. whole, 0]);
        Assert.Throws<BenchStateException>(() => BenchStateFile.Open(Bench, Row));
    }

    [Fact]
    public void Random_damage_to_the_records_is_refused_or_harmless_and_never_another_exception()
    {
        byte[] whole = WholeFile();
        var random = new Random(5);
        int refused = 0;
        for (int run = 0; run < 300; run++)
        {
            byte[] damaged = [.. whole];
            foreach (int section in new[] { 0, 0x1000, 0x2000, 0x3000, 0x3800, 0x4000, 0xD000 })
            {
                if (random.Next(2) == 0)
                    damaged[section + random.Next(40)] ^= (byte)random.Next(1, 256);
            }

            File.WriteAllBytes(Bench, damaged);
            Exception? error = Record.Exception(() => BenchStateFile.Open(Bench, Row).Dispose());
            Assert.True(error is null or BenchStateException, error?.ToString());
            refused += error is null ? 0 : 1;
        }

        Assert.InRange(refused, 100, 299);
    }

    [Theory]
    [InlineData(SpiNorOperationKind.Erase, 0xFF000u, 0x2000, 0)]
    [InlineData(SpiNorOperationKind.Erase, 0u, 0, 0)]
    [InlineData(SpiNorOperationKind.Erase, 0u, -1, 0)]
    [InlineData(SpiNorOperationKind.Program, 0u, 256, 255)]
    [InlineData(SpiNorOperationKind.WriteStatus, 0u, 4, 4)]
    [InlineData((SpiNorOperationKind)9, 0u, 4, 4)]
    public void An_operation_that_makes_no_sense_is_refused(
        SpiNorOperationKind kind, uint address, int length, int data)
    {
        using (BenchStateFile file = BenchStateFile.Create(Bench, Row, ChipOnPins.Blank(Row)))
            file.SaveOperation(new SpiNorOperation(kind, address, length, new byte[data]));

        var error = Assert.Throws<BenchStateException>(() => BenchStateFile.Open(Bench, Row));

        Assert.EndsWith("the operation in progress makes no sense", error.Message, StringComparison.Ordinal);
    }

    private byte[] WholeFile()
    {
        using BenchStateFile file = BenchStateFile.Create(Bench, Row, ChipOnPins.Blank(Row));
        for (int i = 0; i < 2; i++)
        {
            file.SaveOperation(new SpiNorOperation(SpiNorOperationKind.Erase, 0, 0x1000, default));
            file.SaveBoard("board"u8);
            file.SaveStatusRegisters([1, 2, 3]);
        }

        return Copy();
    }

    // The bytes on disk while the file is open, as a kill would leave them. The lock is advisory, so a shared
    // descriptor cannot be had through File; a link-free copy by the shell's `cp` can.
    private byte[] Copy()
    {
        string copy = Path.Combine(_folder, "copy");
        using var cp = System.Diagnostics.Process.Start("cp", [Bench, copy]);
        cp.WaitForExit();
        byte[] bytes = File.ReadAllBytes(copy);
        File.Delete(copy);
        return bytes;
    }

    private BenchStateFile OpenCopy()
    {
        string copy = Path.Combine(_folder, "opened-copy");
        File.WriteAllBytes(copy, Copy());
        return BenchStateFile.Open(copy, Row);
    }
}
