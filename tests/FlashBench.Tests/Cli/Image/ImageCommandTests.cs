using System.CommandLine;
using System.IO.Compression;
using System.Text.Json;
using FlashBench.Cli.Image;
using FlashBench.Tests.Firmware;

namespace FlashBench.Tests.Cli.Image;

/// <summary>The image verbs as the command line runs them. Successful runs need Intel-signed images, hence skips.
/// </summary>
public sealed class ImageCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flashbench-image-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Inspect_shows_what_a_technician_asks_first()
    {
        var (code, output, errors) = Run("inspect", Save("dump.bin", RealImages.Load("full-link-me8.0")));

        Assert.Equal((0, ""), (code, errors));
        foreach (string wanted in (string[])["6/7-series", "AltMeDisable clear", "ME 8.0.20.1513", "consumer, 1.5 MB",
            "signature valid, key Intel ME 7/8", "NFTP", "KERNEL", "findings: none"])
        {
            Assert.Contains(wanted, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Inspect_reads_gzip_and_prints_one_line_of_JSON()
    {
        string path = Path.Combine(_folder.FullName, "dump.bin.gz");
        using (var packed = new GZipStream(File.Create(path), CompressionLevel.Fastest))
            packed.Write(RealImages.Load("full-glados-asuka-me11.0"));

        var (code, output, _) = Run("inspect", path, "--json");

        using var json = JsonDocument.Parse(output);
        Assert.Equal((0, 1), (code, output.Count(c => c == '\n')));
        Assert.Equal("11.0.10.1002", json.RootElement.GetProperty("me").GetProperty("version").GetString());
        Assert.Equal("HAP", json.RootElement.GetProperty("disableBit").GetProperty("name").GetString());
    }

    [Fact]
    public void Inspect_of_an_unsound_image_shows_it_and_ends_with_65()
    {
        var (code, output, errors) = Run("inspect", Save("dump.bin", TestImage.Gen2Dump().Bytes)); // unknown key

        Assert.Equal(65, code);
        Assert.Contains("ME 8.0.20.1513", output, StringComparison.Ordinal);
        Assert.Contains("unknown key", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_lists_every_change_with_its_rule_and_the_totals()
    {
        var (code, output, _) = Run("plan", Save("dump.bin", RealImages.Load("full-link-me8.0")));

        Assert.Equal(0, code);
        Assert.Contains("[set-disable-bit]", output, StringComparison.Ordinal);
        Assert.Contains("44 -> C4", output, StringComparison.Ordinal);
        Assert.Contains("937,241 bytes of the image change", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_in_JSON_names_the_hash_of_the_result()
    {
        var (_, output, _) = Run("plan", Save("dump.bin", RealImages.Load("full-link-me8.0")), "--json");

        using var json = JsonDocument.Parse(output);
        Assert.Equal(
            RealImages.Answer("full-link-me8.0", "S"), json.RootElement.GetProperty("resultSha256").GetString());
    }

    [Fact]
    public void Neutralize_writes_the_known_answer_and_leaves_the_input_alone()
    {
        byte[] image = RealImages.Load("full-link-me8.0");
        string input = Save("in.bin", image), target = Path.Combine(_folder.FullName, "out.bin");

        var (code, output, errors) = Run("neutralize", input, "-O", target, "--policy", "purism");

        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(RealImages.Answer("full-link-me8.0", "S"), ImageFile.HashOf(File.ReadAllBytes(target)));
        Assert.Equal(image, File.ReadAllBytes(input));
        Assert.Contains(RealImages.Answer("full-link-me8.0", "S")!, output, StringComparison.Ordinal);
        Assert.Equal(2, _folder.GetFiles().Length); // nothing half-written beside them
    }

    [Theory]
    [InlineData("in.bin")]
    [InlineData("./sub/../in.bin")]
    [InlineData("link.bin")]
    [InlineData("linked/in.bin")]
    public void The_input_is_never_the_output(string output)
    {
        byte[] image = TestImage.Gen2Dump().Bytes;
        string input = Save("in.bin", image);
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "link.bin"), input);
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "linked"), _folder.FullName);

        var (code, _, errors) = Run("neutralize", input, "-O", Path.Combine(_folder.FullName, output));

        Assert.Equal(64, code);
        Assert.Contains("never modified", errors, StringComparison.Ordinal);
        Assert.Equal(image, File.ReadAllBytes(input));
    }

    [Theory]
    [InlineData("neutralize", "x.bin")] // no -O
    [InlineData("neutralize", "x.bin", "-O", "y.bin", "--policy", "other")]
    [InlineData("inspect")]
    [InlineData("plan", "x.bin", "--unknown")]
    public void Arguments_that_do_not_parse_are_parse_errors(params string[] arguments) =>
        Assert.NotEmpty(ImageCommand.Create().Parse(arguments).Errors);

    [Fact]
    public void A_refused_image_leaves_no_output()
    {
        string input = Save("in.bin", TestImage.Gen2Dump().Bytes), target = Path.Combine(_folder.FullName, "out.bin");

        var (code, _, errors) = Run("neutralize", input, "-O", target);

        Assert.Equal(65, code);
        Assert.Contains(input, errors, StringComparison.Ordinal);
        Assert.Contains("at 0x", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(target));
    }

    [Theory]
    [InlineData("absent.bin", "no such file")]
    [InlineData(".", "folder")]
    [InlineData("empty.bin", "neither")]
    [InlineData("broken.gz", "gzip")]
    [InlineData("cut.gz", "gzip")]
    [InlineData("big.bin", "64 MiB")]
    [InlineData("bomb.gz", "64 MiB")]
    public void A_file_that_is_no_image_is_one_sentence_and_65(string name, string sentence)
    {
        Save("empty.bin", []);
        Save("broken.gz", [0x1F, 0x8B, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        if (name == "big.bin")
            File.WriteAllBytes(Path.Combine(_folder.FullName, name), new byte[(64 << 20) + 1]);
        byte[] bomb = Pack(new byte[(64 << 20) + 1]);
        Save("bomb.gz", bomb);
        Save("cut.gz", bomb[..(bomb.Length / 2)]);

        var (code, output, errors) = Run("inspect", Path.Combine(_folder.FullName, name));

        Assert.Equal((65, ""), (code, output));
        Assert.Contains(sentence, Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_does_not_exist_cannot_be_written_to()
    {
        string target = Path.Combine(_folder.FullName, "absent", "out.bin");

        var failure = Assert.Throws<CommandFailure>(() => AtomicFile.Write(target, [1, 2, 3]));

        Assert.Equal(73, failure.ExitCode);
    }

    [Fact]
    public void A_name_that_is_a_folder_cannot_be_written_and_stays()
    {
        string target = Path.Combine(_folder.FullName, "folder");
        Directory.CreateDirectory(target);

        var failure = Assert.Throws<CommandFailure>(() => AtomicFile.Write(target, [1, 2, 3]));

        Assert.Equal(73, failure.ExitCode);
        Assert.True(Directory.Exists(target));
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public void An_existing_output_is_replaced_whole()
    {
        string target = Save("out.bin", new byte[100]);

        AtomicFile.Write(target, [1, 2, 3]);

        Assert.Equal([1, 2, 3], File.ReadAllBytes(target));
        Assert.Single(_folder.GetFiles());
    }

    private static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }

    private string Save(string name, byte[] content)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        using StringWriter output = new(), errors = new();
        int code = ImageCommand.Create().Parse(arguments)
            .Invoke(new InvocationConfiguration { Output = output, Error = errors });
        return (code, output.ToString(), errors.ToString());
    }
}
