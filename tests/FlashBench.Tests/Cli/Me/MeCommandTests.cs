using System.Text.Json;
using FlashBench.Tests.Firmware.States;

namespace FlashBench.Tests.Cli.Me;

public class MeCommandTests
{
    [Fact]
    public async Task A_disabled_ME_is_shown_with_its_registers_and_lines()
    {
        var run = await CommandLineRun.OfAsync(
            "me", "decode", MeTexts.PathOf("disabled-meinfo-gen3"), "--disable-bit", "set");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        foreach (string wanted in (string[])["DISABLED BY HAP", "ME 11", "phase bring-up", "0x80022004", "Alt Disable"])
            Assert.Contains(wanted, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_without_evidence_ends_with_20()
    {
        var run = await CommandLineRun.OfAsync("me", "decode", MeTexts.PathOf("noevidence-fwupd"));

        Assert.Equal(20, run.ExitCode);
        Assert.Contains("NO EVIDENCE", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JSON_has_a_line_for_each_sample_and_one_for_the_whole()
    {
        var run = await CommandLineRun.OfAsync(
            "me", "decode", MeTexts.PathOf("running-two-samples-gen2"), "--generation", "2", "--json");

        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using var whole = JsonDocument.Parse(lines[^1]);
        Assert.Equal(3, lines.Length);
        Assert.Equal("running", whole.RootElement.GetProperty("overall").GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData(65, "/nowhere/boot.log")]
    [InlineData(65, "/")]
    [InlineData(64, "x", "--generation", "4")]
    [InlineData(64, "x", "--me-version", "eleven")]
    [InlineData(64, "x", "--me-version", "11", "--generation", "2")]
    [InlineData(64, "x", "--disable-bit", "perhaps")]
    public async Task What_cannot_be_done_is_refused(int code, params string[] args) =>
        Assert.Equal(code, (await CommandLineRun.OfAsync(["me", "decode", .. args])).ExitCode);
}
