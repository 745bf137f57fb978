using System.Text.Json;
using FlashBench.Cli.Image;
using FlashBench.Tests.Firmware;

namespace FlashBench.Tests.Cli.Image;

/// <summary>`image neutralize` as the command line runs it, with files. Successful runs need Intel-signed images.
/// </summary>
public sealed class NeutralizeCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flashbench-neutralize-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("-S -O OUT IN", "S")]
    [InlineData("-Sk -O OUT IN", "S-k")] // letters together
    [InlineData("--soft-disable --output OUT IN", "S")]
    [InlineData("-s -d -O OUT IN", "s-d")]
    [InlineData("--relocate --truncate -M ME -D FD -O OUT IN", "M-D-r-t")]
    [InlineData("-S -d -r -t -M ME -D FD -O OUT IN", "S-d-r-t-M-D")]
    [InlineData("-w MFS,EFFS -O OUT IN", "w-MFS-EFFS")]
    [InlineData("--blacklist EFFS,FTPR -O OUT IN", "b-EFFS-FTPR")]
    [InlineData("--policy me-cleaner -O OUT IN", "default")]
    [InlineData("--policy me-cleaner -S -O OUT IN", "S")]
    [InlineData("-O OUT IN", "S")] // the default policy sets the bit
    [InlineData("-c -M ME -D FD IN", "c-M-D")]
    public void Scripts_for_me_cleaner_run_as_they_are(string line, string optionSet)
    {
        byte[] image = RealImages.Load("full-link-me8.0");
        string input = Save("in.bin", image);
        var expected = RealImages.Entry("full-link-me8.0").GetProperty("me_cleaner").GetProperty(optionSet)
            .GetProperty("outputs").EnumerateObject()
            .ToDictionary(o => o.Name, o => o.Value.GetProperty("sha256").GetString());

        var (code, _, errors) = Run(line);

        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(expected, Files().Where(f => f.Name != "in.bin")
            .ToDictionary(f => f.Name, f => (string?)ImageFile.HashOf(File.ReadAllBytes(f.FullName))));
        Assert.Equal(image, File.ReadAllBytes(input));
    }

    [Theory]
    [InlineData("IN", "nothing would be written")]
    [InlineData("-S IN", "nothing would be written")]
    [InlineData("-S -s -O OUT IN", "exclude each other")]
    [InlineData("-s -r -O OUT IN", "exclude each other")]
    [InlineData("-s -t -O OUT IN", "exclude each other")]
    [InlineData("-w A -b B -O OUT IN", "exclude each other")]
    [InlineData("-w A -r -O OUT IN", "exclude each other")]
    [InlineData("-b A -r -O OUT IN", "exclude each other")]
    [InlineData("-c -O OUT IN", "exclude each other")]
    [InlineData("-c -S IN", "exclude each other")]
    [InlineData("-c -t IN", "exclude each other")]
    [InlineData("-c -d IN", "exclude each other")]
    [InlineData("-w TOOLONG -O OUT IN", "names of partitions")]
    [InlineData("-w A,,B -O OUT IN", "names of partitions")]
    [InlineData("--policy purism -k -O OUT IN", "does not go with --policy purism")]
    [InlineData("--policy hap-only -r -O OUT IN", "does not go with --policy hap-only")]
    [InlineData("-O IN IN", "never modified")]
    [InlineData("-O OUT -M IN IN", "never modified")]
    [InlineData("-O OUT -D FD -M FD IN", "named for two outputs")]
    [InlineData("-O OUT -M ./OUT IN", "named for two outputs")]
    [InlineData("--platform nowhere -O OUT IN", "nowhere")]
    public void Options_that_do_not_go_together_are_a_usage_error(string line, string sentence)
    {
        Save("in.bin", TestImage.Gen2Dump().Bytes);

        var (code, output, errors) = Run(line);

        Assert.Equal((64, ""), (code, output));
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
        Assert.Single(Files());
    }

    [Fact] // defect 7: me_cleaner writes first and checks last
    public void A_wrong_signature_leaves_no_output_at_all()
    {
        Save("in.bin", RealImages.Load("bad-ftpr-sig-bitflip"));

        var (code, _, errors) = Run("-O OUT IN");

        Assert.Equal(65, code);
        Assert.Contains("signature", errors, StringComparison.Ordinal);
        Assert.Single(Files());
    }

    [Fact]
    public void When_one_output_cannot_be_written_none_is()
    {
        Save("in.bin", RealImages.Load("full-link-me8.0"));
        string old = Save("out.bin", [1, 2, 3]);

        var (code, _, errors) = Run("-S -O OUT -D absent/fd.bin IN");

        Assert.Equal(73, code);
        Assert.Contains("fd.bin", errors, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(old));
        Assert.Equal(2, Files().Length);
    }

    [Fact]
    public void A_bare_region_has_no_descriptor_to_extract()
    {
        Save("in.bin", RealImages.Load("coreboot-google-link-me"));

        Assert.Equal(65, Run("-O OUT -D FD IN").Code);
        Assert.Single(Files());
    }

    [Fact]
    public void Names_that_the_image_lacks_are_a_warning()
    {
        Save("in.bin", RealImages.Load("coreboot-google-link-me"));

        var (code, output, _) = Run("-b NONE,FTPR -O OUT IN");

        Assert.Equal(0, code);
        Assert.Contains("warning: the image has no partition NONE", output, StringComparison.Ordinal);
        Assert.Contains("warning: FTPR always stays", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_is_said_and_JSON_is_one_line()
    {
        Save("in.bin", RealImages.Load("coreboot-google-link-me"));

        Assert.Contains("cut from 2,093,056 to", Run("-r -t -O OUT IN").Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Run("-r -t --json -O OUT IN").Output);
        Assert.Equal(("neutralized", "me-cleaner", RealImages.Answer("coreboot-google-link-me", "rt")),
            (json.RootElement.GetProperty("event").GetString(), json.RootElement.GetProperty("policy").GetString(),
                json.RootElement.GetProperty("sha256").GetString()));
    }

    private (int Code, string Output, string Errors) Run(string line)
    {
        string[] arguments = [.. line.Split(' ').Select(word => word.Trim('.', '/') switch
        {
            "IN" => Path.Combine(_folder.FullName, "in.bin"),
            "OUT" => Path.Combine(_folder.FullName, "out.bin"),
            "FD" => Path.Combine(_folder.FullName, "fd.bin"),
            "ME" => Path.Combine(_folder.FullName, "me.bin"),
            "absent/fd.bin" => Path.Combine(_folder.FullName, "absent", "fd.bin"),
            _ => word,
        })];
        CommandLineRun run = CommandLineRun.OfAsync(["image", "neutralize", .. arguments]).GetAwaiter().GetResult();
        return (run.ExitCode, run.Output, run.Error);
    }

    private FileInfo[] Files() => _folder.GetFiles();

    private string Save(string name, byte[] content)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
