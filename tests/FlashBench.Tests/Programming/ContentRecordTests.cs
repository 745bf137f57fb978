using FlashBench.Bench.Programming;

namespace FlashBench.Tests.Programming;

public sealed class ContentRecordTests
{
    private const uint Size = 64 * 1024;
    private readonly byte[] _content = ProgrammingBench.Random(Size, 1);
    private readonly ContentRecord _record = new(Size);

    [Fact]
    public void A_new_record_knows_nothing()
    {
        Assert.All(Enumerable.Range(0, _record.Sectors), sector => Assert.False(_record.IsKnown(sector)));
    }

    [Fact]
    public void Learning_counts_whole_sectors_only()
    {
        _record.Learn(100, _content.AsSpan(100, 3 * 4096));

        Assert.Equal([1, 2], Enumerable.Range(0, _record.Sectors).Where(_record.IsKnown));
        Assert.True(_record.Holds(1, _content.AsSpan(4096, 4096)));
        Assert.False(_record.Holds(1, _content.AsSpan(8192, 4096)));
    }

    [Fact]
    public void What_is_forgotten_is_unknown_and_holds_nothing()
    {
        _record.Learn(0, _content);

        _record.Forget(3);

        Assert.False(_record.IsKnown(3));
        Assert.False(_record.Holds(3, _content.AsSpan(3 * 4096, 4096)));
    }

    [Fact]
    public void A_record_survives_its_file()
    {
        _record.Learn(0, _content.AsSpan(0, 32768));

        ContentRecord read = ContentRecord.Parse(_record.ToBytes(), Size)!;

        Assert.Equal(_record.ToBytes(), read.ToBytes());
        Assert.False(read.IsKnown(8));
    }

    [Fact]
    public void Every_truncation_every_changed_byte_and_another_size_mean_that_nothing_is_known()
    {
        _record.Learn(0, _content);
        byte[] file = _record.ToBytes();

        for (int length = 0; length < file.Length; length++)
            Assert.Null(ContentRecord.Parse(file.AsSpan(0, length), Size));
        for (int i = 0; i < file.Length; i++)
        {
            file[i] ^= 0x20;
            Assert.Null(ContentRecord.Parse(file, Size));
            file[i] ^= 0x20;
        }

        Assert.Null(ContentRecord.Parse(file, 2 * Size));
        Assert.Null(ContentRecord.Parse([.. file, 0], Size));
    }
}
