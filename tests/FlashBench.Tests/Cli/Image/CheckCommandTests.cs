using System.IO.Compression;
using System.Text.Json;
using FlashBench.Cli.Image;
using FlashBench.Firmware.Formats;
using FlashBench.Tests.Firmware;

namespace FlashBench.Tests.Cli.Image;

public sealed class CheckCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flashbench-check-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void One_file_is_told_with_every_finding()
    {
        CommandLineRun run = Check(Save("dump.bin", TestImage.Gen2Dump().Bytes)); // signed by an unknown key

        Assert.Equal(65, run.ExitCode);
        Assert.Contains("error at 0x", run.Output, StringComparison.Ordinal);
        Assert.Contains("dump.bin: NOT SOUND: at 0x", run.Output, StringComparison.Ordinal);
        Assert.Contains("(ME 8.0.20.1513, unknown key, AltMeDisable clear)", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sound_file_ends_with_0()
    {
        CommandLineRun run = Check(Save("me.bin", RealImages.Load("coreboot-google-link-me")));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("me.bin: sound (ME 8.0.20.1513, valid, Intel ME 7/8)", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_anything_is_a_row_each_and_never_a_crash()
    {
        Save("a-dump.bin", TestImage.Gen2Dump().Bytes);
        Save("b-empty.bin", []);
        Save("c-broken.gz", [0x1F, 0x8B, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        Directory.CreateDirectory(InFolder("d.bin"));
        Save("d.bin/inside.bin", TestImage.Gen3Region().Bytes);
        using (FileStream sparse = File.Create(InFolder("e-huge.bin")))
            sparse.SetLength(4L << 30);
        NamedPipe.Create(InFolder("f-pipe"));
        File.CreateSymbolicLink(InFolder("g-device"), "/dev/zero");
        File.CreateSymbolicLink(InFolder("h-dangling"), InFolder("absent"));
        Directory.CreateSymbolicLink(InFolder("i-loop"), _folder.FullName);
        Save("j-text.txt", "no image"u8.ToArray());

        CommandLineRun run = Check(_folder.FullName);

        Assert.Equal(65, run.ExitCode);
        string[] rows =
            [.. run.Output.Split('\n').Where(line => line.Contains(_folder.Name, StringComparison.Ordinal))];
        string[] expected =
        [
            "NOT SOUND", "no image", "gzip data is damaged", "NOT SOUND", "64 MiB", "is a pipe", "is a device",
            "no such file", "no image",
        ];
        Assert.Equal(expected.Length, rows.Length);
        Assert.All(expected.Zip(rows), pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.Contains("9 files: 2 NOT SOUND, 2 no image, 5 unreadable", run.Output, StringComparison.Ordinal);
        Assert.Contains("firmware: 1 ME 8, 1 ME 11", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void JSON_is_a_line_for_each_file_in_their_order()
    {
        byte[] image = TestImage.Gen3Region().Bytes;
        for (int i = 0; i < 40; i++)
            Save($"{i:00}.bin", i % 2 == 0 ? image : [1, 2, 3]);

        CommandLineRun run = Check(_folder.FullName, "--json");

        string[] lines = run.Output.TrimEnd().Split('\n');
        Assert.Equal(40, lines.Length);
        for (int i = 0; i < lines.Length; i++)
        {
            using var json = JsonDocument.Parse(lines[i]);
            Assert.EndsWith($"{i:00}.bin", json.RootElement.GetProperty("file").GetString(), StringComparison.Ordinal);
            string? hash = i % 2 == 0 ? ImageFile.HashOf(image) : null;
            Assert.Equal(hash, json.RootElement.GetProperty("sha256").GetString());
        }

        Assert.Contains("check: 50 %", run.Error, StringComparison.Ordinal); // a line every 10 %
    }

    [Fact]
    public void An_empty_folder_is_no_fault()
    {
        CommandLineRun run = Check(_folder.FullName);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("0 files", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_buffer_that_held_a_longer_image_shows_nothing_of_it()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(TestImage.Gen3Region().Bytes);
        string[] files =
        [
            Save("1.bin", TestImage.Gen2Dump().Bytes), Save("2.bin", TestImage.Gen2Dump().Bytes[..0x40]),
            Save("3.gz", packed.ToArray()), Save("4.bin", TestImage.Gen2Region().Bytes),
        ];

        CheckRow[] rows = new FolderCheck(files, hash: true, KeyRing.Intel).Run(_ => { }, CancellationToken.None);

        Assert.Equal(
            [CheckVerdict.Unsound, CheckVerdict.NoImage, CheckVerdict.Unsound, CheckVerdict.Unsound],
            rows.Select(r => r.Verdict));
        Assert.Equal(ImageFile.HashOf(TestImage.Gen2Region().Bytes), rows[3].Sha256);
    }

    [Fact]
    public void It_stops_when_it_is_cancelled()
    {
        string[] files = [.. Enumerable.Range(0, 100).Select(i => Save($"{i}.bin", [1]))];
        using var stop = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() =>
            new FolderCheck(files, hash: false, KeyRing.Intel).Run(_ => stop.Cancel(), stop.Token));
    }

    private static CommandLineRun Check(params string[] arguments) =>
        CommandLineRun.OfAsync(["image", "check", .. arguments]).GetAwaiter().GetResult();

    private string InFolder(string name) => Path.Combine(_folder.FullName, name);

    private string Save(string name, byte[] content)
    {
        File.WriteAllBytes(InFolder(name), content);
        return InFolder(name);
    }
}
