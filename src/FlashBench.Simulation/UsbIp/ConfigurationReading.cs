using FlashBench.Simulation.Usb;

namespace FlashBench.Simulation.UsbIp;

// What a host learns from a configuration descriptor: interfaces and the endpoints of their first setting.
internal sealed class ConfigurationReading
{
    private const int InterfaceType = 4;
    private const int EndpointType = 5;

    private readonly List<(byte Number, byte Class, byte Subclass, byte Protocol)> _interfaces = [];
    private readonly Dictionary<byte, byte> _endpoints = []; // address -> interface number

    internal ConfigurationReading(UsbDescriptorSet descriptors)
    {
        ReadOnlySpan<byte> bytes = descriptors.Configuration.Span;
        Value = bytes[5];
        SelfPowered = (bytes[7] & 0x40) != 0;
        bool counts = false;
        for (int at = 0; at + 2 <= bytes.Length && bytes[at] >= 2 && at + bytes[at] <= bytes.Length; at += bytes[at])
        {
            ReadOnlySpan<byte> one = bytes.Slice(at, bytes[at]);
            if (one[1] == InterfaceType && one.Length >= 9)
            {
                counts = one[3] == 0;
                if (counts)
                    _interfaces.Add((one[2], one[5], one[6], one[7]));
            }
            else if (one[1] == EndpointType && counts && one.Length >= 7)
            {
                _endpoints[one[2]] = _interfaces[^1].Number;
            }
        }
    }

    // bConfigurationValue.
    internal byte Value { get; }

    internal bool SelfPowered { get; }

    internal IEnumerable<byte> InterfaceNumbers => _interfaces.Select(one => one.Number);

    internal IReadOnlyList<(byte Class, byte Subclass, byte Protocol)> Classes =>
        [.. _interfaces.Select(one => (one.Class, one.Subclass, one.Protocol))];

    // The interface that an endpoint belongs to; null if the device has no such endpoint.
    internal byte? InterfaceOf(byte address) =>
        _endpoints.TryGetValue(address, out byte number) ? number : null;
}
