/* Descriptors: read from the device once, then given out as the structures of libusb. See usbip-libusb.h. */
#include "usbip-libusb.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    DEVICE_BYTES = 18,
    CONFIGURATION_BYTES = 9,
    INTERFACE_BYTES = 9,
    ENDPOINT_BYTES = 7,
    ENDPOINT_AUDIO_BYTES = 9,
    GET_DESCRIPTOR = 6,
    TEXT_TIMEOUT_MS = 1000,
    ENGLISH = 0x0409,
};

int error_of_import(enum usbip_import result)
{
    switch (result) {
    case USBIP_IMPORTED: return LIBUSB_SUCCESS;
    case USBIP_NOT_AVAILABLE:
    case USBIP_BUSY: return LIBUSB_ERROR_BUSY;
    case USBIP_NO_SUCH_DEVICE:
    case USBIP_NO_ANSWER: return LIBUSB_ERROR_NO_DEVICE;
    default: return LIBUSB_ERROR_IO;
    }
}

static uint16_t little16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static bool exchange(int s, void *bytes, size_t count, bool in)
{
    for (size_t done = 0; done < count;) {
        char *at = (char *)bytes + done;
        ssize_t n = in ? recv(s, at, count - done, MSG_WAITALL) : send(s, at, count - done, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

/* Asks a freshly imported device, as a host does when a device appears. Returns the bytes received, or -1. */
static int read_descriptor(const struct usbip_record *record, int s, uint8_t kind, uint8_t *bytes, uint16_t length)
{
    uint8_t packet[USBIP_PACKET_BYTES];
    struct usbip_urb urb = {
        .sequence = UINT32_MAX - length, /* the numbers of later URBs begin at 1 */
        .device = record->busnum << 16 | record->devnum,
        .flags = 0x0200,
        .length = length,
        .endpoint = 0x80,
        .setup = {0x80, GET_DESCRIPTOR, 0, kind, 0, 0, (uint8_t)length, (uint8_t)(length >> 8)},
    };
    usbip_write_submit(packet, &urb);
    if (!exchange(s, packet, sizeof packet, false) || !exchange(s, packet, sizeof packet, true))
        return -1;
    struct usbip_answer answer = usbip_read_answer(packet);
    if (answer.kind != USBIP_RET_SUBMIT || answer.sequence != urb.sequence || answer.length > length)
        return -1;
    if (!exchange(s, bytes, answer.length, true) || answer.status != 0)
        return -1;
    return (int)answer.length;
}

bool device_read_descriptors(struct libusb_device *d, int s)
{
    uint8_t device[DEVICE_BYTES], head[CONFIGURATION_BYTES];
    if (read_descriptor(&d->record, s, LIBUSB_DT_DEVICE, device, sizeof device) != sizeof device
        || read_descriptor(&d->record, s, LIBUSB_DT_CONFIG, head, sizeof head) != sizeof head)
        return false;
    uint16_t total = little16(head + 2);
    uint8_t *all = malloc(total);
    if (total < CONFIGURATION_BYTES || all == NULL
        || read_descriptor(&d->record, s, LIBUSB_DT_CONFIG, all, total) != total) {
        free(all);
        return false;
    }
    d->descriptor = (struct libusb_device_descriptor){
        .bLength = device[0], .bDescriptorType = device[1], .bcdUSB = little16(device + 2),
        .bDeviceClass = device[4], .bDeviceSubClass = device[5], .bDeviceProtocol = device[6],
        .bMaxPacketSize0 = device[7], .idVendor = little16(device + 8), .idProduct = little16(device + 10),
        .bcdDevice = little16(device + 12), .iManufacturer = device[14], .iProduct = device[15],
        .iSerialNumber = device[16], .bNumConfigurations = device[17],
    };
    free(d->configuration);
    d->configuration = all;
    d->configuration_length = total;
    d->described = true;
    return true;
}

/* Makes sure that the descriptors are known; imports the device for a moment if it is not open. */
int device_describe(struct libusb_device *device)
{
    enum usbip_import result;
    struct usbip_record record;
    int error = LIBUSB_SUCCESS;
    lock();
    if (!device->described) {
        struct link *link = link_find_locked(&device->record);
        int s = link == NULL
            ? usbip_import(server_host(), server_port(), device->record.busid, &record, &result) : -1;
        if (s >= 0)
            error = device_read_descriptors(device, s) ? LIBUSB_SUCCESS : LIBUSB_ERROR_IO;
        else
            error = link != NULL ? LIBUSB_ERROR_BUSY : error_of_import(result);
        if (s >= 0)
            usbip_detach(s);
    }
    unlock();
    return error;
}

int libusb_get_device_descriptor(libusb_device *device, struct libusb_device_descriptor *d)
{
    const struct usbip_record *r = &device->record;
    if (device_describe(device) == LIBUSB_SUCCESS) {
        *d = device->descriptor;
        return LIBUSB_SUCCESS;
    }
    /* Another process has it: what the list says, and no texts. */
    *d = (struct libusb_device_descriptor){
        .bLength = DEVICE_BYTES, .bDescriptorType = LIBUSB_DT_DEVICE, .bcdUSB = 0x0200,
        .bDeviceClass = r->class_code, .bDeviceSubClass = r->subclass, .bDeviceProtocol = r->protocol,
        .bMaxPacketSize0 = 64, .idVendor = r->vendor, .idProduct = r->product, .bcdDevice = r->release,
        .bNumConfigurations = r->configurations,
    };
    return LIBUSB_SUCCESS;
}

/* The next descriptor at or after `at`, or the end if what follows is damaged. */
static size_t descriptor_end(const uint8_t *bytes, size_t at, size_t length)
{
    size_t own = at < length ? bytes[at] : 0;
    return own < 2 || own > length - at ? length : at + own;
}

bool device_has_interface(const struct libusb_device *device, int number)
{
    const uint8_t *bytes = device->configuration;
    for (size_t at = 0; device->described && at + INTERFACE_BYTES <= device->configuration_length;
         at = descriptor_end(bytes, at, device->configuration_length)) {
        if (bytes[at + 1] == LIBUSB_DT_INTERFACE && bytes[at + 2] == number)
            return true;
    }
    return false;
}

static bool copy_extra(const unsigned char **extra, int *extra_length, const uint8_t *bytes, size_t length)
{
    unsigned char *copy = realloc((void *)*extra, (size_t)*extra_length + length);
    if (copy == NULL)
        return false;
    memcpy(copy + *extra_length, bytes, length);
    *extra = copy;
    *extra_length += (int)length;
    return true;
}

static bool add_endpoint(struct libusb_interface_descriptor *i, const uint8_t *b, size_t length)
{
    struct libusb_endpoint_descriptor *all = (void *)i->endpoint;
    if (length < ENDPOINT_BYTES)
        return false;
    all = realloc(all, ((size_t)i->bNumEndpoints + 1) * sizeof *all);
    if (all == NULL)
        return false;
    all[i->bNumEndpoints++] = (struct libusb_endpoint_descriptor){
        .bLength = b[0], .bDescriptorType = b[1], .bEndpointAddress = b[2], .bmAttributes = b[3],
        .wMaxPacketSize = little16(b + 4), .bInterval = b[6],
        .bRefresh = length >= ENDPOINT_AUDIO_BYTES ? b[7] : 0,
        .bSynchAddress = length >= ENDPOINT_AUDIO_BYTES ? b[8] : 0,
    };
    i->endpoint = all;
    return true;
}

/* Adds an alternate setting; endpoints are counted as they are found, whatever bNumEndpoints says. */
static struct libusb_interface_descriptor *add_setting(struct libusb_config_descriptor *c, const uint8_t *b)
{
    struct libusb_interface *interfaces = (void *)c->interface, *found = NULL;
    for (int n = 0; n < c->bNumInterfaces && found == NULL; n++)
        found = interfaces[n].altsetting[0].bInterfaceNumber == b[2] ? &interfaces[n] : NULL;
    if (found == NULL) {
        interfaces = realloc(interfaces, ((size_t)c->bNumInterfaces + 1) * sizeof *interfaces);
        if (interfaces == NULL)
            return NULL;
        c->interface = interfaces;
        found = &interfaces[c->bNumInterfaces];
        *found = (struct libusb_interface){0};
    }
    struct libusb_interface_descriptor *settings = (void *)found->altsetting;
    settings = realloc(settings, ((size_t)found->num_altsetting + 1) * sizeof *settings);
    if (settings == NULL)
        return NULL;
    settings[found->num_altsetting] = (struct libusb_interface_descriptor){
        .bLength = b[0], .bDescriptorType = b[1], .bInterfaceNumber = b[2], .bAlternateSetting = b[3],
        .bInterfaceClass = b[5], .bInterfaceSubClass = b[6], .bInterfaceProtocol = b[7], .iInterface = b[8],
    };
    found->altsetting = settings;
    if (found->num_altsetting++ == 0)
        c->bNumInterfaces++;
    return &settings[found->num_altsetting - 1];
}

static bool parse_configuration(struct libusb_config_descriptor *c, const uint8_t *bytes, size_t length)
{
    struct libusb_interface_descriptor *setting = NULL;
    bool sound = true;
    for (size_t at = CONFIGURATION_BYTES, end; sound && at < length; at = end) {
        end = descriptor_end(bytes, at, length);
        size_t own = end - at;
        if (own >= INTERFACE_BYTES && bytes[at + 1] == LIBUSB_DT_INTERFACE)
            sound = (setting = add_setting(c, bytes + at)) != NULL;
        else if (own >= ENDPOINT_BYTES && bytes[at + 1] == LIBUSB_DT_ENDPOINT && setting != NULL)
            sound = add_endpoint(setting, bytes + at, own);
        else if (setting != NULL)
            sound = copy_extra(&setting->extra, &setting->extra_length, bytes + at, own);
        else
            sound = copy_extra(&c->extra, &c->extra_length, bytes + at, own);
    }
    return sound;
}

int libusb_get_config_descriptor(libusb_device *device, uint8_t index, struct libusb_config_descriptor **config)
{
    int error = device_describe(device);
    if (error != LIBUSB_SUCCESS)
        return error;
    if (index != 0)
        return LIBUSB_ERROR_NOT_FOUND;
    const uint8_t *b = device->configuration;
    struct libusb_config_descriptor *c = calloc(1, sizeof *c);
    if (c == NULL)
        return LIBUSB_ERROR_NO_MEM;
    c->bLength = b[0];
    c->bDescriptorType = b[1];
    c->wTotalLength = little16(b + 2);
    c->bConfigurationValue = b[5];
    c->iConfiguration = b[6];
    c->bmAttributes = b[7];
    c->MaxPower = b[8];
    if (!parse_configuration(c, b, device->configuration_length)) {
        libusb_free_config_descriptor(c);
        return LIBUSB_ERROR_NO_MEM;
    }
    *config = c;
    return LIBUSB_SUCCESS;
}

int libusb_get_active_config_descriptor(libusb_device *device, struct libusb_config_descriptor **config)
{
    return libusb_get_config_descriptor(device, 0, config);
}

int libusb_get_config_descriptor_by_value(libusb_device *device, uint8_t value,
                                          struct libusb_config_descriptor **config)
{
    int error = device_describe(device);
    if (error == LIBUSB_SUCCESS && device->configuration[5] != value)
        error = LIBUSB_ERROR_NOT_FOUND;
    return error == LIBUSB_SUCCESS ? libusb_get_config_descriptor(device, 0, config) : error;
}

void libusb_free_config_descriptor(struct libusb_config_descriptor *c)
{
    for (int i = 0; c != NULL && i < c->bNumInterfaces; i++) {
        const struct libusb_interface *interface = &c->interface[i];
        for (int a = 0; a < interface->num_altsetting; a++) {
            free((void *)interface->altsetting[a].endpoint);
            free((void *)interface->altsetting[a].extra);
        }
        free((void *)interface->altsetting);
    }
    if (c == NULL)
        return;
    free((void *)c->interface);
    free((void *)c->extra);
    free(c);
}

static int packet_size(libusb_device *device, unsigned char endpoint)
{
    if (device_describe(device) != LIBUSB_SUCCESS)
        return LIBUSB_ERROR_OTHER;
    const uint8_t *b = device->configuration;
    for (size_t at = 0; at + ENDPOINT_BYTES <= device->configuration_length;
         at = descriptor_end(b, at, device->configuration_length)) {
        if (b[at + 1] == LIBUSB_DT_ENDPOINT && b[at + 2] == endpoint)
            return little16(b + at + 4);
    }
    return LIBUSB_ERROR_NOT_FOUND;
}

int libusb_get_max_packet_size(libusb_device *device, unsigned char endpoint)
{
    return packet_size(device, endpoint);
}

int libusb_get_max_iso_packet_size(libusb_device *device, unsigned char endpoint)
{
    return packet_size(device, endpoint);
}

int libusb_get_string_descriptor_ascii(libusb_device_handle *handle, uint8_t index, unsigned char *data, int length)
{
    unsigned char text[255];
    if (index == 0 || length < 1)
        return LIBUSB_ERROR_INVALID_PARAM;
    int got = libusb_control_transfer(handle, LIBUSB_ENDPOINT_IN, GET_DESCRIPTOR, LIBUSB_DT_STRING << 8, 0, text,
                                      sizeof text, TEXT_TIMEOUT_MS);
    uint16_t language = got >= 4 ? little16(text + 2) : ENGLISH;
    if (got >= 0)
        got = libusb_control_transfer(handle, LIBUSB_ENDPOINT_IN, GET_DESCRIPTOR,
                                      (uint16_t)(LIBUSB_DT_STRING << 8 | index), language, text, sizeof text,
                                      TEXT_TIMEOUT_MS);
    if (got < 0)
        return got;
    if (got < 2 || text[1] != LIBUSB_DT_STRING || text[0] > got)
        return LIBUSB_ERROR_IO;
    int count = 0;
    for (int at = 2; at + 1 < text[0] && count < length - 1; at += 2)
        data[count++] = text[at + 1] != 0 || (text[at] & 0x80) != 0 ? '?' : text[at];
    data[count] = 0;
    return count;
}
