using System.Text;
using FlashBench.Bench;
using FlashBench.Bench.Journal;
using FlashBench.Simulation;

namespace FlashBench.Tests.Journal;

public sealed class JournalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly VirtualTime _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_appended_reads_back_in_order()
    {
        JournalData[] written = [new JournalData.PhaseBegin(1, 9, "identify"), Odd(), new JournalData.Clean("ab")];

        byte[] bytes = Write(written);

        IReadOnlyList<JournalRecord> read = JournalReader.ReadStrict(bytes);
        Assert.Equal(written, read.Select(record => record.Data));
        Assert.Equal([0, 1, 2], read.Select(record => record.Seq));
    }

    [Fact]
    public void Every_truncation_reads_as_the_records_before_it_and_never_strictly()
    {
        byte[] bytes = Write(new JournalData.PhaseBegin(1, 9, "identify"), Odd(), new JournalData.Clean("ab"));
        int[] ends = [.. bytes.Select((b, i) => (b, i)).Where(x => x.b == '\n').Select(x => x.i + 1)];

        for (int length = 0; length < bytes.Length; length++)
        {
            IReadOnlyList<JournalRecord> read = JournalReader.ReadPrefix(bytes.AsMemory(0, length), out long end, out _);

            Assert.Equal(ends.Count(e => e <= length), read.Count);
            Assert.Equal(ends.LastOrDefault(e => e <= length), end);
            if (!ends.Contains(length) && length > 0)
                Assert.Throws<EvidenceException>(() => JournalReader.ReadStrict(bytes.AsMemory(0, length)));
        }
    }

    [Fact]
    public void Every_flipped_bit_breaks_the_chain_unless_it_is_in_the_last_record()
    {
        byte[] bytes = Write(new JournalData.PhaseBegin(1, 9, "identify"), Odd(), new JournalData.Clean("ab"));
        int lastRecord = bytes.AsSpan(0, bytes.Length - 1).LastIndexOf((byte)'\n') + 1;

        for (int i = 0; i < lastRecord; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= 0x01;
            Assert.Throws<EvidenceException>(() => JournalReader.ReadStrict(damaged));
        }
    }

    [Fact]
    public void A_record_from_another_journal_does_not_fit_in()
    {
        byte[] first = Write(new JournalData.Clean("aa"), new JournalData.Clean("bb"));
        _folder.Dispose();
        Directory.CreateDirectory(_folder.Path);
        byte[] second = Write(new JournalData.Clean("cc"), new JournalData.Clean("bb"));
        byte[] spliced = [.. first[..(first.AsSpan().IndexOf((byte)'\n') + 1)], .. second[(second.AsSpan().IndexOf((byte)'\n') + 1)..]];

        var fault = Assert.Throws<EvidenceException>(() => JournalReader.ReadStrict(spliced));

        Assert.Contains("does not follow the record before it", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(JournalMoment.BeforeWrite)]
    [InlineData(JournalMoment.AfterWrite)]
    [InlineData(JournalMoment.BeforeSync)]
    public void A_full_disk_ends_the_journal_and_nothing_may_follow(JournalMoment moment)
    {
        using var writer = new JournalWriter(_folder.Path, Clock());
        writer.Append(new JournalData.Clean("aa"));
        writer.Probe = (at, _) =>
        {
            if (at == moment)
                throw new IOException("No space left on device");
        };

        Assert.Throws<JournalWriteException>(() => writer.Append(new JournalData.Clean("bb")));
        writer.Probe = null;

        Assert.Throws<JournalWriteException>(() => writer.Append(new JournalData.Clean("cc")));
        byte[] left = File.ReadAllBytes(_folder.At(JournalWriter.FileName));
        Assert.Equal(moment == JournalMoment.BeforeWrite ? 1 : 2, JournalReader.ReadStrict(left).Count);
    }

    [Fact]
    public void A_second_journal_in_one_directory_is_refused()
    {
        using var writer = new JournalWriter(_folder.Path, Clock());

        Assert.Throws<JournalWriteException>(() => new JournalWriter(_folder.Path, Clock()));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Garbage_is_never_taken_for_records(int seed)
    {
        var random = new Random(seed);
        byte[] sound = Write(new JournalData.PhaseBegin(1, 9, "identify"), Odd());
        byte[] garbage = [.. sound];
        for (int i = 0; i < 4; i++)
            garbage[random.Next(garbage.Length)] = (byte)random.Next(256);

        IReadOnlyList<JournalRecord> read = JournalReader.ReadPrefix(garbage, out long end, out _);

        Assert.True(end <= garbage.Length && read.Count <= 2);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 50)];

    private static JournalData.PhaseEnd Odd() =>
        new("name \" \\ \n \u2028 <&>", Verdict.Fail, "\u0000 reason", ErrorClass.Dut);

    private byte[] Write(params JournalData[] records)
    {
        using (var writer = new JournalWriter(_folder.Path, Clock()))
        {
            foreach (JournalData record in records)
                writer.Append(record);
        }

        byte[] bytes = File.ReadAllBytes(_folder.At(JournalWriter.FileName));
        Assert.Equal(records.Length, Encoding.UTF8.GetString(bytes).Count(c => c == '\n'));
        return bytes;
    }

    private BenchClock Clock() => new(_time, new VirtualBootClock(_time, TimeSpan.FromHours(1)), "boot");
}
