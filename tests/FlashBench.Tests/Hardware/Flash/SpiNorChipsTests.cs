using System.Text;
using FlashBench.Hardware.Flash;

namespace FlashBench.Tests.Hardware.Flash;

public sealed class SpiNorChipsTests
{
    private const string Row = """
        { "name": "W25Q64", "jedecId": "EF4017", "sizeBytes": 8388608, "pageBytes": 256,
          "erases": [ { "opcode": "20", "sizeBytes": 4096, "typicalMs": 45, "maxMs": 400 },
                      { "opcode": "D8", "sizeBytes": 65536, "typicalMs": 150, "maxMs": 2000 } ],
          "pageProgramTypicalUs": 400, "pageProgramMaxUs": 3000,
          "supplyMillivoltsMin": 2700, "supplyMillivoltsMax": 3600, "registers": "Three", "quadEnable": "2.1",
          "source": "datasheet" }
        """;

    [Fact]
    public void The_shipped_table_knows_chips_by_id_and_by_name()
    {
        SpiNorChip chip = SpiNorChips.Find(0xEF4018)!;

        Assert.Equal(("W25Q128", 16u << 20, 256), (chip.Name, chip.SizeBytes, chip.PageBytes));
        Assert.Equal(8u << 20, SpiNorChips.ByName("w25q64")!.SizeBytes);
        Assert.Null(SpiNorChips.Find(0xEF4012));
        Assert.Null(SpiNorChips.ByName("W25Q"));
        Assert.All(SpiNorChips.All, each => Assert.NotEmpty(each.Source));
    }

    [Fact]
    public void A_row_keeps_its_units()
    {
        SpiNorChip chip = Assert.Single(Parse(Table(Row)));

        Assert.Equal(0xEF4017u, chip.JedecId);
        Assert.Equal(TimeSpan.FromMicroseconds(400), chip.PageProgramTypical);
        Assert.Equal(TimeSpan.FromMilliseconds(3), chip.PageProgramMax);
        Assert.Equal(
            new EraseCommand(0xD8, 65536, TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(2)), chip.Erases[1]);
        Assert.Equal((2700, 3600), (chip.SupplyMillivoltsMin, chip.SupplyMillivoltsMax));
    }

    [Theory]
    [InlineData("\"version\": 2", "\"version\": 1")]
    [InlineData("\"name\"", "\"title\"")]
    [InlineData("\"pageBytes\": 256", "\"pageBytes\": 0")]
    [InlineData("\"pageBytes\": 256", "\"pageBytes\": 1024")]
    [InlineData("\"Three\"", "\"Four\"")]
    [InlineData("\"Three\"", "\"2\"")]
    [InlineData("\"2.1\"", "\"2.8\"")]
    [InlineData("\"2.1\"", "\"0.1\"")]
    [InlineData("\"source\"", "\"protection\": \"none such\", \"source\"")]
    [InlineData("\"source\"", "\"addressing\": \"FourByteMode\", \"source\"")]
    [InlineData("\"source\"", "\"variants\": [ { \"name\": \"A\" }, { \"name\": \"A\" } ], \"source\"")]
    [InlineData("\"pageBytes\": 256", "\"pageBytes\": 256, \"pageBytes\": 256")]
    [InlineData("\"pageBytes\": 256", "\"pageBytes\": 256, \"colour\": 1")]
    [InlineData("\"EF4017\"", "\"EF40171\"")]
    [InlineData("\"EF4017\"", "\"-1\"")]
    [InlineData("\"EF4017\"", "null")]
    [InlineData("\"EF4017\"", "15679511")]
    [InlineData("\"D8\"", "\"1D8\"")]
    [InlineData("8388608", "33554432")]
    [InlineData("8388608", "8388607")]
    [InlineData("65536", "4096")]
    [InlineData("65536", "0")]
    [InlineData("65536", "100")]
    [InlineData("\"maxMs\": 2000", "\"maxMs\": 149")]
    [InlineData("\"typicalMs\": 150", "\"typicalMs\": -1")]
    [InlineData("\"typicalMs\": 150", "\"typicalMs\": 0")]
    [InlineData("\"pageProgramMaxUs\": 3000", "\"pageProgramMaxUs\": 399")]
    [InlineData("\"supplyMillivoltsMax\": 3600", "\"supplyMillivoltsMax\": 1800")]
    public void A_table_that_is_not_sound_is_refused(string right, string wrong)
    {
        string table = Table(Row);
        Assert.Contains(right, table, StringComparison.Ordinal);

        Assert.Throws<InvalidDataException>(() => Parse(table.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_same_id_twice_is_refused() =>
        Assert.Throws<InvalidDataException>(
            () => Parse(Table($"{Row}, {Row.Replace("W25Q64", "Other", StringComparison.Ordinal)}")));

    [Fact]
    public void Every_truncation_is_refused_with_the_one_exception()
    {
        byte[] table = Encoding.UTF8.GetBytes(Table(Row));

        for (int length = 0; length < table.Length; length++)
            Assert.Throws<InvalidDataException>(() => SpiNorChipFile.Parse(table.AsSpan(0, length)));
    }

    [Fact]
    public void Random_damage_lets_no_other_exception_out()
    {
        byte[] table = Encoding.UTF8.GetBytes(Table(Row));
        var random = new Random(20260807);
        int refused = 0;

        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = [.. table];
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (Record.Exception(() => SpiNorChipFile.Parse(damaged)) is { } error)
            {
                Assert.IsType<InvalidDataException>(error);
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 2999);
    }

    private static IReadOnlyList<SpiNorChip> Parse(string json) =>
        SpiNorChips.Resolve(SpiNorChipFile.Parse(Encoding.UTF8.GetBytes(json)));

    private static string Table(string rows) => $$"""{ "version": 2, "chips": [ {{rows}} ] }""";
}
