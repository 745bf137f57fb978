using FlashBench.Cli;
using FlashBench.Cli.Certify;

namespace FlashBench.Tests.Cli;

/// <summary>Values that no verb can use end in one sentence and the right code, before anything is made.</summary>
public sealed class ArgumentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("certify", "--bench", "")]
    [InlineData("certify", "--dut", "")]
    [InlineData("certify", "--dut", " ")]
    [InlineData("certify", "--dut", "a\nb")]
    [InlineData("certify", "--operator", "\u001b[2J")]
    [InlineData("certify", "--evidence", "")]
    [InlineData("certify", "--evidence", "/dev/null")]
    [InlineData("certify", "--virtual-flash", "")]
    [InlineData("certify", "--config", "")]
    [InlineData("certify", "--keep", "--virtual-flash", "x.bin")]
    [InlineData("certify", "--dry-run", "--control", "stock")]
    [InlineData("certificate", "verify", "/", "--key", "/nope.pem")]
    [InlineData("certificate", "verify", "/", "--key", "")]
    [InlineData("certificate", "verify", "/", "--key", "/")]
    [InlineData("certificate", "verify", "")]
    [InlineData("certificate", "verify", "/dev/null")]
    [InlineData("certificate", "show", "/nope")]
    [InlineData("image", "inspect", "")]
    public async Task An_argument_that_cannot_be_meant_ends_with_64(params string[] args) =>
        Refused(ExitCodes.Usage, await CommandLineRun.OfAsync(args));

    [Fact]
    public async Task A_serial_has_at_most_100_characters() => Refused(
        ExitCodes.Usage, await CommandLineRun.OfAsync("certify", "--dut", new string('x', 101)));

    [Theory]
    [InlineData("/")]
    [InlineData("/nope")]
    [InlineData("/dev/zero")]
    public async Task What_holds_no_image_ends_with_65(string path)
    {
        Refused(ExitCodes.BadInput, await CommandLineRun.OfAsync("certify", "--virtual-flash", path));
        Refused(ExitCodes.BadInput, await CommandLineRun.OfAsync("image", "inspect", path));
    }

    [Fact(Timeout = 30_000)]
    public async Task An_image_may_come_through_a_pipe()
    {
        NamedPipe.Create(_folder.At("pipe"));
        Task writing = Task.Run(
            () => File.WriteAllBytes(_folder.At("pipe"), new byte[100]), TestContext.Current.CancellationToken);

        CommandLineRun run = await Task.Run(
            () => CommandLineRun.OfAsync("certify", "--virtual-flash", _folder.At("pipe")),
            TestContext.Current.CancellationToken);

        await writing;
        Refused(ExitCodes.BadInput, run);
        Assert.Contains("100 bytes are no whole flash image", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trusted/other.pem")]
    [InlineData("station.pub.pem")]
    public void A_broken_file_among_the_trusted_keys_is_a_fault_of_the_configuration_and_named(string name)
    {
        string broken = _folder.Write(name, "no key");

        var fault = Assert.Throws<CommandFailure>(() => CertificateCommand.Trusted(_folder.Path, extraKey: null));

        Assert.Equal(ExitCodes.Configuration, fault.ExitCode);
        Assert.Contains(broken, fault.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public Task A_pipe_among_the_trusted_keys_is_not_waited_for()
    {
        Directory.CreateDirectory(_folder.At("trusted"));
        NamedPipe.Create(_folder.At("trusted/other.pem"));

        return Task.Run(
            () => Assert.Throws<CommandFailure>(() => CertificateCommand.Trusted(_folder.Path, extraKey: null)),
            TestContext.Current.CancellationToken);
    }

    private static void Refused(int exitCode, CommandLineRun run)
    {
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("flashbench: ", Assert.Single(run.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }
}
