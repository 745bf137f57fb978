// Prints how large and where things are in the kernel's headers, and the numbers of its requests: a C compiler's word
// on what src/FlashBench.Hardware/Native states by hand. One "name value" a line.
#include <linux/gpio.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stddef.h>
#include <stdio.h>

#define SAY(name, value) printf("%s %llu\n", name, (unsigned long long)(value))

int main(void)
{
    SAY("NameBytes", GPIO_MAX_NAME_SIZE);
    SAY("ChipInfoBytes", sizeof(struct gpiochip_info));
    SAY("ChipLabelAt", offsetof(struct gpiochip_info, label));
    SAY("ChipLinesAt", offsetof(struct gpiochip_info, lines));
    SAY("LineInfoBytes", sizeof(struct gpio_v2_line_info));
    SAY("LineConsumerAt", offsetof(struct gpio_v2_line_info, consumer));
    SAY("LineOffsetAt", offsetof(struct gpio_v2_line_info, offset));
    SAY("LineFlagsAt", offsetof(struct gpio_v2_line_info, flags));
    SAY("ConfigBytes", sizeof(struct gpio_v2_line_config));
    SAY("ConfigAttributeCountAt", offsetof(struct gpio_v2_line_config, num_attrs));
    SAY("ConfigAttributesAt", offsetof(struct gpio_v2_line_config, attrs));
    SAY("AttributeIdAt", offsetof(struct gpio_v2_line_config_attribute, attr.id));
    SAY("AttributeValueAt", offsetof(struct gpio_v2_line_config_attribute, attr.values));
    SAY("AttributeMaskAt", offsetof(struct gpio_v2_line_config_attribute, mask));
    SAY("RequestBytes", sizeof(struct gpio_v2_line_request));
    SAY("RequestConsumerAt", offsetof(struct gpio_v2_line_request, consumer));
    SAY("RequestConfigAt", offsetof(struct gpio_v2_line_request, config));
    SAY("RequestCountAt", offsetof(struct gpio_v2_line_request, num_lines));
    SAY("RequestFileAt", offsetof(struct gpio_v2_line_request, fd));
    SAY("ValuesBytes", sizeof(struct gpio_v2_line_values));
    SAY("ValuesMaskAt", offsetof(struct gpio_v2_line_values, mask));
    SAY("OutputValues", GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES);
    SAY("GetChipInfo", GPIO_GET_CHIPINFO_IOCTL);
    SAY("GetLineInfo", GPIO_V2_GET_LINEINFO_IOCTL);
    SAY("GetLine", GPIO_V2_GET_LINE_IOCTL);
    SAY("SetConfig", GPIO_V2_LINE_SET_CONFIG_IOCTL);
    SAY("GetValues", GPIO_V2_LINE_GET_VALUES_IOCTL);
    SAY("SetValues", GPIO_V2_LINE_SET_VALUES_IOCTL);
    SAY("Flag.Used", GPIO_V2_LINE_FLAG_USED);
    SAY("Flag.ActiveLow", GPIO_V2_LINE_FLAG_ACTIVE_LOW);
    SAY("Flag.Input", GPIO_V2_LINE_FLAG_INPUT);
    SAY("Flag.Output", GPIO_V2_LINE_FLAG_OUTPUT);
    SAY("Flag.OpenDrain", GPIO_V2_LINE_FLAG_OPEN_DRAIN);
    SAY("Flag.OpenSource", GPIO_V2_LINE_FLAG_OPEN_SOURCE);
    SAY("Flag.PullUp", GPIO_V2_LINE_FLAG_BIAS_PULL_UP);
    SAY("Flag.PullDown", GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN);
    SAY("Flag.BiasDisabled", GPIO_V2_LINE_FLAG_BIAS_DISABLED);
    SAY("Smbus.SetAddress", I2C_SLAVE);
    SAY("Smbus.Transfer", I2C_SMBUS);
    SAY("Smbus.ArgumentBytes", sizeof(struct i2c_smbus_ioctl_data));
    SAY("Smbus.SizeAt", offsetof(struct i2c_smbus_ioctl_data, size));
    SAY("Smbus.PointerAt", offsetof(struct i2c_smbus_ioctl_data, data));
    SAY("Smbus.DataBytes", sizeof(union i2c_smbus_data));
    SAY("Smbus.Reading", I2C_SMBUS_READ);
    SAY("Smbus.Writing", I2C_SMBUS_WRITE);
    SAY("Smbus.ByteData", I2C_SMBUS_BYTE_DATA);
    SAY("Smbus.WordData", I2C_SMBUS_WORD_DATA);
    return 0;
}
