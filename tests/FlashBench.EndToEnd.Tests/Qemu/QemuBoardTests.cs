using System.Diagnostics;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Programmers;
using FlashBench.Simulation.Qemu;

namespace FlashBench.EndToEnd.Tests.Qemu;

[Collection("one QEMU at a time")]
public sealed class QemuBoardTests
{
    private const string Banner = "\r\nU-Boot 20", Prompt = "\r\n=> ";
    private const double Silence = 4; // seconds; the banner takes a tenth of it

    [Fact]
    public async Task A_board_is_silent_until_power_comes_and_reaches_the_prompt_of_the_flashed_firmware()
    {
        await using QemuTestBench board = await QemuTestBench.CreateAsync();
        PowerSample before = await board.SampleAsync();
        Assert.Equal("", board.Text);

        await board.PowerAsync(true);
        Assert.True(await board.SaysAsync(Prompt), board.Text);
        PowerSample on = await board.SampleAsync();
        bool? relay = await board.Bench.PowerRelay.ReadAsync(QemuTestBench.Cancel);
        await board.Bench.Console.WriteAsync("echo 6*7 is ${baudrate}\r"u8.ToArray(), QemuTestBench.Cancel);
        Assert.True(await board.SaysAsync("6*7 is 115200"), board.Text);
        await board.PowerAsync(false);

        Assert.Equal(default, before);
        Assert.Equal(3300, on.RailMillivolts);
        Assert.InRange(on.SupplyMilliamps, 200, 5000);
        Assert.True(relay);
        Assert.Equal(default, await board.SampleAsync());
        Assert.StartsWith(Banner, board.Text.TrimStart('\r', '\n').Insert(0, "\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_board_with_an_erased_chip_or_one_cut_short_of_its_reset_vector_says_nothing()
    {
        await using QemuTestBench erased = await QemuTestBench.CreateAsync(
            change: image => image.AsSpan().Fill(0xFF));
        await using QemuTestBench cut = await QemuTestBench.CreateAsync(
            change: image => image.AsSpan(image.Length - 0x8000).Fill(0xFF));

        await erased.PowerAsync(true);
        await cut.PowerAsync(true);
        await QemuTestBench.WaitAsync(Silence);

        Assert.Equal(("", ""), (erased.Text, cut.Text));
        Assert.Equal(3300, (await erased.SampleAsync()).RailMillivolts); // silent, but powered
    }

    [Fact]
    public async Task The_reset_button_starts_the_firmware_again_and_the_console_lives_through_power_cycles()
    {
        await using QemuTestBench board = await QemuTestBench.CreateAsync();
        await board.PowerAsync(true);
        Assert.True(await board.SaysAsync(Banner), board.Text);
        int first = board.ProcessId;

        await board.Bench.ResetLine.DriveAsync(true, QemuTestBench.Cancel);
        await board.Bench.ResetLine.DriveAsync(true, QemuTestBench.Cancel); // held: no second reset
        await board.Bench.ResetLine.DriveAsync(false, QemuTestBench.Cancel);
        Assert.True(await board.SaysAsync(Banner, times: 2), board.Text);
        int afterReset = board.ProcessId;
        await board.PowerAsync(false);
        await board.PowerAsync(true);
        Assert.True(await board.SaysAsync(Banner, times: 3), board.Text);

        Assert.Equal(first, afterReset);
        Assert.NotEqual(first, board.ProcessId);
        await board.PowerAsync(true); // is on already
        Assert.Equal(4, board.Text.Split(Banner).Length);
    }

    [Fact]
    public async Task A_board_whose_process_was_killed_from_outside_reads_as_off_and_can_be_switched_on_again()
    {
        await using QemuTestBench board = await QemuTestBench.CreateAsync();
        await board.PowerAsync(true);
        Assert.True(await board.SaysAsync(Banner), board.Text);

        using (Process process = Process.GetProcessById(board.ProcessId))
            process.Kill();
        PowerSample sample = await board.SampleAsync();
        while (sample != default)
            sample = await board.SampleAsync();
        bool? relay = await board.Bench.PowerRelay.ReadAsync(QemuTestBench.Cancel);
        await board.PowerAsync(true);

        Assert.False(relay);
        Assert.True(await board.SaysAsync(Banner, times: 2), board.Text);
    }

    [Fact]
    public async Task A_board_that_was_left_on_runs_on_and_is_taken_over_by_the_next_program()
    {
        await using QemuTestBench board = await QemuTestBench.CreateAsync();
        await board.PowerAsync(true);
        Assert.True(await board.SaysAsync(Prompt), board.Text);
        int process = board.ProcessId;

        await board.ReopenAsync();
        await board.Bench.Console.WriteAsync("echo still ${baudrate}\r"u8.ToArray(), QemuTestBench.Cancel);

        Assert.True(await board.SaysAsync("still 115200"), board.Text);
        Assert.Equal(process, board.ProcessId);
        Assert.Equal(3300, (await board.SampleAsync()).RailMillivolts);
        await board.PowerAsync(false);
        Assert.Null(QemuProcess.Find(board.Options.RunFolder));
        await board.ReopenAsync();
        Assert.Equal(default, await board.SampleAsync());
    }

    [Fact]
    public async Task A_board_whose_program_died_while_the_relay_closed_still_comes_up_and_a_new_chip_finds_it_off()
    {
        await using QemuTestBench board = await QemuTestBench.CreateAsync();
        await board.CloseAsync();
        QemuProcess started = await QemuProcess.StartAsync(board.Options, TimeProvider.System, QemuTestBench.Cancel);

        await board.ReopenAsync();
        Assert.True(await board.SaysAsync(Banner), board.Text);
        Assert.Equal(started.Id, board.ProcessId);
        await board.CloseAsync();
        await using QemuBench fresh = await QemuBench.CreateAsync(board.Options, board.Image(), TimeProvider.System);

        Assert.False(started.IsAlive);
        Assert.Equal(default, await fresh.Sensor.SampleAsync(QemuTestBench.Cancel));
    }

    [Fact]
    public async Task What_the_programmer_writes_is_what_the_board_boots_and_no_one_reads_while_it_runs()
    {
        await using QemuTestBench board = await QemuTestBench.CreateAsync(change: image => image.AsSpan().Fill(0xFF));
        byte[] image = board.Image();
        uint firmware = (uint)image.Length - (1 << 20);

        await WriteAsync(board, image.AsMemory((int)firmware), firmware);
        await board.PowerAsync(true);
        Assert.True(await board.SaysAsync(Prompt), board.Text);
        SpiNorIdentity? whileOn = await ProbeAsync(board);
        await board.PowerAsync(false);
        SpiNorIdentity? whileOff = await ProbeAsync(board);

        Assert.NotEqual(QemuTestBench.Chip.JedecId, whileOn?.JedecId);
        Assert.True(board.Bench.Chip.ContentionCount > 0);
        Assert.Equal(QemuTestBench.Chip.JedecId, whileOff?.JedecId);
        Assert.True(board.Bench.Chip.Cells.Span[(int)firmware..].SequenceEqual(image.AsSpan((int)firmware)));
    }

    [Fact]
    public async Task The_sensor_of_a_running_board_moves()
    {
        await using QemuTestBench board = await QemuTestBench.CreateAsync();
        await board.PowerAsync(true);
        Assert.True(await board.SaysAsync(Prompt), board.Text);

        var samples = new HashSet<PowerSample>();
        for (int i = 0; i < 30; i++)
        {
            await QemuTestBench.WaitAsync(0.05);
            samples.Add(await board.SampleAsync());
        }

        Assert.True(samples.Count > 5, string.Join(' ', samples));
        Assert.All(samples, sample => Assert.Equal(3300, sample.RailMillivolts));
    }

    [Fact]
    public async Task A_QEMU_that_does_not_start_says_why()
    {
        await using QemuTestBench board = await QemuTestBench.CreateAsync();
        await board.CloseAsync();
        QemuBenchOptions broken = board.Options with
        {
            Files = board.Options.Files with { Program = "/bin/false" },
        };

        await using QemuBench bench = await QemuBench.OpenAsync(broken, TimeProvider.System);
        PowerException failure = await Assert.ThrowsAsync<PowerException>(
            async () => await bench.PowerRelay.DriveAsync(true, QemuTestBench.Cancel));

        Assert.Contains("QEMU does not start", failure.Message, StringComparison.Ordinal);
        Assert.Equal(default, await bench.Sensor.SampleAsync(QemuTestBench.Cancel));
    }

    private static async Task<SpiNorIdentity?> ProbeAsync(QemuTestBench board)
    {
        await using Ch341aProgrammer bus = await OpenAsync(board);
        try
        {
            return await SpiNorFlash.ProbeAsync(bus, board.Bench.FlashTime, QemuTestBench.Cancel);
        }
        catch (BenchException)
        {
            return null; // noise that is no answer at all
        }
    }

    private static async Task WriteAsync(QemuTestBench board, ReadOnlyMemory<byte> data, uint address)
    {
        await using Ch341aProgrammer bus = await OpenAsync(board);
        var flash = new SpiNorFlash(bus, QemuTestBench.Chip, board.Bench.FlashTime);
        await flash.ProgramAsync(address, data, null, QemuTestBench.Cancel);
    }

    private static async Task<Ch341aProgrammer> OpenAsync(QemuTestBench board) => await Ch341aProgrammer.OpenAsync(
        await board.Bench.OpenProgrammerAsync(QemuTestBench.Cancel), board.Bench.FlashTime, QemuTestBench.Cancel);
}
