using System.Buffers.Binary;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Usb;

namespace FlashBench.Simulation.UsbIp;

// Answers the standard requests of USB 2.0, chapter 9.4, from a device's descriptors. Other requests are the device's.
//
// Modelled: GET_DESCRIPTOR (device, qualifier, configuration, strings with the language table), GET/SET_CONFIGURATION,
//   GET/SET_INTERFACE (one setting each), GET_STATUS, CLEAR_FEATURE of an endpoint's halt.
// Not modelled: endpoints that stay halted, remote wake-up, SET_DESCRIPTOR, SYNCH_FRAME; they stall. SET_ADDRESS is
//   the virtual host controller's own affair and never arrives.
internal sealed class StandardRequests(UsbDescriptorSet descriptors, ConfigurationReading configuration)
{
    private const ushort UsEnglish = 0x0409;

    private byte _configured = configuration.Value; // imported devices are configured already

    internal static bool IsStandard(UsbSetup setup) => (setup.RequestType & 0x60) == 0;

    // The answer's data, empty for a request without; null = stall.
    internal byte[]? Answer(UsbSetup setup) => (setup.RequestType, setup.Request) switch
    {
        (0x80, 6) => Descriptor(setup.Value >> 8, setup.Value & 0xFF),
        (0x80, 8) => [_configured],
        (0x00, 9) => Configure(setup.Value),
        (0x81, 10) => HasInterface(setup.Index) ? [0] : null,
        (0x01, 11) => HasInterface(setup.Index) && setup.Value == 0 ? [] : null,
        (0x80, 0) => [(byte)(configuration.SelfPowered ? 1 : 0), 0],
        (0x81, 0) => HasInterface(setup.Index) ? [0, 0] : null,
        (0x82, 0) => HasEndpoint(setup.Index) ? [0, 0] : null,
        (0x02, 1) => HasEndpoint(setup.Index) && setup.Value == 0 ? [] : null,
        _ => null,
    };

    private byte[]? Descriptor(int type, int index) => type switch
    {
        1 when index == 0 => descriptors.Device.ToArray(),
        2 when index == 0 => descriptors.Configuration.ToArray(),
        3 => Text(index),
        6 when index == 0 && descriptors.HighSpeed => Qualifier(descriptors.Device.Span),
        _ => null,
    };

    private byte[]? Text(int index)
    {
        if (index == 0)
            return [4, 3, UsEnglish & 0xFF, UsEnglish >> 8];
        if (index > descriptors.Strings.Count)
            return null;
        string text = descriptors.Strings[index - 1];
        text = text[..Math.Min(text.Length, 126)]; // bLength is a byte
        byte[] bytes = new byte[2 + 2 * text.Length];
        (bytes[0], bytes[1]) = ((byte)bytes.Length, 3);
        for (int i = 0; i < text.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 + 2 * i), text[i]);
        return bytes;
    }

    // What the device would be at the other speed: the same, with one configuration.
    private static byte[] Qualifier(ReadOnlySpan<byte> device) =>
        [10, 6, device[2], device[3], device[4], device[5], device[6], 64, 1, 0];

    private byte[]? Configure(ushort value)
    {
        if (value != 0 && value != configuration.Value)
            return null;
        _configured = (byte)value;
        return [];
    }

    private bool HasInterface(ushort index) => configuration.InterfaceNumbers.Contains((byte)(index & 0xFF));

    private bool HasEndpoint(ushort index) =>
        (index & 0x7F) == 0 || configuration.InterfaceOf((byte)(index & 0xFF)) is not null;
}
