/* Open devices: interfaces, kernel drivers, configuration, reset. See usbip-libusb.h. */
#include "usbip-libusb.h"

#include <stdlib.h>
#include <sys/time.h>

enum { REQUEST_TIMEOUT_MS = 1000, RESET_TIMEOUT_MS = 5000 };

int libusb_open(libusb_device *device, libusb_device_handle **result)
{
    struct libusb_context *c = device->context;
    struct libusb_device_handle *handle = calloc(1, sizeof *handle);
    enum usbip_import imported = USBIP_IMPORTED;
    if (handle == NULL)
        return LIBUSB_ERROR_NO_MEM;
    lock();
    struct link *link = c->handle_count < HANDLES_MAX ? link_find_locked(&device->record) : NULL;
    if (link != NULL)
        link->references++;
    else if (c->handle_count < HANDLES_MAX)
        link = link_open_locked(&device->record, &imported);
    if (link != NULL && !device->described && link->commands == 0) {
        if (device_read_descriptors(device, link->socket)) {
            link->commands = link->answers = DESCRIPTOR_READS;
        } else {
            link_lose_locked(link);
            link_close_locked(link);
            imported = USBIP_NO_ANSWER;
            link = NULL;
        }
    }
    if (link != NULL) {
        handle->device = device;
        handle->link = link;
        handle->next = c->handles;
        c->handles = handle;
        c->handle_count++;
        device->references++;
        context_wake_locked(c); /* a thread that polls must poll this one, too */
    }
    unlock();
    if (link == NULL) {
        free(handle);
        return imported == USBIP_IMPORTED ? LIBUSB_ERROR_NO_MEM : error_of_import(imported);
    }
    *result = handle;
    return LIBUSB_SUCCESS;
}

libusb_device_handle *libusb_open_device_with_vid_pid(libusb_context *context, uint16_t vendor, uint16_t product)
{
    libusb_device **list;
    libusb_device_handle *handle = NULL;
    ssize_t count = libusb_get_device_list(context, &list);
    if (count < 0)
        return NULL;
    for (ssize_t i = 0; i < count; i++) {
        if (list[i]->record.vendor == vendor && list[i]->record.product == product) {
            if (libusb_open(list[i], &handle) != LIBUSB_SUCCESS)
                handle = NULL;
            break;
        }
    }
    libusb_free_device_list(list, 1);
    return handle;
}

void libusb_close(libusb_device_handle *handle)
{
    if (handle == NULL)
        return;
    struct libusb_context *c = handle->device->context;
    lock();
    for (struct libusb_device_handle **at = &c->handles; *at != NULL; at = &(*at)->next) {
        if (*at == handle) {
            *at = handle->next;
            c->handle_count--;
            break;
        }
    }
    context_leave_poll_locked(c);
    link_forget_locked(handle->link, handle, NULL);
    for (int i = 0; i < INTERFACES_MAX; i++) {
        if (handle->link->owner[i] == handle)
            handle->link->owner[i] = NULL;
    }
    link_close_locked(handle->link);
    device_unref_locked(handle->device);
    unlock();
    free(handle);
}

libusb_device *libusb_get_device(libusb_device_handle *handle)
{
    return handle->device;
}

/* What is wrong with that interface of that handle, if anything. */
static int check_interface(const libusb_device_handle *handle, int interface)
{
    if (interface < 0 || interface >= INTERFACES_MAX)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (handle->link->lost)
        return LIBUSB_ERROR_NO_DEVICE;
    return device_has_interface(handle->device, interface) ? LIBUSB_SUCCESS : LIBUSB_ERROR_NOT_FOUND;
}

int libusb_claim_interface(libusb_device_handle *handle, int interface)
{
    lock();
    struct link *link = handle->link;
    int result = check_interface(handle, interface);
    if (result == LIBUSB_SUCCESS) {
        uint32_t bit = UINT32_C(1) << interface;
        if (handle->auto_detach)
            link->driver_bound &= ~bit;
        if (link->owner[interface] == NULL && (link->driver_bound & bit) == 0)
            link->owner[interface] = handle;
        result = link->owner[interface] == handle ? LIBUSB_SUCCESS : LIBUSB_ERROR_BUSY;
    }
    unlock();
    return result;
}

int libusb_release_interface(libusb_device_handle *handle, int interface)
{
    lock();
    struct link *link = handle->link;
    int result = check_interface(handle, interface);
    if (result == LIBUSB_SUCCESS && link->owner[interface] != handle)
        result = LIBUSB_ERROR_NOT_FOUND;
    if (result == LIBUSB_SUCCESS) {
        link->owner[interface] = NULL;
        if (handle->auto_detach && getenv("FLASHBENCH_USBIP_DRIVER") != NULL)
            link->driver_bound |= UINT32_C(1) << interface;
    }
    unlock();
    return result;
}

