/* Transfers, asynchronous and synchronous. See usbip-libusb.h. */
#include "usbip-libusb.h"

#include <stdlib.h>
#include <string.h>

enum { ISOCHRONOUS_PACKETS_MAX = 1024 };

struct libusb_transfer *libusb_alloc_transfer(int iso_packets)
{
    if (iso_packets < 0 || iso_packets > ISOCHRONOUS_PACKETS_MAX)
        return NULL;
    size_t packets = (size_t)iso_packets * sizeof(struct libusb_iso_packet_descriptor);
    struct urb *urb = calloc(1, sizeof *urb + packets);
    if (urb == NULL)
        return NULL;
    urb->transfer.num_iso_packets = iso_packets;
    return &urb->transfer;
}

void libusb_free_transfer(struct libusb_transfer *transfer)
{
    if (transfer == NULL)
        return;
    struct urb *urb = urb_of(transfer);
    lock();
    if (urb->link != NULL)
        link_forget_locked(urb->link, NULL, urb); /* in flight: an error of the program, but no reason to crash */
    unlock();
    if ((transfer->flags & LIBUSB_TRANSFER_FREE_BUFFER) != 0)
        free(transfer->buffer);
    free(urb);
}

int libusb_submit_transfer(struct libusb_transfer *transfer)
{
    struct urb *urb = urb_of(transfer);
    struct libusb_device_handle *handle = transfer->dev_handle;
    if (transfer->type == LIBUSB_TRANSFER_TYPE_ISOCHRONOUS || transfer->type == LIBUSB_TRANSFER_TYPE_BULK_STREAM)
        return LIBUSB_ERROR_NOT_SUPPORTED;
    if (handle == NULL || transfer->length < 0)
        return LIBUSB_ERROR_INVALID_PARAM;
    lock();
    int result = LIBUSB_ERROR_BUSY;
    if (urb->context == NULL) {
        transfer->actual_length = 0;
        transfer->status = LIBUSB_TRANSFER_COMPLETED;
        urb->context = handle->device->context;
        result = link_submit_locked(handle->link, urb);
        if (result == LIBUSB_SUCCESS)
            context_send_soon_locked(urb);
        else
            urb->context = NULL;
    }
    unlock();
    return result;
}

int libusb_cancel_transfer(struct libusb_transfer *transfer)
{
    struct urb *urb = urb_of(transfer);
    int result = LIBUSB_ERROR_NOT_FOUND;
    lock();
    if (urb->link != NULL && !urb->unlinked) {
        link_unlink_locked(urb->link, urb, LIBUSB_TRANSFER_CANCELLED);
        if (urb->link != NULL)
            context_send_soon_locked(urb);
        result = LIBUSB_SUCCESS;
    }
    unlock();
    return result;
}

void libusb_transfer_set_stream_id(struct libusb_transfer *transfer, uint32_t stream_id)
{
    (void)transfer;
    (void)stream_id;
}

uint32_t libusb_transfer_get_stream_id(struct libusb_transfer *transfer)
{
    (void)transfer;
    return 0;
}

static void LIBUSB_CALL note_completed(struct libusb_transfer *transfer)
{
    __atomic_store_n((int *)transfer->user_data, 1, __ATOMIC_RELEASE);
}

static int error_of(enum libusb_transfer_status status)
{
    switch (status) {
    case LIBUSB_TRANSFER_COMPLETED: return LIBUSB_SUCCESS;
    case LIBUSB_TRANSFER_TIMED_OUT: return LIBUSB_ERROR_TIMEOUT;
    case LIBUSB_TRANSFER_STALL: return LIBUSB_ERROR_PIPE;
    case LIBUSB_TRANSFER_OVERFLOW: return LIBUSB_ERROR_OVERFLOW;
    case LIBUSB_TRANSFER_NO_DEVICE: return LIBUSB_ERROR_NO_DEVICE;
    default: return LIBUSB_ERROR_IO;
    }
}

/* Submits, handles events until it has ended, and frees it. */
static int run(struct libusb_transfer *transfer, int *transferred)
{
    int completed = 0;
    lock();
    struct libusb_context *context = transfer->dev_handle->device->context;
    bool inside = context->handling && pthread_equal(context->handler, pthread_self());
    unlock();
    transfer->callback = note_completed;
    transfer->user_data = &completed;
    int result = inside ? LIBUSB_ERROR_BUSY : libusb_submit_transfer(transfer);
    if (result == LIBUSB_SUCCESS) {
        while (__atomic_load_n(&completed, __ATOMIC_ACQUIRE) == 0)
            libusb_handle_events_completed(context, &completed);
        *transferred = transfer->actual_length;
        result = error_of(transfer->status);
    }
    libusb_free_transfer(transfer);
    return result;
}

static int run_bulk(libusb_device_handle *handle, unsigned char endpoint, unsigned char type, unsigned char *data,
                    int length, int *transferred, unsigned int timeout)
{
    int ignored = 0;
    struct libusb_transfer *t = libusb_alloc_transfer(0);
    if (t == NULL)
        return LIBUSB_ERROR_NO_MEM;
    libusb_fill_bulk_transfer(t, handle, endpoint, data, length, NULL, NULL, timeout);
    t->type = type;
    if (transferred != NULL)
        *transferred = 0;
    return run(t, transferred != NULL ? transferred : &ignored);
}

int libusb_bulk_transfer(libusb_device_handle *handle, unsigned char endpoint, unsigned char *data, int length,
                         int *transferred, unsigned int timeout)
{
    return run_bulk(handle, endpoint, LIBUSB_TRANSFER_TYPE_BULK, data, length, transferred, timeout);
}

int libusb_interrupt_transfer(libusb_device_handle *handle, unsigned char endpoint, unsigned char *data, int length,
                              int *transferred, unsigned int timeout)
{
    return run_bulk(handle, endpoint, LIBUSB_TRANSFER_TYPE_INTERRUPT, data, length, transferred, timeout);
}

int libusb_control_transfer(libusb_device_handle *handle, uint8_t request_type, uint8_t request, uint16_t value,
                            uint16_t index, unsigned char *data, uint16_t length, unsigned int timeout)
{
    int transferred = 0;
    bool in = (request_type & LIBUSB_ENDPOINT_IN) != 0;
    struct libusb_transfer *t = libusb_alloc_transfer(0);
    unsigned char *buffer = malloc(LIBUSB_CONTROL_SETUP_SIZE + (size_t)length);
    if (t == NULL || buffer == NULL) {
        libusb_free_transfer(t);
        free(buffer);
        return LIBUSB_ERROR_NO_MEM;
    }
    libusb_fill_control_setup(buffer, request_type, request, value, index, length);
    if (!in && length > 0)
        memcpy(buffer + LIBUSB_CONTROL_SETUP_SIZE, data, length);
    libusb_fill_control_transfer(t, handle, buffer, NULL, NULL, timeout);
    int result = run(t, &transferred);
    if (result == LIBUSB_SUCCESS && in && transferred > 0)
        memcpy(data, buffer + LIBUSB_CONTROL_SETUP_SIZE, (size_t)transferred);
    free(buffer);
    return result == LIBUSB_SUCCESS ? transferred : result;
}
