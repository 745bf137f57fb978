using FlashBench.Cli.Output;

namespace FlashBench.Tests.Cli.Output;

public sealed class TolerantWriterTests
{
    [Fact]
    public void What_can_be_written_arrives()
    {
        using var inner = new StringWriter { NewLine = "\n" };
        using var writer = new TolerantWriter(inner);

        writer.Write('a');
        writer.Write("bc");
        writer.WriteLine("d");
        writer.WriteLine();

        Assert.Equal("abcd\n\n", inner.ToString());
    }

    [Fact]
    public void A_full_disk_behind_it_silences_it_and_throws_nothing()
    {
        using var full = new FileStream(
            "/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        using var inner = new StreamWriter(full) { AutoFlush = true };
        using var writer = new TolerantWriter(inner);

        writer.WriteLine("first");
        writer.Write("second");
        writer.Flush();

        Assert.Throws<IOException>(() => full.Write([1])); // the disk is as full as before
    }
}
