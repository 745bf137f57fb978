using FlashBench.Hardware;
using FlashBench.Hardware.Power;

namespace FlashBench.Tests.Hardware.Power;

public sealed class RelayPowerTests
{
    [Fact]
    public void A_new_relay_is_not_touched_and_nothing_is_known_of_it()
    {
        var line = new RecordedLine();

        var relay = new RelayPower(line);

        Assert.Null(relay.Commanded);
        Assert.Empty(line.Levels);
        Assert.Same(line.Identity, relay.Identity);
    }

    [Fact]
    public async Task It_remembers_what_was_commanded()
    {
        var line = new RecordedLine();
        var relay = new RelayPower(line);

        await relay.OnAsync(TestContext.Current.CancellationToken);
        Assert.True(relay.Commanded);
        await relay.OffAsync(TestContext.Current.CancellationToken);
        Assert.False(relay.Commanded);

        Assert.Equal([true, false], line.Levels);
    }

    [Fact]
    public async Task After_a_command_that_failed_its_contact_is_unknown()
    {
        var line = new RecordedLine();
        var relay = new RelayPower(line);
        await relay.OnAsync(TestContext.Current.CancellationToken);
        line.Broken = true;

        await Assert.ThrowsAsync<PowerException>(
            () => relay.OffAsync(TestContext.Current.CancellationToken).AsTask());

        Assert.Null(relay.Commanded);
    }

    private sealed class RecordedLine : IOutputLine
    {
        public PartIdentity Identity { get; } = new("relay", "channel 1", Simulated: true);

        public List<bool> Levels { get; } = [];

        public bool Broken { get; set; }

        public ValueTask<bool?> ReadAsync(CancellationToken cancel) => new(Levels.Count > 0 ? Levels[^1] : null);

        public ValueTask DriveAsync(bool active, CancellationToken cancel)
        {
            if (Broken)
                throw new PowerException("the relay card is gone");
            Levels.Add(active);
            return ValueTask.CompletedTask;
        }
    }
}
