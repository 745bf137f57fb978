using System.Globalization;
using System.Text;
using FlashBench.Simulation;
using FlashBench.Simulation.Board;

namespace FlashBench.Tests.Simulation.Board;

public sealed class BoardConsoleTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static TheoryData<string> Kinds => ["me8", "me10", "me11"];

    private static BoardStage On(string kind, TimeSpan span, Action<Images.GeneratedImage>? edit = null) =>
        BoardStage.Play(kind, async stage =>
        {
            stage.Power(true);
            await stage.WaitAsync(span);
        }, edit);

    [Fact]
    public void Every_sample_has_the_form_of_the_protocol_and_a_right_checksum()
    {
        BoardStage stage = On("me8", 5 * Minute);

        Assert.InRange(stage.FB1.Length, 9, 10);
        for (int i = 0; i < stage.FB1.Length; i++)
        {
            string line = stage.FB1[i];
            Assert.Matches(@"^FB1 00000000 \d+ \d+\.\d\d( [0-9a-f]{8}){6} [0-9a-f]{8}$", line);
            Assert.Equal((i + 1).ToString(CultureInfo.InvariantCulture), line.Split(' ')[2]);
            Assert.Equal(BitwiseCrc(line[..^9]).ToString("x8", CultureInfo.InvariantCulture), line[^8..]);
        }
    }

    // Second implementation: bits in the order of the polynomial, mirrored at both ends.
    private static uint BitwiseCrc(string text)
    {
        uint crc = 0xFFFF_FFFF;
        foreach (byte value in Encoding.ASCII.GetBytes(text))
        {
            for (int bit = 0; bit < 8; bit++)
            {
                bool top = (crc >> 31 != 0) != ((value >> bit & 1) != 0);
                crc = unchecked(crc << 1) ^ (top ? 0x04C1_1DB7u : 0);
            }
        }

        uint mirrored = 0;
        for (int bit = 0; bit < 32; bit++)
            mirrored |= (crc >> bit & 1) << (31 - bit);
        return ~mirrored;
    }

    [Fact]
    public void The_checksum_of_the_standard_test_string_is_right()
    {
        Assert.Equal(0xCBF43926, BitwiseCrc("123456789"));
        Assert.Equal(0xCBF43926, Crc32.Of("123456789"u8));
    }

    [Fact]
    public void Uptime_and_heartbeats_follow_a_clock_that_is_hardly_off()
    {
        BoardStage stage = On("me10", 31 * Minute);

        double[] uptimes = [.. stage.Heartbeats.Select(
            line => double.Parse(line.Split(' ')[3], CultureInfo.InvariantCulture))];
        TimeSpan[] beats =
            [.. stage.Received.Where(part => BoardStage.Starts(part, "heartbeat")).Select(part => part.At)];
        double real = (beats[^1] - beats[0]).TotalSeconds;
        Assert.InRange(stage.Heartbeats.Length, 368, 372);
        Assert.InRange((uptimes[^1] - uptimes[0]) / real, 0.999, 1.001);
        Assert.NotEqual(real, uptimes[^1] - uptimes[0], 2);
        Assert.Equal(
            Enumerable.Range(1, beats.Length), stage.Heartbeats.Select(line => int.Parse(line.Split(' ')[1], null)));
        Assert.All(
            beats.Zip(beats.Skip(1)), pair => Assert.InRange((pair.Second - pair.First).TotalSeconds, 4.9, 5.1));
    }

    [Fact]
    public void Bytes_need_their_time_on_the_line()
    {
        BoardStage stage = On("me8", Minute);

        TimeSpan last = default;
        foreach ((TimeSpan at, byte[] bytes) in stage.Received)
        {
            double needed = bytes.Length * 10 / 115200.0;
            Assert.InRange((at - last).TotalSeconds, needed - 1e-5, 60);
            last = at;
        }
    }

    public static TheoryData<string, string, string[]> Words => new()
    {
        {
            "me8", "stock",
            ["ME: FW Partition Table      : OK", "ME: Firmware Init Complete  : YES",
                "ME: Current Working State   : Normal", "ME: Current Operation State : M0 with UMA",
                "ME: Current Operation Mode  : Normal",
                "ME: Error Code              : No Error", "ME: Progress Phase          : Host Communication"]
        },
        {
            "me8", "disabled",
            ["ME: Wrong mode : 2", "ME: ME is reporting as disabled, so not waiting for a response.",
                "ME: Current Working State   : Initializing", "ME: Current Operation State : Bring up",
                "ME: Current Operation Mode  : Debug or Disabled by AltDisableBit",
                "ME: Error Code              : No Error", "ME: Progress Phase          : BUP Phase"]
        },
        {
            "me10", "removed",
            ["[DEBUG]  ME: Current Working State   : Recovery", "[DEBUG]  ME: Error Code              : Image Failure",
                "[DEBUG]  ME: Progress Phase          : BUP Phase",
                "[DEBUG]  ME: Progress Phase State    : M0 kernel load"]
        },
        {
            "me8", "broken",
            ["ME: HFS error : 3", "ME: Current Working State   : Platform Disable Wait",
                "ME: Current Operation State : Preboot", "ME: Error Code              : Image Failure",
                "ME: Requested BIOS Action: No DID Ack received"]
        },
        {
            "me11", "disabled",
            ["[DEBUG]  ME: Host Firmware Status Register 1 : 0x80022004",
                "[DEBUG]  ME: Host Firmware Status Register 2 : 0x304D0116",
                "[DEBUG]  ME: Current Operation Mode  : Debug", "[DEBUG]  ME: Progress Phase          : BUP Phase",
                "[DEBUG]  ME: FPF status              : unfused"]
        },
    };

    [Theory, MemberData(nameof(Words))]
    public void The_firmware_log_has_the_words_of_its_generation(string kind, string state, string[] lines)
    {
        BoardStage stage = On(kind, TimeSpan.FromSeconds(40), image => Edit(image, state, kind == "me11"));

        Assert.All(lines, line => Assert.Contains(line, stage.Lines));
    }

    private static void Edit(Images.GeneratedImage image, string state, bool third)
    {
        if (state == "disabled")
            image.SetDisableBit(third);
        if (state == "removed")
            image.Neutralize(third);
        if (state == "broken")
            image.Flip(image.Manifest + 0x190);
    }

    [Fact]
    public void An_ME_11_hidden_under_HAP_shows_no_register()
    {
        BoardStage stage = BoardStage.Play("me11", async stage =>
        {
            stage.Power(true);
            await stage.WaitAsync(Minute);
        }, image => image.SetDisableBit(third: true), options => options with { HiddenUnderHap = true });

        Assert.Contains("[DEBUG]  HECI: CSE device 16.0 is hidden", stage.Lines);
        Assert.DoesNotContain(stage.Lines, line => line.Contains("ME: ", StringComparison.Ordinal));
        Assert.DoesNotContain(stage.Lines, line => line.Contains("mei_me", StringComparison.Ordinal));
        Assert.All(stage.FB1, line => Assert.Contains(
            " -------- -------- -------- -------- -------- -------- ", line, StringComparison.Ordinal));
        Assert.NotEmpty(stage.FB1);
    }

    [Fact]
    public void A_board_without_agent_still_has_heartbeats_and_does_not_answer()
    {
        BoardStage stage = BoardStage.Play("me11", async stage =>
        {
            stage.Power(true);
            await stage.WaitAsync(Minute);
            await stage.SendAsync("FBQ 01234567\n");
            await stage.WaitAsync(Minute);
        }, with: options => options with { Agent = false });

        Assert.Empty(stage.FB1);
        Assert.InRange(stage.Heartbeats.Length, 20, 23);
    }

    [Fact]
    public void A_cut_tears_the_line_that_was_on_its_way()
    {
        BoardStage stage = BoardStage.Play("me8", async stage =>
        {
            stage.Power(true);
            await stage.WaitAsync(2 * Minute);
            TimeSpan[] samples =
                [.. stage.Received.Where(part => BoardStage.Starts(part, "FB1")).Select(part => part.At)];
            TimeSpan next = samples[^1] + (samples[^1] - samples[^2]); // last byte of the one to come
            await Task.Delay(next - stage.Now - TimeSpan.FromMilliseconds(9), stage.Time, default);
            stage.Power(false); // the contact takes 5 ms
            await stage.WaitAsync(Minute);
        });

        Assert.False(stage.Text.EndsWith('\n'));
        Assert.StartsWith("FB1 00000000 ", stage.Lines[^1], StringComparison.Ordinal);
        Assert.InRange(stage.Lines[^1].Length, 14, 70);
    }

    [Fact]
    public void A_query_changes_the_nonce_and_is_answered_at_once_when_the_system_is_up()
    {
        TimeSpan asked = default;
        BoardStage stage = BoardStage.Play("me8", async stage =>
        {
            stage.Power(true);
            await stage.WaitAsync(TimeSpan.FromSeconds(3));
            await stage.SendAsync("FBQ deadbeef\n"); // firmware is not listening
            await stage.WaitAsync(TimeSpan.FromSeconds(40));
            await stage.SendAsync("FBQ 0123abcd\r\nFBQ nonsense\nFBQ 0123ABCD\n fbq 11111111\n");
            asked = stage.Now;
            await stage.WaitAsync(Minute);
            await stage.CycleAsync();
            await stage.WaitAsync(Minute / 2);
        });

        Assert.DoesNotContain("deadbeef", stage.Text, StringComparison.Ordinal);
        (TimeSpan at, _) = stage.Received.First(part => part.Bytes.AsSpan().StartsWith("FB1 0123abcd "u8));
        Assert.InRange((at - asked).TotalMilliseconds, 1, 60);
        int first = Array.FindIndex(stage.FB1, line => line.StartsWith("FB1 0123abcd", StringComparison.Ordinal));
        Assert.Equal((first + 1).ToString(CultureInfo.InvariantCulture), stage.FB1[first].Split(' ')[2]);
        Assert.StartsWith("FB1 00000000 1 ", stage.FB1[^1], StringComparison.Ordinal); // a new boot forgets it
        Assert.DoesNotContain("11111111", stage.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_that_nobody_reads_overruns_and_counts()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("flashbench-board-");
        var image = Images.GeneratedImage.Of("me8");
        var time = new VirtualTime();
        long overruns = time.Run(async () =>
        {
            VirtualBenchOptions options = BoardStage.Options(
                Path.Combine(folder.FullName, "bench"), (uint)image.Bytes.Length);
            await using var bench = VirtualBench.Create(options, image.Bytes, time);
            bench.PowerRelay.Drive(true);
            await Task.Delay(TimeSpan.FromHours(5), time, default);
            return bench.Console.Counters.Overruns;
        });
        folder.Delete(recursive: true);

        Assert.InRange(overruns, 1000, 200_000);
    }
}
