using System.Globalization;
using FlashBench.Hardware.Flash;

namespace FlashBench.Tests.Hardware.Flash;

// The shipped table against itself, and against public facts where the file with them is at hand.
public sealed class SpiNorTableTests
{
    private static readonly string Facts = ProjectTree.PathOf("..", "shared", "data", "spi-nor-chips.psv");

    private static readonly uint[] Shortlist =
    [
        0xEF4016, 0xEF4017, 0xEF4018, 0xEF4019, 0xEF4020, 0xEF7016, 0xEF7017, 0xEF7018, 0xEF7019, 0xEF7020, 0xEF6016,
        0xEF6017, 0xEF6018, 0xEF6019, 0xEF6020, 0xEF8016, 0xEF8017, 0xEF8018, 0xEF8019, 0xEF8020, 0xC22016, 0xC22017,
        0xC22018, 0xC22019, 0xC2201A, 0xC27519, 0xC22536, 0xC22537, 0xC22538, 0xC22539, 0xC2253A, 0xC27539, 0xC22816,
        0xC22817, 0xC84016, 0xC84017, 0xC84018, 0xC84019, 0xC84319, 0xC86016, 0xC86017, 0xC86018, 0xC86019, 0xC86318,
        0xC86319, 0xC86719, 0x204016, 0x204017, 0x204018, 0x204019, 0x207017, 0x207018, 0x204318, 0x204117, 0x204118,
        0x204119, 0x205016, 0x204419, 0x20BA16, 0x20BA17, 0x20BA18, 0x20BA19, 0x20BA20, 0x20BB16, 0x20BB17, 0x20BB18,
        0x20BB19, 0x20BB20, 0x1C7016, 0x1C7017, 0x1C7018, 0x1C7118, 0x1C3017, 0x1C3018, 0x1C3816, 0x1C3817, 0x9D6016,
        0x9D6017, 0x9D6018, 0x9D6019, 0x9D7016, 0x9D7017, 0x9D7018, 0x9D7019, 0xA14016, 0xA14017, 0xA14018, 0xA12818,
        0x684017, 0x684018, 0x0B4017, 0x0B4018, 0x856016, 0x014016, 0x014017, 0x016018, 0x016019, 0x012018, 0x010219,
    ];

    [Fact]
    public void Every_part_of_the_laptop_shortlist_is_there_with_a_source()
    {
        Assert.Empty(Shortlist.Where(id => SpiNorChips.Find(id) is null).Select(id => $"{id:X6}"));
        Assert.All(SpiNorChips.All, chip => Assert.NotEmpty(chip.Source));
        Assert.All(SpiNorChips.Parts, part =>
            Assert.True(part.PageProgramMax is not null || part.Unsure is not null, part.Family + part.Variant));
    }

    [Fact]
    public void Whatever_variant_is_there_no_chip_gets_an_instruction_it_does_not_have()
    {
        foreach (SpiNorChip chip in SpiNorChips.All)
        {
            var parts = SpiNorChips.Parts.Where(part => part.JedecId == chip.JedecId).ToList();
            Assert.All(chip.Erases, erase => Assert.All(parts, part => Assert.Contains(
                part.Erases, own => (own.Opcode, own.SizeBytes) == (erase.Opcode, erase.SizeBytes))));
            Assert.All(parts, part => Assert.Equal(chip.SizeBytes, part.SizeBytes));
            Assert.All(parts, part => Assert.True(part.SupplyMillivoltsMin <= chip.SupplyMillivoltsMin));
            Assert.Equal(chip.SizeBytes > 1 << 24, chip.Addressing != SpiNorAddressing.ThreeByte);
        }
    }

    [Fact]
    public void No_low_voltage_part_passes_the_guard_of_a_programmer_with_3_3_volts()
    {
        foreach (SpiNorChip chip in SpiNorChips.All)
            Assert.Equal(chip.SupplyMillivoltsMax < 3300, SupplyGuard.Default.RefuseWrite(chip) is not null);
    }

    [Fact]
    public void Ids_sizes_erases_and_supplies_agree_with_public_facts()
    {
        if (!File.Exists(Facts))
            Assert.Skip($"{Facts} is not here");
        var facts = File.ReadLines(Facts).Where(line => line[0] != '#').Select(Fact.Parse).ToLookup(fact => fact.Id);
        List<string> contradictions = [];

        uint smallest = facts.SelectMany(same => same).Min(fact => fact.SizeBytes); // the list has no smaller parts
        foreach (SpiNorPart part in SpiNorChips.Parts.Where(part => part.SizeBytes >= smallest))
        {
            var same = facts[part.JedecId].ToList();
            string name = $"{part.JedecId:X6} {part.Family}{part.Variant}";
            if (same.Count == 0)
            {
                contradictions.Add($"{name}: nobody knows the id");
                continue;
            }

            if (same.All(fact => fact.SizeBytes != part.SizeBytes))
                contradictions.Add($"{name}: size");
            if (!same.Any(fact => part.Erases.All(erase => fact.Erases.Contains(erase.Opcode))))
                contradictions.Add($"{name}: erases");
            if (!same.Any(fact => fact.AgreesWith(part.SupplyMillivoltsMin, part.SupplyMillivoltsMax)))
                contradictions.Add($"{name}: {part.SupplyMillivoltsMin}-{part.SupplyMillivoltsMax} mV");
        }

        Assert.True(contradictions.Count == 0, string.Join("; ", contradictions));
    }

    private sealed record Fact(uint Id, uint SizeBytes, byte[] Erases, int? MinMillivolts, int? MaxMillivolts)
    {
        private const int RoundedBy = 110; // one digit, cut (1.95 is 1.9), and revisions of a part differ by 50 mV

        public static Fact Parse(string line)
        {
            string[] fields = line.Split('|');
            string[] volts = fields[4].Split('-');
            return new Fact(
                uint.Parse(fields[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                uint.Parse(fields[2], CultureInfo.InvariantCulture) << 20,
                    [.. Convert.FromHexString(fields[3].Replace(" ", "", StringComparison.Ordinal))],
                volts.Length == 2 ? Millivolts(volts[0]) : null, volts.Length == 2 ? Millivolts(volts[1]) : null);
        }

        public bool AgreesWith(int min, int max) => MinMillivolts is null
            || Math.Abs(min - MinMillivolts.Value) <= RoundedBy && Math.Abs(max - MaxMillivolts!.Value) <= RoundedBy;

        private static int Millivolts(string text) => (int)(decimal.Parse(text, CultureInfo.InvariantCulture) * 1000);
    }
}
