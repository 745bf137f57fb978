using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using FlashBench.Bench.Evidence;
using FlashBench.Simulation.Images;

namespace FlashBench.EndToEnd.Tests;

/// <summary>Records of the built program, judged by tools that share no code with it: the shell commands of
/// docs/certificate.md with openssl, and a verifier in Python that was written from that page.</summary>
public sealed partial class SecondVerifierTests(SecondVerifierTests.PassedRecord passed)
    : IClassFixture<SecondVerifierTests.PassedRecord>
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

    [Fact]
    public async Task Both_verifiers_accept_a_record_with_another_image_and_refuse_lies_about_it()
    {
        using var program = new FlashBenchProcess { Limit = Limit };
        string file = Path.Combine(program.DataFolder, "other.bin");
        Directory.CreateDirectory(program.DataFolder);
        byte[] other = ImageGenerator.Create("me11", 16 << 20);
        other.AsSpan(0xA_B000, 0x6_4000).Fill(0x5A); // another board's file system
        await File.WriteAllBytesAsync(file, other[0x3000..0x20_0000], TestContext.Current.CancellationToken);
        Assert.Equal(
            0, (await program.RunAsync(["certify", "--quiet", "--bench", "me11", "--image", file])).ExitCode);
        string evidence = Path.Combine(program.DataFolder, "flashbench", "evidence");
        string directory = Directory.GetDirectories(evidence).Single();

        Assert.Equal(0, await OwnAsync(program, directory));
        (int foreign, string text) = await ForeignAsync(program, directory);
        Assert.True(foreign == 0, text);
        foreach ((string measured, string stated) in ((string, string)[])[
            ("\"kind\":\"ME region\"", "\"kind\":\"full dump\""), ("\"wholeChip\":false", "\"wholeChip\":true"),
            ("\"name\":\"MFS\",\"from\":\"0x0AB000\"", "\"name\":\"MFS\",\"from\":\"0x0AC000\"")])
        {
            await LieIsRefusedAsync(program, directory, measured, stated);
        }
    }

    // Whoever holds the key can sign anything; what does not follow from the journal is refused all the same.
    [Theory]
    [InlineData("\"outcome\":\"PASS\",\"text\":\"power", "\"outcome\":\"FAIL\",\"text\":\"power")]
    [InlineData("\"observedSeconds\":18", "\"observedSeconds\":19")]
    [InlineData("\"powerGood\":0", "\"powerGood\":1")]
    [InlineData("\"minMillivoltsWhileOn\":3", "\"minMillivoltsWhileOn\":2")]
    [InlineData("\"onMillivolts\":3000", "\"onMillivolts\":300")]
    [InlineData("\"operationMode\":2", "\"operationMode\":3")]
    [InlineData("\"equal\":true", "\"equal\":false")]
    [InlineData("\"stock\":true", "\"stock\":false")]
    [InlineData("\"negativeControl\":null", "\"negativeControl\":\"stock\"")]
    public async Task Both_verifiers_refuse_a_statement_that_a_trusted_station_signed_and_did_not_measure(
        string measured, string stated)
    {
        (FlashBenchProcess program, string directory) = await passed.Record;
        await LieIsRefusedAsync(program, directory, measured, stated);
    }

    private static async Task LieIsRefusedAsync(
        FlashBenchProcess program, string directory, string measured, string stated)
    {
        string path = Path.Combine(directory, Certificate), result = Path.Combine(directory, Result);
        byte[][] sound = [await BytesAsync(path), await BytesAsync(result)];
        using StationKey key = StationKey.LoadExisting(Path.Combine(program.DataFolder, "flashbench", "keys"));
        byte[] payload = Dsse.Parse(sound[0]).Payload.ToArray(), test = Dsse.Parse(sound[1], Result).Payload.ToArray();
        string said = Encoding.UTF8.GetString(payload);
        Assert.Contains(measured, said, StringComparison.Ordinal);

        byte[] lie = Encoding.UTF8.GetBytes(said.Replace(measured, stated, StringComparison.Ordinal));
        string renamed = Encoding.UTF8.GetString(test).Replace(HashOf(payload), HashOf(lie), StringComparison.Ordinal);
        await File.WriteAllBytesAsync(path, Dsse.Sign(lie, key), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(
            result, Dsse.Sign(Encoding.UTF8.GetBytes(renamed), key), TestContext.Current.CancellationToken);

        (int foreign, string text) = await ForeignAsync(program, directory);
        Assert.True(foreign == 65, text);
        Assert.DoesNotContain("signature", text, StringComparison.Ordinal);
        Assert.Equal(65, await OwnAsync(program, directory));
        await File.WriteAllBytesAsync(path, sound[0], TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(result, sound[1], TestContext.Current.CancellationToken);
        Assert.Equal(0, (await ForeignAsync(program, directory)).ExitCode);
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static Task<byte[]> BytesAsync(string path) =>
        File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);

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

    /// <summary>A record that passed, made once.</summary>
    public sealed class PassedRecord : IDisposable
    {
        private readonly FlashBenchProcess _program = new() { Limit = Limit };
        private readonly Lazy<Task<(FlashBenchProcess, string)>> _record;

        /// <summary>Makes nothing yet.</summary>
        public PassedRecord() => _record = new(MakeAsync);

        internal Task<(FlashBenchProcess Program, string Directory)> Record => _record.Value;

        /// <inheritdoc/>
        public void Dispose() => _program.Dispose();

        private async Task<(FlashBenchProcess, string)> MakeAsync()
        {
            Assert.Equal(0, (await _program.RunAsync(["certify", "--quiet"])).ExitCode);
            return (_program,
                Directory.GetDirectories(Path.Combine(_program.DataFolder, "flashbench", "evidence")).Single());
        }
    }

    [GeneratedRegex(@"nothing but a shell:\n\n((?:    .*\n)+)")]
    private static partial Regex ByHand();

    [GeneratedRegex("^    ", RegexOptions.Multiline)]
    private static partial Regex Indent();
}