int libusb_kernel_driver_active(libusb_device_handle *handle, int interface)
{
    lock();
    int result = check_interface(handle, interface);
    if (result == LIBUSB_SUCCESS)
        result = (handle->link->driver_bound >> interface & 1) != 0;
    unlock();
    return result;
}

int libusb_detach_kernel_driver(libusb_device_handle *handle, int interface)
{
    lock();
    int result = check_interface(handle, interface);
    if (result == LIBUSB_SUCCESS) {
        uint32_t bit = UINT32_C(1) << interface;
        result = (handle->link->driver_bound & bit) != 0 ? LIBUSB_SUCCESS : LIBUSB_ERROR_NOT_FOUND;
        handle->link->driver_bound &= ~bit;
    }
    unlock();
    return result;
}

int libusb_attach_kernel_driver(libusb_device_handle *handle, int interface)
{
    lock();
    int result = check_interface(handle, interface);
    if (result == LIBUSB_SUCCESS && getenv("FLASHBENCH_USBIP_DRIVER") == NULL)
        result = LIBUSB_ERROR_NOT_FOUND;
    if (result == LIBUSB_SUCCESS && handle->link->owner[interface] != NULL)
        result = LIBUSB_ERROR_BUSY;
    if (result == LIBUSB_SUCCESS)
        handle->link->driver_bound |= UINT32_C(1) << interface;
    unlock();
    return result;
}

int libusb_set_auto_detach_kernel_driver(libusb_device_handle *handle, int enable)
{
    handle->auto_detach = enable != 0;
    return LIBUSB_SUCCESS;
}

int libusb_get_configuration(libusb_device_handle *handle, int *configuration)
{
    lock();
    *configuration = handle->link->record.configuration;
    int result = handle->link->lost ? LIBUSB_ERROR_NO_DEVICE : LIBUSB_SUCCESS;
    unlock();
    return result;
}

static int request(libusb_device_handle *handle, uint8_t type, uint8_t code, uint16_t value, uint16_t index,
                   unsigned int timeout)
{
    int result = libusb_control_transfer(handle, type, code, value, index, NULL, 0, timeout);
    return result < 0 ? result : LIBUSB_SUCCESS;
}

int libusb_set_configuration(libusb_device_handle *handle, int configuration)
{
    uint16_t value = configuration < 0 ? 0 : (uint16_t)configuration;
    for (int i = 0; i < INTERFACES_MAX; i++) {
        if (handle->link->owner[i] != NULL)
            return LIBUSB_ERROR_BUSY;
    }
    int result = request(handle, LIBUSB_RECIPIENT_DEVICE, LIBUSB_REQUEST_SET_CONFIGURATION, value, 0,
                         REQUEST_TIMEOUT_MS);
    if (result == LIBUSB_SUCCESS)
        handle->link->record.configuration = (uint8_t)value;
    return result;
}

int libusb_set_interface_alt_setting(libusb_device_handle *handle, int interface, int setting)
{
    if (interface < 0 || interface >= INTERFACES_MAX || setting < 0)
        return LIBUSB_ERROR_INVALID_PARAM;
    if (handle->link->owner[interface] != handle)
        return LIBUSB_ERROR_NOT_FOUND;
    return request(handle, LIBUSB_RECIPIENT_INTERFACE, LIBUSB_REQUEST_SET_INTERFACE, (uint16_t)setting,
                   (uint16_t)interface, REQUEST_TIMEOUT_MS);
}

int libusb_clear_halt(libusb_device_handle *handle, unsigned char endpoint)
{
    return request(handle, LIBUSB_RECIPIENT_ENDPOINT, LIBUSB_REQUEST_CLEAR_FEATURE, 0, endpoint, REQUEST_TIMEOUT_MS);
}

/* A port reset, as Linux' USB/IP client asks for it; a device that does not know the request is attached anew. */
int libusb_reset_device(libusb_device_handle *handle)
{
    enum { PORT_REQUEST = 0x23, PORT_RESET = 4 };
    int result = request(handle, PORT_REQUEST, LIBUSB_REQUEST_SET_FEATURE, PORT_RESET, handle->device->ports[0],
                         RESET_TIMEOUT_MS);
    if (result == LIBUSB_SUCCESS || result == LIBUSB_ERROR_NO_DEVICE)
        return result;
    lock();
    context_leave_poll_locked(handle->device->context);
    result = link_reattach_locked(handle->link) == 0 ? LIBUSB_SUCCESS : LIBUSB_ERROR_NOT_FOUND;
    unlock();
    return result;
}
