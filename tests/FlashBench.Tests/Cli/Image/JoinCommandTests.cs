using FlashBench.Tests.Firmware;

namespace FlashBench.Tests.Cli.Image;

public sealed class JoinCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flashbench-join-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Ids))]
    public void Split_and_join_restore_every_real_dump(string id)
    {
        byte[] image = RealImages.Load(id);
        if (!id.StartsWith("full-", StringComparison.Ordinal))
            return;

        Assert.Equal(image, SplitAndJoin(image));
    }

    [Fact]
    public void Split_and_join_restore_a_dump_with_gaps_and_overlaps()
    {
        TestImage dump = TestImage.Gen2Dump().Put(0x44, 0x00400000); // the BIOS covers the rest and ends early

        Assert.Equal(dump.Bytes, SplitAndJoin(dump.Bytes));
    }

    [Theory]
    [InlineData("00000000:00000fff 0-descriptor\n00002000:0007ffff 1-bios\n", "line 2 begins at 0x2000")] // a hole
    [InlineData("00000000:00000fff 0-descriptor\n00000800:0007ffff 1-bios\n", "line 2 begins at 0x800")] // an overlap
    [InlineData("00000000:00000fff ../secret\n", "line 1")]
    [InlineData("00000000:00000fff /etc/passwd\n", "line 1")]
    [InlineData("00000000:00000fff\n", "line 1")]
    [InlineData("00000fff:00000000 0-descriptor\n", "line 1")]
    [InlineData("00000000:ffffffffffffffff 0-descriptor\n", "line 1")]
    [InlineData("00000000:7fffffffffffffff 0-descriptor\n", "line 1")]
    [InlineData("", "has 0 parts")]
    [InlineData("00000000:00000fff 0-descriptor\n", "is not in layout.txt")] // the other parts are surplus
    [InlineData("00000000:00000fff 0-descriptor\n00001000:00001fff 0-descriptor\n", "twice")]
    [InlineData("00000000:00001fff 0-descriptor\n", "has 4,096 bytes")]
    [InlineData("00000000:00000fff absent\n", "no such file")]
    public void A_layout_that_cannot_be_right_is_refused_and_nothing_is_written(string layout, string sentence)
    {
        string parts = Split(TestImage.Gen2Dump().Bytes);
        File.WriteAllText(Path.Combine(parts, "layout.txt"), layout);

        CommandLineRun run = Run("join", parts, "-O", InFolder("out.bin"));

        Assert.Equal(65, run.ExitCode);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(InFolder("out.bin")));
    }

    [Fact]
    public void Two_chips_are_joined_when_the_descriptor_is_for_them()
    {
        byte[] first = TestImage.Gen2Dump().Put(0x14, 0x02040103).Bytes; // NC: two components
        int flcomp = first[0x14] << 4;
        first[flcomp] = (byte)(first[flcomp] & 0xC0); // 512 KiB each
        byte[] second = new byte[first.Length];
        File.WriteAllBytes(InFolder("1.bin"), first);
        File.WriteAllBytes(InFolder("2.bin"), second);

        CommandLineRun run = Run("join", InFolder("1.bin"), InFolder("2.bin"), "-O", InFolder("out.bin"));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal([.. first, .. second], File.ReadAllBytes(InFolder("out.bin")));
        Assert.Equal(65, Run("join", InFolder("2.bin"), InFolder("1.bin"), "-O", InFolder("x.bin")).ExitCode);
        File.WriteAllBytes(InFolder("2.bin"), second[1..]);
        CommandLineRun wrong = Run("join", InFolder("1.bin"), InFolder("2.bin"), "-O", InFolder("x.bin"));
        Assert.Equal(65, wrong.ExitCode);
        Assert.Contains("512 KiB + 512 KiB", wrong.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(InFolder("x.bin")));
    }

    [Fact]
    public void An_input_is_never_the_output()
    {
        File.WriteAllBytes(InFolder("1.bin"), TestImage.Gen2Dump().Bytes);

        Assert.Equal(65, Run("join", InFolder("1.bin"), "-O", InFolder("1.bin")).ExitCode); // no folder
        Assert.Equal(TestImage.Gen2Dump().Bytes, File.ReadAllBytes(InFolder("1.bin")));
    }

    [Theory]
    [InlineData("layout.txt")]
    [InlineData("2-me.bin")]
    [InlineData("new.bin")] // the folder would be none that can be joined again
    public void The_folder_that_is_joined_stays_as_it_is(string name)
    {
        string parts = Split(TestImage.Gen2Dump().Bytes);
        string before = Content();

        CommandLineRun run = Run("join", parts, "-O", Path.Combine(parts, name));

        Assert.Equal(64, run.ExitCode);
        Assert.Equal(before, Content());

        string Content() => string.Join('\n', Directory.GetFiles(parts).Order(StringComparer.Ordinal)
            .Select(file => $"{file} {FlashBench.Cli.Image.ImageFile.HashOf(File.ReadAllBytes(file))}"));
    }

    public static TheoryData<string> Ids => [.. RealImages.Ids];

    private byte[] SplitAndJoin(byte[] image)
    {
        CommandLineRun run = Run("join", Split(image), "-O", InFolder("out.bin"));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return File.ReadAllBytes(InFolder("out.bin"));
    }

    private string Split(byte[] image)
    {
        File.WriteAllBytes(InFolder("dump.bin"), image);
        Assert.Equal(0, Run("split", InFolder("dump.bin"), "-o", InFolder("parts")).ExitCode);
        return InFolder("parts");
    }

    private string InFolder(string name) => Path.Combine(_folder.FullName, name);

    private static CommandLineRun Run(params string[] arguments) =>
        CommandLineRun.OfAsync(["image", .. arguments]).GetAwaiter().GetResult();
}
