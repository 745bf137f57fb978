using FlashBench.Simulation.Me;
using FlashBench.Tests.Simulation.Images;

namespace FlashBench.Tests.Simulation.Me;

public sealed class MeModelTests
{
    private static readonly string[] SecondGeneration = ["me8", "me10"];

    public static TheoryData<string> Kinds => ["me8", "me10", "me11"];

    private static MeOutcome Decide(string kind, Action<GeneratedImage> edit)
    {
        GeneratedImage image = GeneratedImage.Of(kind);
        var model = new MeModel(GenuineRecord.Take(image.Bytes));
        edit(image);
        return model.Decide(image.Bytes);
    }

    private static void AssertRegisters(MeOutcome outcome, uint first, uint second)
    {
        Assert.Equal($"{first:X8}/{second:X8}", $"{outcome.Registers[0]:X8}/{outcome.Registers[1]:X8}");
        Assert.Equal(6, outcome.Registers.Count);
    }

    [Fact]
    public void A_stock_image_runs_normally()
    {
        foreach (string kind in SecondGeneration)
        {
            MeOutcome outcome = Decide(kind, _ => { });
            Assert.Equal(MeState.Normal, outcome.State);
            AssertRegisters(outcome, 0x1E000255, 0x66002306);
        }

        MeOutcome third = Decide("me11", _ => { });
        Assert.Equal(MeState.Normal, third.State);
        Assert.Equal(5u, third.Registers[0] & 0xF); // CWS
        Assert.Equal(1u, third.Registers[0] >> 9 & 1); // init complete
        Assert.Equal(0u, third.Registers[0] >> 12 & 0xFF); // error, COM
        Assert.Equal("11.0.0.11001", third.Version);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void The_disable_bit_stops_it_and_disarms_the_watchdog(string kind)
    {
        bool third = kind == "me11";

        foreach (bool cleaned in (bool[])[false, true])
        {
            MeOutcome outcome = Decide(kind, image =>
            {
                image.SetDisableBit(third);
                if (cleaned)
                    image.Neutralize(third);
            });
            Assert.Equal(MeState.Disabled, outcome.State);
            Assert.True(outcome.DisableBit);
            AssertRegisters(outcome, third ? 0x80022004u : 0x1E020191u, third ? 0x304D0116u : 0x160A0100u);
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Removed_modules_without_the_bit_end_in_recovery(string kind)
    {
        MeOutcome outcome = Decide(kind, image => image.Neutralize(kind == "me11"));

        Assert.Equal(MeState.Removed, outcome.State);
        Assert.Equal(2u, outcome.Registers[0] & 0xF);
        Assert.Equal(3u, outcome.Registers[0] >> 12 & 0xF);
        Assert.Equal(0u, outcome.Registers[0] >> 9 & 1);
        if (kind != "me11")
            AssertRegisters(outcome, 0x1E003052, 0x1632017A);
    }

    [Fact]
    public void A_strap_of_another_chipset_disables_nothing()
    {
        Assert.Equal(MeState.Normal, Decide("me11", image => image.SetDisableBit(third: false)).State);
        Assert.Equal(MeState.Normal, Decide("me8", image => image.SetDisableBit(third: true)).State);
    }

    public static TheoryData<string, string> BringUpDamage => new()
    {
        { "me8", "manifest header" }, { "me8", "key" }, { "me8", "exponent" }, { "me8", "signature" },
        { "me8", "module header" }, { "me8", "table header" }, { "me8", "BUP entry" }, { "me8", "BUP" },
        { "me8", "ROMP" }, { "me8", "checksum" }, { "me8", "FTPR row" },
        { "me10", "signature" }, { "me10", "BUP" }, { "me10", "ROMP" }, { "me10", "checksum" },
        { "me11", "manifest header" }, { "me11", "key" }, { "me11", "signature" }, { "me11", "directory" },
        { "me11", "extension" }, { "me11", "rbe" }, { "me11", "kernel" }, { "me11", "syslib" }, { "me11", "bup" },
        { "me11", "bup.met" }, { "me11", "checksum" },
    };

    [Theory, MemberData(nameof(BringUpDamage))]
    public void One_flipped_bit_in_what_bring_up_needs_stops_it_with_and_without_the_disable_bit(
        string kind, string where)
    {
        bool third = kind == "me11";
        foreach (bool disabled in (bool[])[false, true])
        {
            MeOutcome outcome = Decide(kind, image =>
            {
                image.Flip(Address(image, where));
                if (disabled)
                    image.SetDisableBit(third);
            });

            Assert.Equal(third ? MeState.NoBoot : MeState.WatchdogArmed, outcome.State);
            if (!third)
                Assert.Equal(0x3006u, outcome.Registers[0] & ~0x20u); // bit 5 where the table is bad
        }
    }

    private static uint Address(GeneratedImage image, string where) => where switch
    {
        "manifest header" => image.Manifest + 0x30,
        "key" => image.Manifest + 0x90,
        "exponent" => image.Manifest + 0x182,
        "signature" => image.Manifest + 0x200,
        "extension" => image.Manifest + 0x300,
        "module header" => image.ModuleHeader("KERNEL") + 0x20,
        "table header" => image.Table + 9,
        "BUP entry" => image.FirstEntry("BUP"),
        "directory" => image.Ftpr + 0x40,
        "checksum" => image.MeStart + 0x1B,
        "FTPR row" => image.MeStart + 0x30 + 0x20 * 13,
        "BUP" or "ROMP" => image.FirstByte(where) + 7,
        _ => image.Entry(where).Offset + 5,
    };

    [Fact]
    public void A_bad_partition_table_shows_in_its_own_bit()
    {
        MeOutcome outcome = Decide("me8", image => image.Flip(image.MeStart + 0x1B));

        AssertRegisters(outcome, 0x3026, 0x80040000);
        AssertRegisters(Decide("me8", image => image.Flip(image.Manifest + 0x184)), 0x3006, 0x80040000);
    }

    [Theory]
    [InlineData("me8", "KERNEL")]
    [InlineData("me8", "POLICY")]
    [InlineData("me8", "RSA")]
    [InlineData("me10", "HOSTCOMM")]
    [InlineData("me10", "UPDATE")]
    [InlineData("me11", "pm")]
    [InlineData("me11", "ptt")]
    [InlineData("me11", "vfs.met")]
    public void One_flipped_bit_in_later_code_ends_in_recovery(string kind, string module)
    {
        MeOutcome outcome = Decide(kind, image => image.Flip(
            (kind == "me11" ? image.Entry(module).Offset : image.FirstByte(module)) + 3));

        Assert.Equal(MeState.Removed, outcome.State);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_running_ME_reports_a_lost_NFTP(string kind)
    {
        MeOutcome outcome = Decide(kind, image =>
        {
            (uint offset, uint length) = image.Partition("NFTP");
            image.Erase(offset, offset + length);
        });

        Assert.Equal(MeState.Normal, outcome.State);
        Assert.Equal(1u, outcome.Registers[1] & 1);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Any_byte_of_manifest_and_modules_matters(string kind)
    {
        GeneratedImage image = GeneratedImage.Of(kind);
        var model = new MeModel(GenuineRecord.Take(image.Bytes));
        var random = new Random(20260101);
        (uint start, _) = image.Partition("FTPR");
        uint first = kind == "me11" ? start : image.FirstByte("ROMP");
        uint end = kind == "me11"
            ? image.Entry("rbe.met").Offset
            : image.FirstByte(kind == "me8" ? "SESSMGR" : "FPF");

        for (int i = 0; i < 150; i++)
        {
            uint address = (uint)random.Next((int)first, (int)end);
            int bit = random.Next(8);
            image.Flip(address, bit);
            Assert.True(model.Decide(image.Bytes).State != MeState.Normal, $"0x{address:X6} bit {bit}");
            image.Flip(address, bit);
        }

        Assert.Equal(MeState.Normal, model.Decide(image.Bytes).State);
    }

    [Fact]
    public void Firmware_that_no_genuine_image_carried_does_not_run()
    {
        GeneratedImage eight = GeneratedImage.Of("me8");
        GeneratedImage ten = GeneratedImage.Of("me10");
        var model = new MeModel(GenuineRecord.Take(eight.Bytes));
        byte[] mixed = [.. eight.Bytes[..0x3000], .. ten.Bytes[0x3000..]];

        MeOutcome outcome = model.Decide(mixed);

        Assert.Equal(MeState.WatchdogArmed, outcome.State);
        Assert.Equal("manifest of no genuine image", outcome.Reason);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Without_descriptor_the_board_does_not_start(string kind)
    {
        Assert.Equal(MeState.NoBoot, Decide(kind, image => image.Flip(0x11)).State);
        Assert.Equal(MeState.NoBoot, Decide(kind, image => image.Erase(0, (uint)image.Bytes.Length)).State);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void An_image_that_was_damaged_before_the_bench_was_made_is_not_taken_for_genuine(string kind)
    {
        GeneratedImage image = GeneratedImage.Of(kind);
        image.Flip(image.Manifest + 0x184);

        MeOutcome outcome = new MeModel(GenuineRecord.Take(image.Bytes)).Decide(image.Bytes);

        Assert.Equal(kind == "me11" ? MeState.NoBoot : MeState.WatchdogArmed, outcome.State);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_bench_made_from_a_neutralized_image_knows_that_the_rest_is_gone(string kind)
    {
        bool third = kind == "me11";
        GeneratedImage image = GeneratedImage.Of(kind).Neutralize(third);

        var model = new MeModel(GenuineRecord.Take(image.Bytes));

        Assert.Equal(MeState.Removed, model.Decide(image.Bytes).State);
        Assert.Equal(MeState.Disabled, model.Decide(image.SetDisableBit(third).Bytes).State);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Damaged_structures_never_throw(string kind)
    {
        GeneratedImage image = GeneratedImage.Of(kind);
        byte[] genuine = [.. image.Bytes];
        GenuineRecord record = GenuineRecord.Take(genuine);
        (uint ftpr, _) = image.Partition("FTPR");
        (uint Start, uint End)[] structures =
            [(0x10, 0x200), (image.MeStart, image.MeStart + 0x300), (ftpr, ftpr + 0x1100)];
        var random = new Random(4711);

        for (int i = 0; i < 120; i++)
        {
            genuine.CopyTo(image.Bytes, 0);
            for (int k = 0; k < 6; k++)
            {
                (uint start, uint end) = structures[random.Next(structures.Length)];
                image.Bytes[random.Next((int)start, (int)end)] = (byte)random.Next(256);
            }

            MeOutcome outcome = new MeModel(record).Decide(image.Bytes);
            GenuineRecord again = GenuineRecord.Take(image.Bytes);
            Assert.Equal(6, outcome.Registers.Count);
            Assert.InRange(again.Partitions.Count, 0, 2);
        }
    }

    [Fact]
    public void Short_and_random_content_never_throws()
    {
        var random = new Random(7);
        byte[] genuine = GeneratedImage.Of("me8").Bytes;
        GenuineRecord record = GenuineRecord.Take(genuine);
        for (int length = 0; length < 0x400; length++)
            Assert.Equal(MeState.NoBoot, new MeModel(record).Decide(genuine.AsSpan(0, length)).State);
        for (int i = 0; i < 50; i++)
        {
            var noise = new byte[random.Next(0x2000)];
            random.NextBytes(noise);
            Assert.Empty(GenuineRecord.Take(noise).Partitions);
        }
    }
}
