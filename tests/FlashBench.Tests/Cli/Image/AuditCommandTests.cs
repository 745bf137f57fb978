using System.Text.Json;
using FlashBench.Firmware.Audit;
using FlashBench.Tests.Firmware;
using FlashBench.Tests.Firmware.Audit;

namespace FlashBench.Tests.Cli.Image;

/// <summary>`image audit` as the command line runs it.</summary>
public sealed class AuditCommandTests : IDisposable
{
    private const string Fused = HostTexts.MeInfo + HostTexts.IntelMeTool;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flashbench-audit-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void An_image_that_nothing_speaks_against_ends_with_0_and_lists_what_is_unknown()
    {
        var (code, output, errors) = Run(Save("dump.bin", RealImages.Load("full-samus-me10.0")));

        Assert.Equal((0, ""), (code, errors));
        foreach (string wanted in (string[])["REFUSED: none", "unknown, which is not clear (", "verified-boot",
            "AMT: AMT is not possible", "0 of 9 known", "descriptor locked", "not examined here (4)"])
        {
            Assert.Contains(wanted, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_rule_that_refuses_ends_with_65_and_is_named()
    {
        string image = Save("dump.bin", RealImages.Load("full-samus-me10.0")), host = Save("facts.txt", Fused);

        var (code, output, errors) = Run(image, "--host", host);

        Assert.Equal(65, code);
        Assert.Equal($"flashbench: {image}: refused by the rule verified-boot.", errors.TrimEnd());
        Assert.Contains("Error Enforcement Policy     3: immediate shutdown  [HFSTS6 3, MEInfo FPF 3]", output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_disable_bit_alone_is_allowed_under_Verified_Boot()
    {
        string image = Save("dump.bin", RealImages.Load("full-samus-me10.0")), host = Save("facts.txt", Fused);

        Assert.Equal(0, Run(image, "--host", host, "--policy", "hap-only").Code);
        Assert.Equal(65, Run(image, "--host", host, "--policy", "hap-only", "--replaces-bios").Code);
    }

    [Fact]
    public void Several_rules_that_refuse_are_all_named()
    {
        var (code, _, errors) = Run(Save("dump.bin", TestImage.Gen2Dump().Bytes)); // signed by a key that is not known

        Assert.Equal(65, code);
        Assert.Contains("refused by 2 rules image-unsound, signature", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void JSON_is_one_line_with_every_rule()
    {
        string image = Save("dump.bin", TestImage.Gen2Dump().Bytes), host = Save("facts.txt", HostTexts.Celeron);

        var (code, output, _) = Run(image, "--host", host, "--json");

        string[] lines = output.TrimEnd().Split('\n');
        using var json = JsonDocument.Parse(lines[0]);
        JsonElement root = json.RootElement;
        Assert.Equal((65, 29), (code, root.GetProperty("rules").GetArrayLength()));
        Assert.Equal("image-unsound", root.GetProperty("refusals")[0].GetString());
        Assert.Equal("absent", root.GetProperty("amt").GetProperty("verdict").GetString());
        Assert.Equal(12, root.GetProperty("fuses").GetArrayLength());
    }

    [Fact]
    public void A_host_text_that_cannot_be_read_is_one_sentence_and_65()
    {
        string image = Save("dump.bin", TestImage.Gen2Dump().Bytes);
        string big = Save("big.txt", new string('\n', HostText.LengthMax + 1));

        Assert.Contains("1 MiB", Refused("--host", big), StringComparison.Ordinal);
        Assert.Contains(
            "no such file", Refused("--host", Path.Combine(_folder.FullName, "absent")), StringComparison.Ordinal);
        Assert.Contains("folder", Refused("--host", _folder.FullName), StringComparison.Ordinal);

        string Refused(params string[] arguments)
        {
            var (code, output, errors) = Run([image, .. arguments]);
            Assert.Equal((65, ""), (code, output));
            return Assert.Single(errors.TrimEnd().Split('\n'));
        }
    }

    [Fact]
    public void Foreign_text_cannot_steer_the_terminal()
    {
        string host = Save(
            "facts.txt", "System Information\n\tManufacturer: A\u001b[31m\n\tProduct Name: \u001b]0;x\n");

        var (_, output, _) = Run(Save("dump.bin", TestImage.Gen2Dump().Bytes), "--host", host);

        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public void An_unknown_policy_is_a_parse_error() =>
        Assert.Equal(64, Run(Save("dump.bin", TestImage.Gen2Dump().Bytes), "--policy", "other").Code);

    private string Save(string name, byte[] content)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private string Save(string name, string content) => Save(name, System.Text.Encoding.Latin1.GetBytes(content));

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        CommandLineRun run = CommandLineRun.OfAsync(["image", "audit", .. arguments]).GetAwaiter().GetResult();
        return (run.ExitCode, run.Output, run.Error);
    }
}
