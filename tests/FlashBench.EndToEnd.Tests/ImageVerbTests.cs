using FlashBench.Simulation.Images;

namespace FlashBench.EndToEnd.Tests;

/// <summary>`certify --image` as the command line takes it: what is asked, what is refused, and with which exit code.
/// </summary>
public sealed class ImageVerbTests : IDisposable
{
    private readonly FlashBenchProcess _program = new();
    private readonly byte[] _image = ImageGenerator.Create("me8", 8 << 20);
    private readonly string _file;

    public ImageVerbTests()
    {
        Directory.CreateDirectory(_program.DataFolder);
        _file = Path.Combine(_program.DataFolder, "image.bin");
        File.WriteAllBytes(_file, _image);
    }

    [Theory]
    [InlineData("--regions me", "--regions needs --image: of which file?")]
    [InlineData("--whole-chip", "--whole-chip needs --image: of which file?")]
    [InlineData("--image FILE --regions gbe", "the gbe region stays the board's own: it holds the board's MAC address")]
    [InlineData("--image FILE --regions me,pdr", "the pdr region stays the board's own")]
    [InlineData("--image FILE --regions me,,", "\"\" is no region that can be replaced; those are me, bios, ec")]
    [InlineData("--image FILE --regions me --whole-chip", "contradict each other")]
    [InlineData("--image FILE --whole-chip", "--whole-chip needs --dut: which board?")]
    [InlineData("--image FILE --whole-chip --dut A", "--whole-chip needs the board's serial: --confirm SERIAL")]
    [InlineData("--image FILE --whole-chip --dut A --confirm B", "the serial is not that of --dut: nothing was done")]
    [InlineData("--image FILE --confirm A", "--confirm is for --whole-chip")]
    [InlineData("--image FILE --control stock", "--control and --image contradict each other")]
    public async Task What_cannot_be_asked_is_a_usage_error(string arguments, string sentence)
    {
        ProcessEnd end = await CertifyAsync(arguments);

        Assert.Equal(64, end.ExitCode);
        Assert.Contains(sentence, end.Error, StringComparison.Ordinal);
        AssertNothingBegun();
    }

    [Theory]
    [InlineData("--image FILE --bench me10", "the board's profile is for ME 9, 10")]
    [InlineData("--image missing.bin", "there is no such file")]
    [InlineData("--image README", "the image cannot be understood")]
    [InlineData("--image CUT", "the image is not sound: ")]
    public async Task A_file_that_no_board_can_get_is_refused_before_the_bench_is_touched(
        string arguments, string sentence)
    {
        File.WriteAllText(_file + ".txt", "no image");
        File.WriteAllBytes(_file + ".cut", _image[..0x8_0000]);

        ProcessEnd end = await CertifyAsync(
            arguments.Replace("README", _file + ".txt", StringComparison.Ordinal)
                .Replace("CUT", _file + ".cut", StringComparison.Ordinal));

        Assert.Equal(65, end.ExitCode);
        Assert.Contains(sentence, end.Error, StringComparison.Ordinal);
        AssertNothingBegun();
    }

    [Fact]
    public async Task A_dry_run_plans_with_the_image_and_the_typed_serial_allows_the_whole_chip()
    {
        ProcessEnd part = await CertifyAsync("--image FILE --dry-run");
        ProcessEnd whole = await CertifyAsync("--image FILE --whole-chip --dut A --confirm A --dry-run");

        Assert.Equal((0, 0), (part.ExitCode, whole.ExitCode));
    }

    private Task<ProcessEnd> CertifyAsync(string arguments) => _program.RunAsync(
        ["certify", "--quiet", .. arguments.Split(' ').Select(word => word == "FILE" ? _file : word)]);

    private void AssertNothingBegun() =>
        Assert.False(Directory.Exists(Path.Combine(_program.DataFolder, "flashbench", "evidence")));

    public void Dispose() => _program.Dispose();
}
