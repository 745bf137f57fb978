/* Names and texts, options, and what this stand-in does not do. See usbip-libusb.h. */
#include "usbip-libusb.h"

#include <stddef.h>

static const struct {
    int code;
    const char *name, *text;
} errors[] = {
    {LIBUSB_SUCCESS, "LIBUSB_SUCCESS", "Success"},
    {LIBUSB_ERROR_IO, "LIBUSB_ERROR_IO", "Input/output error"},
    {LIBUSB_ERROR_INVALID_PARAM, "LIBUSB_ERROR_INVALID_PARAM", "Invalid parameter"},
    {LIBUSB_ERROR_ACCESS, "LIBUSB_ERROR_ACCESS", "No permission"},
    {LIBUSB_ERROR_NO_DEVICE, "LIBUSB_ERROR_NO_DEVICE", "The device is gone"},
    {LIBUSB_ERROR_NOT_FOUND, "LIBUSB_ERROR_NOT_FOUND", "Not found"},
    {LIBUSB_ERROR_BUSY, "LIBUSB_ERROR_BUSY", "In use"},
    {LIBUSB_ERROR_TIMEOUT, "LIBUSB_ERROR_TIMEOUT", "Timed out"},
    {LIBUSB_ERROR_OVERFLOW, "LIBUSB_ERROR_OVERFLOW", "More data than room"},
    {LIBUSB_ERROR_PIPE, "LIBUSB_ERROR_PIPE", "Stalled"},
    {LIBUSB_ERROR_INTERRUPTED, "LIBUSB_ERROR_INTERRUPTED", "Interrupted"},
    {LIBUSB_ERROR_NO_MEM, "LIBUSB_ERROR_NO_MEM", "Out of memory"},
    {LIBUSB_ERROR_NOT_SUPPORTED, "LIBUSB_ERROR_NOT_SUPPORTED", "Not supported"},
    {LIBUSB_ERROR_OTHER, "LIBUSB_ERROR_OTHER", "Other error"},
};

const char *libusb_error_name(int code)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (errors[i].code == code)
            return errors[i].name;
    }
    return "**UNKNOWN**";
}

const char *libusb_strerror(int code)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (errors[i].code == code)
            return errors[i].text;
    }
    return "Unknown error";
}

const struct libusb_version *libusb_get_version(void)
{
    static const struct libusb_version version = {1, 0, 26, 0, "", "USB/IP stand-in of FlashBench's tests"};
    return &version;
}

int libusb_has_capability(uint32_t capability)
{
    return capability == LIBUSB_CAP_HAS_CAPABILITY || capability == LIBUSB_CAP_SUPPORTS_DETACH_KERNEL_DRIVER;
}

int libusb_setlocale(const char *locale)
{
    return locale != NULL ? LIBUSB_SUCCESS : LIBUSB_ERROR_INVALID_PARAM;
}

int libusb_set_option(libusb_context *context, enum libusb_option option, ...)
{
    (void)context;
    return option == LIBUSB_OPTION_LOG_LEVEL ? LIBUSB_SUCCESS : LIBUSB_ERROR_NOT_SUPPORTED;
}

void libusb_set_debug(libusb_context *context, int level)
{
    (void)context;
    (void)level;
}

void libusb_set_log_cb(libusb_context *context, libusb_log_cb callback, int mode)
{
    (void)context;
    (void)callback;
    (void)mode;
}

int libusb_hotplug_register_callback(libusb_context *context, int events, int flags, int vendor, int product,
                                     int class_code, libusb_hotplug_callback_fn callback, void *user_data,
                                     libusb_hotplug_callback_handle *handle)
{
    (void)context, (void)events, (void)flags, (void)vendor, (void)product, (void)class_code, (void)callback;
    (void)user_data, (void)handle;
    return LIBUSB_ERROR_NOT_SUPPORTED;
}

void libusb_hotplug_deregister_callback(libusb_context *context, libusb_hotplug_callback_handle handle)
{
    (void)context;
    (void)handle;
}

void *libusb_hotplug_get_user_data(libusb_context *context, libusb_hotplug_callback_handle handle)
{
    (void)context;
    (void)handle;
    return NULL;
}

int libusb_wrap_sys_device(libusb_context *context, intptr_t device, libusb_device_handle **handle)
{
    (void)context;
    (void)device;
    (void)handle;
    return LIBUSB_ERROR_NOT_SUPPORTED;
}

int libusb_alloc_streams(libusb_device_handle *handle, uint32_t count, unsigned char *endpoints, int endpoint_count)
{
    (void)handle, (void)count, (void)endpoints, (void)endpoint_count;
    return LIBUSB_ERROR_NOT_SUPPORTED;
}

int libusb_free_streams(libusb_device_handle *handle, unsigned char *endpoints, int endpoint_count)
{
    (void)handle, (void)endpoints, (void)endpoint_count;
    return LIBUSB_ERROR_NOT_SUPPORTED;
}

unsigned char *libusb_dev_mem_alloc(libusb_device_handle *handle, size_t length)
{
    (void)handle;
    (void)length;
    return NULL;
}

int libusb_dev_mem_free(libusb_device_handle *handle, unsigned char *buffer, size_t length)
{
    (void)handle, (void)buffer, (void)length;
    return LIBUSB_ERROR_NOT_SUPPORTED;
}

int libusb_get_bos_descriptor(libusb_device_handle *handle, struct libusb_bos_descriptor **bos)
{
    (void)handle;
    (void)bos;
    return LIBUSB_ERROR_PIPE;
}

void libusb_free_bos_descriptor(struct libusb_bos_descriptor *bos)
{
    (void)bos;
}

int libusb_pollfds_handle_timeouts(libusb_context *context)
{
    (void)context;
    return 1; /* no pollfds are offered: timeouts are kept by event handling */
}

const struct libusb_pollfd **libusb_get_pollfds(libusb_context *context)
{
    (void)context;
    return NULL;
}

void libusb_free_pollfds(const struct libusb_pollfd **pollfds)
{
    (void)pollfds;
}

void libusb_set_pollfd_notifiers(libusb_context *context, libusb_pollfd_added_cb added,
                                 libusb_pollfd_removed_cb removed, void *user_data)
{
    (void)context, (void)added, (void)removed, (void)user_data;
}
