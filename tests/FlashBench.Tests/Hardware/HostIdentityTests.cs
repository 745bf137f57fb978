using FlashBench.Hardware;

namespace FlashBench.Tests.Hardware;

public sealed class HostIdentityTests
{
    [Theory]
    [InlineData("350735.50 234388.90\n", 350735.5)]
    [InlineData("0.01 0.00\n", 0.01)]
    [InlineData("12 3", 12)]
    public void Uptime_is_the_first_number_of_its_line(string line, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), HostBootClock.Parse(line));

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData(" 1.0")]
    [InlineData("-1.0 2.0")]
    [InlineData("1e3 2.0")]
    [InlineData("99999999999999999999999999999999 1")]
    [InlineData("9999999999999 1")]
    public void A_line_that_is_no_uptime_is_refused(string line) =>
        Assert.Throws<IOException>(() => HostBootClock.Parse(line));

    [Fact]
    public void The_running_host_tells_its_boot_id_and_a_clock_that_does_not_run_back()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux's /proc");
        var clock = new HostBootClock();

        TimeSpan earlier = clock.SinceBoot;
        HostIdentity host = HostIdentity.Read();

        Assert.True(Guid.TryParse(host.BootId, out _), host.BootId);
        Assert.Equal(host, HostIdentity.Read());
        Assert.InRange(clock.SinceBoot, earlier, earlier + TimeSpan.FromMinutes(1));
    }
}
