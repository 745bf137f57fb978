using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Flash;

public sealed class SpiNorProbeTests : IAsyncDisposable
{
    private static readonly SpiNorChip Chip = SpiNorChips.Find(0xEF4017)!;

    private readonly VirtualTime _time = new();
    private readonly ScriptedSpiNor _bus;

    public SpiNorProbeTests() => _bus = new ScriptedSpiNor(Chip, _time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public void The_chip_is_woken_reset_and_identified_in_this_order()
    {
        SpiNorIdentity identity = Probe();

        Assert.Equal((0xEF4017u, "D1D2D3D4D5D6D7D8"), (identity.JedecId, identity.UniqueId));
        Assert.Equal("W25Q64", identity.Chip!.Name);
        Assert.Equal(Chip.Erases, identity.Chip.Erases);
        Assert.Equal((null, null), (identity.Sfdp, identity.SfdpDamage));
        Assert.Equal(
            ["FFFF", "AB", "05", "66", "99", "E9", "9F"], _bus.Frames.Take(7).Select(Convert.ToHexString));
        Assert.Equal(8 + 1, _bus.Frames.Count(frame => frame[0] == 0x9F)); // the last one for the long id
        Assert.Equal("4B00000000", Convert.ToHexString(_bus.Frames[^1]));
    }

    [Fact]
    public void A_busy_chip_is_not_reset_before_it_is_ready()
    {
        _bus.BeBusyFor(TimeSpan.FromSeconds(1.5));
        TimeSpan reset = default;
        _bus.OnFrame = opcode => reset = opcode == 0x66 ? _time.GetElapsedTime(0) : reset;

        Probe();

        Assert.True(reset >= TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public void A_chip_that_stays_busy_is_neither_reset_nor_identified()
    {
        _bus.BeBusyFor(TimeSpan.FromMinutes(5));

        FlashChipException error = Fails();

        Assert.Contains("busy for 3 s", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_bus.Frames, frame => frame[0] is 0x66 or 0x99 or 0x9F);
    }

    [Theory]
    [InlineData(0xFFFFFF, "no chip, no supply, or MISO open")]
    [InlineData(0x000000, "MISO is shorted")]
    [InlineData(0x77A00B, "clock edge")]  // EF4017 one bit late, MISO low before
    [InlineData(0xF7A00B, "clock edge")]  // the same, MISO high before
    [InlineData(0xDE802E, "clock edge")]  // one bit early
    [InlineData(0xDE802F, "clock edge")]
    public void An_id_that_is_none_names_the_likely_cause(uint heard, string cause)
    {
        HearId(_ => heard);

        FlashChipException error = Fails();

        Assert.Contains($"{heard:X6}", error.Message, StringComparison.Ordinal);
        Assert.Contains(cause, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_different_id_among_eight_is_a_bad_contact()
    {
        HearId(read => read == 5 ? 0xEF4013u : 0xEF4017u);

        Assert.Contains("clip contact", Fails().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_answer_nothing_is_reset()
    {
        _bus.Hear = (_, _, answer) => [.. answer.Select(_ => (byte)0xFF)];

        Assert.Contains("FFFFFF", Fails().Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_bus.Frames, frame => frame[0] is 0x66 or 0x99);
    }

    [Fact]
    public void An_unknown_chip_is_reported_without_a_row()
    {
        HearId(_ => 0x1F4218);

        SpiNorIdentity identity = Probe();

        Assert.Equal((0x1F4218u, null, null), (identity.JedecId, identity.Chip, identity.UniqueId));
        Assert.DoesNotContain(_bus.Frames, frame => frame[0] == 0x4B); // which instruction it knows is not known
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public void A_blank_unique_id_is_none(byte fill)
    {
        _bus.Hear = (opcode, _, answer) => opcode == 0x4B ? [.. answer.Select(_ => fill)] : answer;

        Assert.Null(Probe().UniqueId);
    }

    [Fact]
    public void A_unique_id_that_changes_is_a_bad_contact()
    {
        _bus.Hear = (opcode, before, answer) =>
            opcode == 0x4B ? [.. answer.Select(b => (byte)(b ^ before))] : answer;

        Assert.Contains("unique id changes", Fails().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GD25Q64", "", "D1D2D3D4D5D6D7D8D9DADBDCDDDEDFE0")]                  // 16 bytes
    [InlineData("N25Q/MT25QL128", "1044000102030405060708090A0B0C0D", "44000102030405060708090A0B0C0D0D")]
    [InlineData("N25Q/MT25QL128", "1044000000000000000000000000000000", null)] // shipped without factory data
    [InlineData("N25Q/MT25QL128", "104400FFFFFFFFFFFFFFFFFFFFFFFFFFFF", null)]
    [InlineData("N25Q/MT25QL128", "024400", null)]                             // the device's configuration only
    [InlineData("EN25QH64", "", "A0A1A2A3A4A5A6A7A8A9AAAB")]                        // in the SFDP space
    [InlineData("MX25U128xx", "", null)]
    public async Task The_unique_id_is_read_by_the_makers_way(string name, string extendedId, string? uniqueId)
    {
        SpiNorChip chip = SpiNorChips.ByName(name)!;
        byte[] space = [.. Enumerable.Repeat((byte)0xFF, 0x80), .. Enumerable.Range(0xA0, 16).Select(i => (byte)i)];
        await using var bus = new ScriptedSpiNor(chip, _time)
        {
            ExtendedId = Convert.FromHexString(extendedId),
            Sfdp = name == "EN25QH64" ? space : [],
        };

        Assert.Equal(uniqueId, _time.Run(() => SpiNorFlash.ProbeAsync(bus, _time, Cancel)).UniqueId);
    }

    [Fact]
    public void The_sfdp_is_read_twice_and_makes_the_chip()
    {
        _bus.Sfdp = Smaller();

        SpiNorIdentity identity = Probe();

        Assert.Equal(TimeSpan.FromMilliseconds(48), identity.Chip!.Erases[0].Typical);
        Assert.NotNull(identity.Sfdp);
        Assert.Equal(2, _bus.Frames.Count(frame => frame[0] == 0x5A));
    }

    [Fact]
    public void An_sfdp_that_lies_further_up_is_read_as_far_as_it_goes()
    {
        SfdpImage image = SfdpImage.Of(Resized()).With(0xC2, new uint[100]);
        for (int i = 0; i < 3; i++)
            image.With(0xFF84, [0xFFFF_0E43, 0xFFDC5C21]);
        _bus.Sfdp = image.Build();

        Assert.NotNull(Probe().Sfdp!.FourByte);
        Assert.Equal(4, _bus.Frames.Count(frame => frame[0] == 0x5A));
    }

    [Fact]
    public void A_damaged_sfdp_is_told_and_the_table_used()
    {
        _bus.Sfdp = Smaller()[..40];

        SpiNorIdentity identity = Probe();

        Assert.Null(identity.Sfdp);
        Assert.NotNull(identity.SfdpDamage);
        Assert.False(identity.Chip!.HasSfdp);
        Assert.Equal(Chip.Erases, identity.Chip.Erases);
    }

    [Fact]
    public void An_sfdp_that_changes_is_a_bad_contact()
    {
        _bus.Sfdp = Smaller();
        _bus.Hear = (opcode, before, answer) =>
        {
            if (opcode == 0x5A && before == 1)
                answer[20] ^= 1;
            return answer;
        };

        Assert.Contains("SFDP changes", Fails().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_chip_left_in_four_byte_mode_is_brought_back()
    {
        SpiNorChip chip = SpiNorChips.ByName("W25Q256")!;
        await using var bus = new ScriptedSpiNor(chip, _time)
        {
            FourByteMode = true,
            ModeNeedsWriteEnable = true,
            LeavingSelectsUpperHalf = true,
            Ignores = opcode => opcode is 0x66 or 0x99,
        };

        SpiNorIdentity identity = _time.Run(() => SpiNorFlash.ProbeAsync(bus, _time, Cancel));

        Assert.Equal("W25Q256 (FV or JV)", identity.Chip!.Title);
        Assert.Equal((false, 0), (bus.FourByteMode, (int)bus.ExtendedAddress));
    }

    // The table and the chip must agree on 8 MiB.
    private static byte[] Smaller() => SfdpImage.Of(Resized()).Build();

    private static uint[] Resized()
    {
        uint[] basic = SfdpImage.Basic16();
        basic[1] = 0x03FFFFFF;
        return basic;
    }

    private void HearId(Func<int, uint> id) => _bus.Hear = (opcode, before, answer) =>
        opcode == 0x9F && answer.Length == 3 ? Convert.FromHexString($"{id(before):X6}") : answer;

    private SpiNorIdentity Probe() => _time.Run(() => SpiNorFlash.ProbeAsync(_bus, _time, Cancel));

    private FlashChipException Fails() =>
        _time.Run(() => Assert.ThrowsAsync<FlashChipException>(() => SpiNorFlash.ProbeAsync(_bus, _time, Cancel)));
}
