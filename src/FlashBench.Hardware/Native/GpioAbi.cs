using System.Buffers.Binary;
using System.Text;

namespace FlashBench.Hardware.Native;

/// <summary>Sizes, offsets and requests of the GPIO character device, version 2.</summary>
/// <remarks>Source: S-18, include/uapi/linux/gpio.h; the same on every architecture. A C compiler judges them
/// (tests/Foreign/kernel-abi.c). Little-endian hosts only, as all that .NET runs on.</remarks>
internal static class GpioAbi
{
    internal const int NameBytes = 32;                                      // GPIO_MAX_NAME_SIZE
    internal const int ChipInfoBytes = 68, ChipLabelAt = 32, ChipLinesAt = 64;
    internal const int LineInfoBytes = 256, LineConsumerAt = 32, LineOffsetAt = 64, LineFlagsAt = 72;
    internal const int ConfigBytes = 272, ConfigAttributeCountAt = 8, ConfigAttributesAt = 32;
    internal const int AttributeIdAt = 0, AttributeValueAt = 8, AttributeMaskAt = 16;
    internal const int RequestBytes = 592, RequestConsumerAt = 256, RequestConfigAt = 288, RequestCountAt = 560;
    internal const int RequestFileAt = 588;
    internal const int ValuesBytes = 16, ValuesMaskAt = 8;
    internal const uint OutputValues = 2;                                   // GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES

    internal const uint GetChipInfo = 0x8044_B401, GetLineInfo = 0xC100_B405, GetLine = 0xC250_B407;
    internal const uint SetConfig = 0xC110_B40D, GetValues = 0xC010_B40E, SetValues = 0xC010_B40F;

    /// <summary>A text of the kernel: up to the first NUL.</summary>
    internal static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    /// <summary>Writes a line configuration: flags and, for an output, its level.</summary>
    /// <param name="config">struct gpio_v2_line_config, zeroed.</param>
    /// <param name="flags">Wanted flags.</param>
    /// <param name="active">Logical level; null for an input or a line that stays as it is.</param>
    internal static void WriteConfig(Span<byte> config, GpioFlags flags, bool? active)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(config, (ulong)flags);
        if (active is not { } level)
            return;
        BinaryPrimitives.WriteUInt32LittleEndian(config[ConfigAttributeCountAt..], 1);
        Span<byte> attribute = config[ConfigAttributesAt..];
        BinaryPrimitives.WriteUInt32LittleEndian(attribute[AttributeIdAt..], OutputValues);
        BinaryPrimitives.WriteUInt64LittleEndian(attribute[AttributeValueAt..], level ? 1u : 0u);
        BinaryPrimitives.WriteUInt64LittleEndian(attribute[AttributeMaskAt..], 1);
    }
}

/// <summary>enum gpio_v2_line_flag, as far as it is used here.</summary>
[Flags]
internal enum GpioFlags : ulong
{
    AsIs = 0,
    Used = 1 << 0,
    ActiveLow = 1 << 1,
    Input = 1 << 2,
    Output = 1 << 3,
    OpenDrain = 1 << 6,
    OpenSource = 1 << 7,
    PullUp = 1 << 8,
    PullDown = 1 << 9,
    BiasDisabled = 1 << 10,
}
