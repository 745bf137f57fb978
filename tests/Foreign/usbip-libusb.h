/*
 * A stand-in for libusb-1.0.so.0 that reaches its devices over USB/IP, without a kernel's help.
 *
 * What it is: a foreign judge. Programs that were built against the real libusb (flashrom, libftdi1, flashbench) run
 *   unmodified against the virtual programmers of `flashbench virtual usbip`. It was written from libusb's public
 *   header and documentation and from the kernel's description of USB/IP. It shares no code with FlashBench, with
 *   libusb or with flashrom.
 * What it is not: a whole libusb. No isochronous transfers, no streams, no hotplug events, one configuration.
 *
 * How a program finds its devices:
 *   FLASHBENCH_USBIP=HOST:PORT         the server; without it the list of devices is empty, and stderr says so once
 *   FLASHBENCH_USBIP_BUSIDS=1-1,1-2    only these devices exist (default: all)
 *   FLASHBENCH_USBIP_DRIVER=1          every interface has a kernel driver, which must be detached before a claim
 *   FLASHBENCH_USBIP_STATS=FILE        a line of counts is appended at each detach
 *
 * Semantics kept: a transfer completes, and its callback runs, inside event handling only, on that thread; timeouts
 *   count per transfer, in real time (a system call, so that a clock that was put in between does not reach it) unless
 *   that clock is held, which is then the one that counts; a
 *   cancellation or timeout sends CMD_UNLINK and the transfer ends when that is answered; a lost connection ends all
 *   transfers with NO_DEVICE. The first open of a device in this process imports it, the last close detaches it and
 *   waits until the server has let go; another process gets LIBUSB_ERROR_BUSY meanwhile. An interface has one owner.
 * Differences: URBs leave in batches, at the latest when events are handled; USB/IP tells no length for a cancelled
 *   transfer, so that it is 0; the first open reads the descriptors (3 control URBs), and asking for the descriptors
 *   of a device that is not open imports it for a moment, which resets it.
 *
 * Files: usbip-wire.c (bytes), usbip-link.c (one imported device), libusb-events.c, libusb-transfers.c,
 *   libusb-devices.c, libusb-descriptors.c, libusb-handles.c, libusb-texts.c (the interface of libusb).
 *
 * Threads: one lock for everything, held except while polling and in callbacks. Functions named *_locked need it.
 */
#ifndef USBIP_LIBUSB_H
#define USBIP_LIBUSB_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* ppoll */
#endif

#include "usbip-wire.h"

#include <pthread.h>

#pragma GCC visibility push(default) /* what libusb.h declares is exported, nothing else */
#include <libusb.h>
/* Of device-clock.c, if it is loaded: time that the program slept must pass before URBs are sent; answers took time. */
__attribute__((weak)) void device_clock_before_urbs(void);
__attribute__((weak)) void device_clock_after_urbs(void);
/* With a clock that is held, the stand-in says when it waits, and its own timeouts count on that clock, too. */
__attribute__((weak)) bool device_clock_is_held(void);
__attribute__((weak)) int64_t device_clock_now(void);
__attribute__((weak)) void device_clock_wait(uint64_t sent, uint64_t received, int64_t limit);
#pragma GCC visibility pop

enum {
    INTERFACES_MAX = 32,
    HANDLES_MAX = 64, /* per context */
    PORTS_MAX = 7,
    DESCRIPTOR_READS = 3, /* commands of device_read_descriptors */
};

#define NEVER INT64_MAX

struct link;

struct urb {
    struct urb *next; /* in the queue of completed ones */
    struct libusb_context *context;
    struct link *link; /* NULL unless in flight */
    uint32_t sequence;
    int64_t deadline;
    bool unlinked;                      /* CMD_UNLINK was sent */
    enum libusb_transfer_status ending; /* what its answer makes of the transfer */
    struct libusb_transfer transfer;    /* last: it ends in an open array */
};

struct slot {
    uint32_t sequence; /* 0 = free */
    uint32_t victim;   /* of a CMD_UNLINK: the sequence number it names; 0 = a CMD_SUBMIT */
    bool in;
    struct urb *urb; /* NULL: nobody waits for it (any more) */
};

/* One imported device, shared by all handles of this process. */
struct link {
    struct link *next;
    int references, socket;
    bool lost;
    struct usbip_record record;
    uint32_t sequence;
    struct slot *slots;
    size_t slot_count, slots_used; /* count: a power of two */
    int64_t earliest;              /* no deadline comes before this */
    uint8_t *out;
    size_t out_used, out_sent, out_room;
    uint8_t *in;
    size_t in_used, in_taken;
    struct urb *body_urb; /* whose data arrive now */
    uint8_t *body_at;     /* NULL: thrown away */
    size_t body_left;
    uint32_t driver_bound; /* bit n: interface n has a kernel driver */
    struct libusb_device_handle *owner[INTERFACES_MAX];
    uint64_t urbs_out, urbs_in, urbs_control, bytes_out, bytes_in, sends, receives;
    uint64_t commands, answers; /* since the import */
};

struct libusb_device {
    struct libusb_device *next;
    struct libusb_context *context;
    int references;
    struct usbip_record record;
    uint8_t ports[PORTS_MAX];
    int port_count;
    bool described;
    struct libusb_device_descriptor descriptor;
    uint8_t *configuration;
    size_t configuration_length;
};

struct libusb_device_handle {
    struct libusb_device_handle *next;
    struct libusb_device *device;
    struct link *link;
    bool auto_detach;
};

struct libusb_context {
    struct libusb_context *next;
    int references;
    int wake_socket; /* an eventfd */
    bool woken, polling;
    bool held; /* a thread waits on a held clock and cannot be woken */
    bool handling; /* some thread handles events or has locked them */
    pthread_t handler;
    pthread_cond_t changed;
    struct urb *done, **done_tail;
    struct libusb_device *devices;
    struct libusb_device_handle *handles;
    int handle_count;
};

/* usbip-link.c */
bool clock_is_held(void);
int64_t host_ns(void);
int64_t now_ns(void);
struct link *link_find_locked(const struct usbip_record *record);
struct link *link_open_locked(const struct usbip_record *record, enum usbip_import *result);
void link_close_locked(struct link *link);
int link_reattach_locked(struct link *link);
int link_submit_locked(struct link *link, struct urb *urb);
void link_unlink_locked(struct link *link, struct urb *urb, enum libusb_transfer_status ending);
void link_forget_locked(struct link *link, const struct libusb_device_handle *handle, const struct urb *urb);
void link_flush_locked(struct link *link);
void link_receive_locked(struct link *link);
void link_expire_locked(struct link *link);
void link_lose_locked(struct link *link);

/* libusb-events.c */
void lock(void);
void unlock(void);
struct libusb_context *context_or_default_locked(struct libusb_context *context);
void context_complete_locked(struct urb *urb, enum libusb_transfer_status status);
void context_wake_locked(struct libusb_context *context);
void context_send_soon_locked(struct urb *urb);
void context_leave_poll_locked(struct libusb_context *context);

/* libusb-devices.c */
const char *server_host(void);
const char *server_port(void);
void device_unref_locked(struct libusb_device *device);

/* libusb-descriptors.c */
int device_describe(struct libusb_device *device);
bool device_read_descriptors(struct libusb_device *device, int socket);
bool device_has_interface(const struct libusb_device *device, int number);
int error_of_import(enum usbip_import result);

static inline struct urb *urb_of(struct libusb_transfer *transfer)
{
    return (struct urb *)((char *)transfer - offsetof(struct urb, transfer));
}

#endif
