using System.Text;
using FlashBench.Hardware.Host;

namespace FlashBench.Tests.Hardware.Host;

public sealed class HostTreeTests : IDisposable
{
    private readonly SysfsTree _files = new();

    [Fact]
    public void A_huge_file_is_cut()
    {
        _files.WithBytes("/etc/group", new byte[3 << 20]);

        Assert.Equal(HostTree.TextMax, _files.Tree.Text("/etc/group")!.Length);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_replaced_and_never_steer_a_terminal()
    {
        _files.WithBytes("/sys/product", [0xFF, 0x1B, (byte)'[', (byte)'2', (byte)'J', 0x07, (byte)'\n', (byte)'x']);

        string line = _files.Tree.Line("/sys/product")!;

        Assert.DoesNotContain(line, char.IsControl);
        Assert.Equal(5 + 1, line.Length); // one character a byte of the first line
    }

    [Fact]
    public void Links_in_a_circle_read_as_nothing()
    {
        _files.Link("/sys/a", "b").Link("/sys/b", "a").Link("/sys/c", "c/c");

        Assert.Null(_files.Tree.Real("/sys/a"));
        Assert.Null(_files.Tree.Text("/sys/b"));
        Assert.Null(_files.Tree.Text("/sys/c/c"));
        Assert.Empty(_files.Tree.Names("/sys/a"));
        Assert.False(_files.Tree.Has("/sys/a"));
    }

    [Fact]
    public void A_link_never_leads_out_of_the_root()
    {
        _files.Link("/sys/out", "../../../../../../../../etc/hostname").Link("/sys/root", "/etc/hostname");

        Assert.Equal("/etc/hostname", _files.Tree.Real("/sys/out"));
        Assert.Null(_files.Tree.Text("/sys/root"));
    }

    [Fact]
    public void A_pipe_without_a_writer_does_not_hold_the_reader_up()
    {
        _files.Folder("/sys");
        NamedPipe.Create(_files.Tree.PathOf("/sys/pipe"));

        Assert.Null(_files.Tree.Text("/sys/pipe"));
    }

    [Fact]
    public void A_folder_with_too_many_names_is_cut()
    {
        for (int i = 0; i < HostTree.NamesMax + 10; i++)
            _files.Folder($"/proc/{i}");

        Assert.Equal(HostTree.NamesMax, _files.Tree.Names("/proc").Count);
    }

    [Fact]
    public void What_is_missing_reads_as_nothing()
    {
        Assert.Null(_files.Tree.Text("/nothing"));
        Assert.Null(_files.Tree.Link("/nothing"));
        Assert.Empty(_files.Tree.Names("/nothing"));
        Assert.Equal("/nothing/here", _files.Tree.Real("/nothing/./there/../here"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_bytes_in_every_file_break_nothing(int seed)
    {
        using SysfsTree host = SysfsTree.Healthy().Ft2232h("1-1", "FT1").Tty("ttyUSB0", "1-1", 1)
            .Gpio("gpiochip0", "1-1");
        var random = new Random(seed);
        foreach (string file in Directory.GetFiles(host.Tree.PathOf("/"), "*", SearchOption.AllDirectories))
        {
            byte[] bytes = new byte[random.Next(0, 300)];
            random.NextBytes(bytes);
            if (random.Next(3) == 0)
                bytes = Encoding.ASCII.GetBytes(new string((char)random.Next(48, 58), random.Next(1, 300)));
            if (new FileInfo(file).LinkTarget is null)
                File.WriteAllBytes(file, bytes);
        }

        HostSnapshot snapshot = host.Read("/dev/ttyUSB0");

        Assert.True(snapshot.HasUsb);
    }

    public void Dispose() => _files.Dispose();
}
