using System.Text.RegularExpressions;

namespace FlashBench.EndToEnd.Tests;

/// <summary>Records of the built program, judged by tools that share no code with it: the shell commands of
/// docs/certificate.md with openssl, and a verifier in Python that was written from that page.</summary>
public sealed partial class SecondVerifierTests
{
    private const string Certificate = "certificate.dsse.json", Result = "test-result.dsse.json";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private static readonly string[] Files =
    [
        Certificate, Result, "journal.jsonl", "console/console.raw", "console/console.idx", "report.html", "junit.xml",
        "station.pub.pem",
    ];

    [Theory]
    [InlineData(0, "PASS")]
    [InlineData(0, "PASS", "--soak", "65")]
    [InlineData(30, "FAIL", "--control", "damaged-manifest")]
    [InlineData(20, "INCONCLUSIVE", "--bench", "me11-hidden")]
    [InlineData(20, "INCONCLUSIVE", "--shorten-watch", "60", "--customer", "\u00c4 <&> 'x'")]
    public async Task Both_verifiers_accept_a_record_and_refuse_it_altered(
        int code, string verdict, params string[] wanted)
    {
        using var program = new FlashBenchProcess { Limit = Limit };
        Assert.Equal(code, (await program.RunAsync(["certify", "--quiet", .. wanted])).ExitCode);
        string evidence = Path.Combine(program.DataFolder, "flashbench", "evidence");
        string directory = Directory.GetDirectories(evidence).Single();

        Assert.Equal(code, await OwnAsync(program, directory));
        (int foreign, string text) = await ForeignAsync(program, directory);
        Assert.True(foreign == code, text);
        Assert.Contains($"authentic: {verdict},", text, StringComparison.Ordinal);
        Assert.Equal("Verified OK\n", await ByHandAsync(directory));

        var random = new Random(code);
        foreach (string name in Files)
            await RefusedAsync(program, directory, name, bytes => Flipped(bytes, random.Next(bytes.Length)));
        await RefusedAsync(program, directory, "journal.jsonl", bytes => bytes[..^40]);
        await RefusedAsync(program, directory, "console/console.raw", bytes => [.. bytes, (byte)'\n']);
        await SwappedIsRefusedAsync(program, directory);
        Assert.Equal(code, (await ForeignAsync(program, directory)).ExitCode);
    }

    private static async Task RefusedAsync(
        FlashBenchProcess program, string directory, string name, Func<byte[], byte[]> alter)
    {
        string path = Path.Combine(directory, name);
        byte[] sound = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(path, alter(sound), TestContext.Current.CancellationToken);

        (int foreign, string text) = await ForeignAsync(program, directory);

        Assert.True(foreign == 65, $"{name}: {text}");
        Assert.Equal(65, await OwnAsync(program, directory));
        await File.WriteAllBytesAsync(path, sound, TestContext.Current.CancellationToken);
    }

    private static byte[] Flipped(byte[] bytes, int at) =>
        [.. bytes[..at], (byte)(bytes[at] ^ 1), .. bytes[(at + 1)..]];

    // Each envelope is genuine, only not at its place.
    private static async Task SwappedIsRefusedAsync(FlashBenchProcess program, string directory)
    {
        string[] paths = [Path.Combine(directory, Certificate), Path.Combine(directory, Result)];
        byte[][] sound = [.. paths.Select(File.ReadAllBytes)];
        foreach ((string path, byte[] bytes) in paths.Zip(sound.Reverse()))
            await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);

        Assert.Equal(65, (await ForeignAsync(program, directory)).ExitCode);
        Assert.Equal(65, await OwnAsync(program, directory));
        foreach ((string path, byte[] bytes) in paths.Zip(sound))
            await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
    }

    private static async Task<int> OwnAsync(FlashBenchProcess program, string directory) =>
        (await program.RunAsync("certificate", "verify", "--allow-simulated", directory)).ExitCode;

    private static Task<(int ExitCode, string Text)> ForeignAsync(FlashBenchProcess program, string directory) =>
        ForeignTool.RunAsync(
            "python3", Limit, ProjectFile("tests/Foreign/verify-certificate.py"), "--allow-simulated", "--key",
            Path.Combine(program.DataFolder, "flashbench", "keys", "station.pub.pem"), directory);

    // The commands as the page shows them, in the job's directory; what they leave behind is taken away again.
    private static async Task<string> ByHandAsync(string directory)
    {
        string page = await File.ReadAllTextAsync(
            ProjectFile("docs/certificate.md"), TestContext.Current.CancellationToken);
        string commands = Indent().Replace(ByHand().Match(page).Groups[1].Value, "");
        Assert.Contains("openssl dgst -sha256 -verify station.pub.pem", commands, StringComparison.Ordinal);
        (int code, string text) = await ForeignTool.RunAsync(
            "sh", Limit, "-c", $"command -v openssl >/dev/null || exit 127\ncd '{directory}'\n{commands}");
        if (code == 127)
            Assert.Skip("openssl is not installed");
        foreach (string left in (string[])["payload.json", "sig.der", "pae.bin"])
            File.Delete(Path.Combine(directory, left));
        return text;
    }

    private static string ProjectFile(string name)
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FlashBench.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no project above the tests");
        return Path.Combine(folder, name);
    }

    [GeneratedRegex(@"nothing but a shell:\n\n((?:    .*\n)+)")]
    private static partial Regex ByHand();

    [GeneratedRegex("^    ", RegexOptions.Multiline)]
    private static partial Regex Indent();
}
