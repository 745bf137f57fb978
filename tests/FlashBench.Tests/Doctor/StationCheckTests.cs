using FlashBench.Bench.Config;
using FlashBench.Bench.Doctor;

namespace FlashBench.Tests.Doctor;

public sealed class StationCheckTests : IDisposable
{
    private readonly DoctorHost _host = new();

    [Theory]
    [InlineData(5L << 30, "ext4", true, null)]
    [InlineData(1L << 30, "ext4", true, Soundness.Warning)]
    [InlineData(100L << 20, "ext4", true, Soundness.Problem)]
    [InlineData(5L << 30, "tmpfs", true, Soundness.Warning)]
    [InlineData(5L << 30, "ext4", false, Soundness.Problem)]
    [InlineData(null, null, true, Soundness.Unknown)]
    public void Folders_need_space_on_a_disk_that_stays(long? free, string? kind, bool writable, Soundness? expected)
    {
        _host.Station = _host.Station with { Folders = [new FolderReading("vault", "/data/vault", free, kind, writable)] };

        Assert.Equal(expected, _host.Faults("disk-space").SingleOrDefault()?.Soundness);
    }

    [Theory]
    [InlineData(99, null, null)]
    [InlineData(101, null, Soundness.Warning)]
    [InlineData(1, "Input/output error", Soundness.Problem)]
    public void Evidence_must_reach_the_disk_and_soon(int milliseconds, string? fault, Soundness? expected)
    {
        var tried = new DurableWrite("/data/evidence", TimeSpan.FromMilliseconds(milliseconds), fault);
        _host.Station = _host.Station with { Durable = tried };

        Assert.Equal(expected, _host.Faults("evidence-disk").SingleOrDefault()?.Soundness);
    }

    [Theory]
    [InlineData(true, false, "", null)]
    [InlineData(false, true, "", null)]
    [InlineData(false, false, "", Soundness.Warning)]
    [InlineData(false, false, "chronyd", Soundness.Unknown)]
    [InlineData(null, false, "chronyd", Soundness.Unknown)]
    [InlineData(null, true, "", null)]
    public void The_clock_is_synchronised_or_not_or_nobody_knows(
        bool? kernel, bool timesyncd, string daemon, Soundness? expected)
    {
        _host.Files.ClockSynchronised = kernel;
        if (timesyncd)
            _host.Files.With("/run/systemd/timesync/synchronized", "");
        if (daemon.Length > 0)
            _host.Files.Program(99, daemon);

        Assert.Equal(expected, _host.Faults("clock").SingleOrDefault()?.Soundness);
    }

    [Fact]
    public void A_host_that_may_go_to_sleep_is_told()
    {
        _host.Files.Without("/etc/systemd/system/sleep.target");
        Assert.Equal(Soundness.Warning, _host.OnlyFault("host-sleep").Soundness);

        _host.Files.With("/etc/systemd/logind.conf", "[Login]\n#IdleAction=ignore\nIdleAction=suspend\n");
        Assert.Equal(Soundness.Problem, _host.OnlyFault("host-sleep").Soundness);

        _host.Files.With("/etc/systemd/logind.conf.d/bench.conf", "[Login]\nIdleAction=ignore\n")
            .With("/proc/acpi/button/lid/LID0/state", "open\n");
        Assert.Contains("lid closes", _host.OnlyFault("host-sleep").Sentence, StringComparison.Ordinal);

        _host.Files.With("/sys/power/state", "\n");
        Assert.Empty(_host.Faults("host-sleep"));
    }

    [Fact]
    public void A_host_without_systemd_does_not_tell_what_puts_it_to_sleep()
    {
        _host.Files.Without("/etc/systemd").Without("/run/systemd");

        Assert.Equal(Soundness.Unknown, _host.OnlyFault("host-sleep").Soundness);
    }

    [Theory]
    [InlineData(true, 0x180, true, null, null)]
    [InlineData(false, 0, true, null, null)]
    [InlineData(true, 0x1A4, true, Soundness.Problem, "chmod 600 /data/keys/station.pem")]
    [InlineData(true, 0x180, false, Soundness.Problem, "sudo chown anna /data/keys/station.pem")]
    public void The_key_is_for_its_owner_alone(bool exists, int mode, bool owned, Soundness? expected, string? mend)
    {
        _host.Station = _host.Station with { Key = new KeyReading("/data/keys/station.pem", exists, mode, owned) };

        HostFinding? fault = _host.Faults("station-key").SingleOrDefault();

        Assert.Equal((expected, mend), (fault?.Soundness, fault?.Mend));
    }

    [Fact]
    public void A_damaged_list_of_stations_is_a_problem()
    {
        _host.Station = _host.Station with { TrustedFault = "x.pem: is no P-256 public key" };

        Assert.Equal(Soundness.Problem, _host.OnlyFault("trusted-stations").Soundness);
    }

    [Fact]
    public void Relays_on_lines_need_the_holder_and_an_operator_does_not()
    {
        _host.Station = _host.Station with { HolderAnswers = false };
        HostFinding fault = _host.OnlyFault("relay-holder");
        Assert.Equal(Soundness.Problem, fault.Soundness);
        Assert.StartsWith("flashbench relayd ", fault.Mend, StringComparison.Ordinal);

        Assert.DoesNotContain(_host.Examine("b02"), finding => finding.Check == "relay-holder");
    }

    [Fact]
    public void The_station_is_read_without_leaving_a_trace()
    {
        using var folder = new TemporaryFolder();
        var paths = new BenchPaths(
            folder.At("state"), folder.At("vault"), folder.At("deep/evidence"), folder.At("keys"), folder.At("log"));

        StationReading station = StationReader.Read(paths, folder.At("none.sock"), user: 0, TimeProvider.System);

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal(3, station.Folders.Count);
        Assert.All(station.Folders, found => Assert.True(found is { Writable: true, FreeBytes: > 0 }));
        Assert.True(station.Durable is { Fault: null } tried && tried.Slowest > TimeSpan.Zero && tried.Folder == folder.Path);
        Assert.Equal((false, 0, null, false), (station.Key.Exists, station.Trusted, station.TrustedFault, station.HolderAnswers));
    }

    [Fact]
    public void A_key_that_others_may_read_and_a_damaged_station_are_seen()
    {
        using var folder = new TemporaryFolder();
        File.SetUnixFileMode(
            folder.Write("keys/station.pem", "x"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        folder.Write("keys/trusted/x.pem", "no key");
        string at = folder.Path;

        StationReading station = StationReader.Read(
            new BenchPaths(at, at, at, folder.At("keys"), at), new string('x', 300), user: 0, TimeProvider.System);

        Assert.Equal((true, 0x184), (station.Key.Exists, station.Key.Mode));
        Assert.NotNull(station.TrustedFault);
    }

    public void Dispose() => _host.Dispose();
}
