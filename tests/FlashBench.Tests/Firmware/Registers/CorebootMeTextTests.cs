using FlashBench.Firmware.Registers;

namespace FlashBench.Tests.Firmware.Registers;

public class CorebootMeTextTests
{
    private static readonly string[] Ivy =
    [
        "coreboot-4.19 Wed bootblock starting (log level: 7)...",
        "ME: FWS2: 0x160a0140",
        "ME: FW Partition Table      : OK",
        "ME: Bringup Loader Failure  : NO",
        "ME: Firmware Init Complete  : NO",
        "ME: Manufacturing Mode      : YES",
        "ME: Current Working State   : Initializing",
        "ME: Current Operation State : M0 without UMA but with error",
        "ME: Current Operation Mode  : Debug or Disabled by AltDisableBit",
        "ME: Error Code              : No Error",
        "ME: Progress Phase          : BUP Phase",
        "ME: Progress Phase State    : Check to see if straps say ME DISABLED",
    ];

    private static readonly string[] Kaby =
    [
        "[DEBUG]  ME: Host Firmware Status Register 1 : 0x80022004",
        "[DEBUG]  ME: Host Firmware Status Register 2 : 0x304D0116",
        "[DEBUG]  ME: Host Firmware Status Register 6 : 0x40000004",
        "[DEBUG]  ME: FW Partition Table      : OK",
        "[DEBUG]  ME: Current Working State   : Unknown (4)",
        "[DEBUG]  ME: Current Operation Mode  : Debug",
        "[DEBUG]  ME: Error Code              : Unknown (2)",
    ];

    [Fact]
    public void The_words_of_Sandy_to_Broadwell_become_numbers()
    {
        CorebootMeReport report = CorebootMeText.Read(Ivy);

        Assert.Equal((1, 2, 0), (report.WorkingState, report.OperationMode, report.ErrorCode));
        Assert.Equal(new MeRegisters(null, 0x160A0140), report.Registers);
        Assert.False(report.IsContradictory);
    }

    [Fact]
    public void The_registers_of_Skylake_fill_in_what_its_words_do_not_list()
    {
        CorebootMeReport report = CorebootMeText.Read(Kaby);

        Assert.Equal((4, 2, 2), (report.WorkingState, report.OperationMode, report.ErrorCode));
        Assert.Equal(new MeRegisters(0x80022004, 0x304D0116, Hfsts6: 0x40000004), report.Registers);
    }

    [Fact]
    public void The_numbers_of_CSE_boards_are_read()
    {
        CorebootMeReport report = CorebootMeText.Read(
        [
            "[DEBUG]  ME: HFSTS1                      : 0x80022054",
            "[DEBUG]  ME: Current Working State       : 4",
            "[DEBUG]  ME: Current Operation State     : 1",
            "[DEBUG]  ME: Current Operation Mode      : 2",
            "[DEBUG]  ME: Error Code                  : 2",
        ]);

        Assert.Equal((4, 2, 2, 0x80022054u),
            (report.WorkingState, report.OperationMode, report.ErrorCode, report.Registers.Hfsts1));
    }

    [Fact]
    public void Older_coreboot_aligns_with_tabs()
    {
        CorebootMeReport report = CorebootMeText.Read(
            ["ME: Current Working State\t : Recovery", "ME: Error Code\t\t : Image Failure"]);

        Assert.Equal((2, 3), (report.WorkingState, report.ErrorCode));
    }

    [Fact]
    public void Romstage_says_that_the_ME_is_disabled() =>
        Assert.True(CorebootMeText.Read(
            ["[NOTE ]  ME: ME is reporting as disabled, so not waiting for a response."]).SaysDisabled);

    [Theory]
    [InlineData("ME: Current Operation Mode  : (null)")]
    [InlineData("ME: Current Operation Mode  : Unknown (9)")]
    [InlineData("ME: Current Operation Mode  : Unknown (OOB)")]
    [InlineData("ME: Current Operation Mode  : Norma")]
    [InlineData("ME: Current Operation Mode  : NormaDl")]
    [InlineData("ME: Current Operation Mode  : 22")]
    [InlineData("ME: Current Operation Mode  : -1")]
    [InlineData("ME: Current Operation Mode  :")]
    [InlineData("ME: Current Oper\0tion Mode  : Normal")]
    [InlineData("xME: Current Operation Mode  : Normal")]
    [InlineData("ME is HAP disabled")]
    [InlineData("ME: HFSTS1                      : 0x8002205")] // a digit is lost
    [InlineData("ME: HFSTS1                      : 0x8002205g")]
    [InlineData("ME: HFSTS9                      : 0x80022054")]
    [InlineData("ME: Firmware Version 8.0.20.1513 (code)")]
    [InlineData("")]
    public void An_unlisted_word_or_a_damaged_line_says_nothing(string line) =>
        Assert.True(CorebootMeText.Read([line]).IsEmpty);

    [Fact]
    public void The_last_statement_of_a_boot_counts()
    {
        CorebootMeReport report = CorebootMeText.Read(
            ["ME: Current Working State   : Initializing", "ME: Current Working State   : Normal"]);

        Assert.Equal(5, report.WorkingState);
    }

    [Theory]
    [InlineData("ME: Current Operation Mode  : Normal")]
    [InlineData("ME: Current Working State   : Recovery")]
    [InlineData("ME: Error Code              : Image Failure")]
    public void Words_that_their_register_denies_are_a_contradiction_and_no_claim(string line)
    {
        CorebootMeReport report = CorebootMeText.Read([.. Kaby, line]);

        Assert.True(report.IsContradictory);
        Assert.True(report.IsEmpty);
    }

    [Fact]
    public void Disabled_by_its_own_word_but_normal_by_its_mode_is_a_contradiction() =>
        Assert.True(CorebootMeText.Read(
        [
            "ME: ME is reporting as disabled, so not waiting for a response.",
            "ME: Current Operation Mode  : Normal",
        ]).IsContradictory);

    [Fact]
    public void One_damaged_byte_never_turns_into_another_state()
    {
        CorebootMeReport intact = CorebootMeText.Read(Ivy);
        for (int line = 6; line < 10; line++)
        {
            for (int at = 0; at < Ivy[line].Length; at++)
            {
                for (int bit = 0; bit < 8; bit++)
                {
                    string[] lines = [.. Ivy];
                    lines[line] = Ivy[line][..at] + (char)(Ivy[line][at] ^ 1 << bit) + Ivy[line][(at + 1)..];

                    CorebootMeReport damaged = CorebootMeText.Read(lines);

                    Assert.True(damaged.WorkingState is null || damaged.WorkingState == intact.WorkingState);
                    Assert.True(damaged.OperationMode is null || damaged.OperationMode == intact.OperationMode);
                    Assert.True(damaged.ErrorCode is null || damaged.ErrorCode == intact.ErrorCode);
                }
            }
        }
    }

    [Fact]
    public void Long_and_random_lines_are_survived()
    {
        var random = new Random(5);
        var lines = Enumerable.Range(0, 500).Select(_ =>
            "ME: " + string.Concat(Enumerable.Range(0, random.Next(300)).Select(_ => (char)random.Next(1, 256))));

        Assert.True(CorebootMeText.Read([.. lines, "ME: " + new string(' ', 1 << 20) + ": x"]).IsEmpty);
    }
}
