using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Power.Lines;

namespace FlashBench.Tests.Hardware.Power.Lines;

/// <summary>The driver of USB relay boards against a board that a foreign program plays on a real tty.</summary>
public sealed class LcusRelayTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static OutputLines Lines() =>
        new(TimeProvider.System, tty => tty.Device!, new AbsentOperator("this is a test"));

    private static OutputLineSpec.Lcus Channel(ForeignBoard board, int channel, bool inverted = false) =>
        new(new TtySelector(Device: board.Port), channel, inverted);

    [Fact]
    public async Task A_board_that_speaks_confirms_each_command_and_its_other_relays_stay()
    {
        await using ForeignBoard board = await ForeignBoard.StartAsync();
        using OutputLines lines = Lines();
        IOutputLine first = lines.Open(Channel(board, 1)), second = lines.Open(Channel(board, 2, inverted: true));

        Assert.False(await first.ReadAsync(Cancel));
        Assert.True(await second.ReadAsync(Cancel));
        await first.DriveAsync(true, Cancel);
        Assert.True(await first.ReadAsync(Cancel));
        Assert.True(await second.ReadAsync(Cancel));
        await second.DriveAsync(false, Cancel);
        Assert.True(await first.ReadAsync(Cancel));
        Assert.False(await second.ReadAsync(Cancel));
        Assert.True(first.Identity.Simulated); // a pseudo terminal is no part
    }

    [Fact]
    public async Task Opening_and_closing_sends_no_frame()
    {
        using var folder = new TemporaryFolder();
        await using ForeignBoard board = await ForeignBoard.StartAsync("--log", folder.At("log"));
        using (OutputLines lines = Lines())
            await lines.Open(Channel(board, 1)).DriveAsync(true, Cancel);

        using (OutputLines again = Lines())
            Assert.True(await again.Open(Channel(board, 1)).ReadAsync(Cancel));

        Assert.Single(await File.ReadAllLinesAsync(folder.At("log"), Cancel));
    }

    [Fact]
    public async Task A_mute_board_is_driven_and_nothing_is_known_of_it()
    {
        using var folder = new TemporaryFolder();
        await using ForeignBoard board = await ForeignBoard.StartAsync("--mute", "--log", folder.At("log"));
        using OutputLines lines = Lines();
        IOutputLine relay = lines.Open(Channel(board, 3));

        Assert.Null(await relay.ReadAsync(Cancel));
        await relay.DriveAsync(true, Cancel);
        await relay.DriveAsync(false, Cancel);
        await relay.DriveAsync(true, Cancel);

        Assert.Null(await relay.ReadAsync(Cancel));
        string[] states = await FramesAsync(folder.At("log"), 3);
        Assert.Equal(["3 1", "3 0", "3 1"], states);
    }

    [Fact]
    public async Task A_relay_that_does_not_move_is_told()
    {
        await using ForeignBoard board = await ForeignBoard.StartAsync("--stuck", "2");
        using OutputLines lines = Lines();

        var error = await Assert.ThrowsAsync<PowerException>(
            () => lines.Open(Channel(board, 2)).DriveAsync(true, Cancel).AsTask());

        Assert.Contains("was switched on and the board says off", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsPartGone);
    }

    [Fact]
    public async Task A_board_that_is_unplugged_is_gone()
    {
        ForeignBoard board = await ForeignBoard.StartAsync();
        using OutputLines lines = Lines();
        IOutputLine relay = lines.Open(Channel(board, 1));
        await relay.DriveAsync(true, Cancel);

        await board.DisposeAsync();

        var error = await Assert.ThrowsAsync<PowerException>(() => relay.DriveAsync(false, Cancel).AsTask());
        Assert.True(error.IsPartGone, error.Message);
        var absent = Assert.Throws<PowerException>(() => Lines().Open(Channel(board, 1)));
        Assert.Contains("is not there", absent.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(-1)]
    public void A_channel_that_no_board_has_is_refused(int channel) =>
        Assert.Throws<PowerException>(
            () => Lines().Open(new OutputLineSpec.Lcus(new TtySelector("/dev/null"), channel)));

    // A mute board is written to and not waited for.
    private static async Task<string[]> FramesAsync(string log, int count)
    {
        for (int i = 0; ; i++)
        {
            string[] lines = File.Exists(log) ? await File.ReadAllLinesAsync(log, Cancel) : [];
            if (lines.Length >= count || i == 100)
                return [.. lines.Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])];
            await Task.Delay(20, Cancel);
        }
    }
}
