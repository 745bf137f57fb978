using FlashBench.Hardware.Usb;

namespace FlashBench.Tests.Hardware.Usb;

public sealed class UsbSelectorTests
{
    [Theory]
    [InlineData("1-4.2", "1-4.2", null, null)]
    [InlineData("12-1", "12-1", null, null)]
    [InlineData("0403:6010", null, null, "0403:6010")]
    [InlineData("1a86:5512", null, null, "1A86:5512")]
    [InlineData("FT4X1Y2Z", null, "FT4X1Y2Z", null)]
    [InlineData("serial:1-4", null, "1-4", null)]
    [InlineData("1-4.", null, "1-4.", null)]
    [InlineData(" 1-4 ", "1-4", null, null)]
    public void A_text_is_a_port_path_a_model_or_a_serial_number(
        string text, string? port, string? serial, string? model)
    {
        UsbSelector selector = UsbSelector.Parse(text);

        Assert.Equal((port, serial), (selector.PortPath, selector.Serial));
        Assert.Equal(model, selector.Models?.Single().ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("serial:")]
    public void Nothing_names_no_device(string text) =>
        Assert.Throws<FormatException>(() => UsbSelector.Parse(text));

    [Fact]
    public void Messages_say_what_was_looked_for()
    {
        Assert.Equal("USB device at USB 1-4.2", UsbSelector.Parse("1-4.2").ToString());
        Assert.Equal(
            "0403:6010 or 0403:6014 with serial number X",
            new UsbSelector(Serial: "X", Models: [new(0x0403, 0x6010), new(0x0403, 0x6014)]).ToString());
    }
}
