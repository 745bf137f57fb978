/* The list of devices and what is known of one without talking to it. See usbip-libusb.h. */
#include "usbip-libusb.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESS_BYTES = 256, PORT_NUMBER_MAX = 255 };

static char address[ADDRESS_BYTES];
static const char *port_text;
static pthread_once_t address_once = PTHREAD_ONCE_INIT;

static void read_address(void)
{
    const char *text = getenv("FLASHBENCH_USBIP");
    if (text == NULL || strlen(text) >= sizeof address)
        text = "";
    strcpy(address, text);
    char *colon = strrchr(address, ':');
    if (colon == NULL) {
        address[0] = 0;
        fputs("usbip-libusb: no devices: FLASHBENCH_USBIP is not HOST:PORT\n", stderr);
        return;
    }
    *colon = 0;
    port_text = colon + 1;
}

const char *server_host(void)
{
    pthread_once(&address_once, read_address);
    return address;
}

const char *server_port(void)
{
    pthread_once(&address_once, read_address);
    return port_text != NULL ? port_text : "0";
}

static bool is_wanted(const char *busid)
{
    const char *list = getenv("FLASHBENCH_USBIP_BUSIDS");
    size_t length = strlen(busid);
    while (list != NULL && *list != 0) {
        size_t part = strcspn(list, ",");
        if (part == length && memcmp(list, busid, length) == 0)
            return true;
        list += part;
        list += *list == ',';
    }
    return list == NULL || list == getenv("FLASHBENCH_USBIP_BUSIDS"); /* none named: all */
}

/* "2-1.4" is port 4 of the hub at port 1 of bus 2. */
static int read_ports(const char *busid, uint8_t ports[PORTS_MAX])
{
    int count = 0;
    const char *at = strchr(busid, '-');
    while (at != NULL && isdigit((unsigned char)at[1]) && count < PORTS_MAX) {
        char *end;
        unsigned long port = strtoul(at + 1, &end, 10);
        if (port > PORT_NUMBER_MAX)
            return 0;
        ports[count++] = (uint8_t)port;
        at = *end == '.' ? end : NULL;
    }
    return count;
}

static bool same_record(const struct usbip_record *a, const struct usbip_record *b)
{
    return strcmp(a->busid, b->busid) == 0 && a->busnum == b->busnum && a->devnum == b->devnum
        && a->vendor == b->vendor && a->product == b->product && a->release == b->release;
}

/* The device of that record, the same for the same device as long as the context lives. */
static struct libusb_device *device_of_record_locked(struct libusb_context *c, const struct usbip_record *record)
{
    for (struct libusb_device *d = c->devices; d != NULL; d = d->next) {
        if (same_record(&d->record, record))
            return d;
    }
    struct libusb_device *d = calloc(1, sizeof *d);
    if (d == NULL)
        return NULL;
    d->context = c;
    d->references = 1; /* of the context */
    d->record = *record;
    d->port_count = read_ports(record->busid, d->ports);
    d->next = c->devices;
    c->devices = d;
    return d;
}

void device_unref_locked(struct libusb_device *device)
{
    if (--device->references > 0)
        return;
    free(device->configuration);
    free(device);
}

static size_t add_to_list(libusb_device **list, size_t count, struct libusb_device *device)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == device)
            return count;
    }
    device->references++;
    list[count] = device;
    return count + 1;
}

ssize_t libusb_get_device_list(libusb_context *context, libusb_device ***list)
{
    struct usbip_record *records = NULL;
    int known = *server_host() != 0 ? usbip_list(server_host(), server_port(), &records) : 0;
    lock();
    struct libusb_context *c = context_or_default_locked(context);
    size_t room = (size_t)(known > 0 ? known : 0) + HANDLES_MAX + 1, count = 0;
    libusb_device **all = c != NULL ? calloc(room, sizeof *all) : NULL;
    for (int i = 0; all != NULL && i < known; i++) {
        struct libusb_device *d = is_wanted(records[i].busid) ? device_of_record_locked(c, &records[i]) : NULL;
        if (d != NULL)
            count = add_to_list(all, count, d);
    }
    /* A server may leave out what is imported; a host still sees what it has open. */
    for (struct libusb_device_handle *h = all != NULL ? c->handles : NULL; h != NULL; h = h->next) {
        if (!h->link->lost)
            count = add_to_list(all, count, h->device);
    }
    unlock();
    free(records);
    if (all == NULL)
        return c == NULL ? LIBUSB_ERROR_INVALID_PARAM : LIBUSB_ERROR_NO_MEM;
    *list = all;
    return (ssize_t)count;
}

void libusb_free_device_list(libusb_device **list, int unref_devices)
{
    for (libusb_device **d = list; unref_devices != 0 && d != NULL && *d != NULL; d++)
        libusb_unref_device(*d);
    free(list);
}

libusb_device *libusb_ref_device(libusb_device *device)
{
    lock();
    device->references++;
    unlock();
    return device;
}

void libusb_unref_device(libusb_device *device)
{
    if (device == NULL)
        return;
    lock();
    device_unref_locked(device);
    unlock();
}

uint8_t libusb_get_bus_number(libusb_device *device)
{
    return (uint8_t)device->record.busnum;
}

uint8_t libusb_get_device_address(libusb_device *device)
{
    return (uint8_t)device->record.devnum;
}

uint8_t libusb_get_port_number(libusb_device *device)
{
    return device->port_count > 0 ? device->ports[device->port_count - 1] : 0;
}

int libusb_get_port_numbers(libusb_device *device, uint8_t *ports, int room)
{
    if (room < device->port_count)
        return LIBUSB_ERROR_OVERFLOW;
    memcpy(ports, device->ports, (size_t)device->port_count);
    return device->port_count;
}

int libusb_get_port_path(libusb_context *context, libusb_device *device, uint8_t *path, uint8_t length)
{
    (void)context;
    return libusb_get_port_numbers(device, path, length);
}

libusb_device *libusb_get_parent(libusb_device *device)
{
    (void)device;
    return NULL; /* the hubs of the other host are not told */
}

int libusb_get_device_speed(libusb_device *device)
{
    switch (device->record.speed) {
    case 1: return LIBUSB_SPEED_LOW;
    case 2: return LIBUSB_SPEED_FULL;
    case 3: return LIBUSB_SPEED_HIGH;
    case 5: return LIBUSB_SPEED_SUPER;
    default: return LIBUSB_SPEED_UNKNOWN;
    }
}
