/* One imported device: what is in flight, bytes on their way out, answers on their way in. See usbip-libusb.h. */
#include "usbip-libusb.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    SLOTS_FIRST = 1024,
    IN_ROOM = 256 * 1024,
    OUT_ROOM_FIRST = 256 * 1024,
    FLUSH_BYTES = 128 * 1024, /* so much waits at most until events are handled */
    SHORT_NOT_OK = 0x0001,    /* transfer flags of Linux */
    ZERO_PACKET = 0x0040,
    DIRECTION_IN = 0x0200,
};

#define UNLINK_LIMIT_NS INT64_C(5000000000)

static struct link *links;

bool clock_is_held(void)
{
    static int held = -1;
    if (held < 0)
        held = device_clock_is_held != NULL && device_clock_is_held();
    return held;
}

/* The host's clock, by system call: a library that puts its own clock in between does not reach it. */
int64_t host_ns(void)
{
    struct timespec t;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The clock by which transfers time out. */
int64_t now_ns(void)
{
    return clock_is_held() ? device_clock_now() : host_ns();
}

static bool same_device(const struct usbip_record *a, const struct usbip_record *b)
{
    return strcmp(a->busid, b->busid) == 0 && a->busnum == b->busnum && a->devnum == b->devnum;
}

struct link *link_find_locked(const struct usbip_record *record)
{
    struct link *link = links;
    while (link != NULL && (link->lost || !same_device(&link->record, record)))
        link = link->next;
    return link;
}

struct link *link_open_locked(const struct usbip_record *record, enum usbip_import *result)
{
    struct link *link = calloc(1, sizeof *link);
    uint8_t *in = malloc(IN_ROOM), *out = malloc(OUT_ROOM_FIRST);
    struct slot *slots = calloc(SLOTS_FIRST, sizeof *slots);
    int s = -1;
    *result = USBIP_NO_ANSWER;
    if (link != NULL && in != NULL && out != NULL && slots != NULL)
        s = usbip_import(server_host(), server_port(), record->busid, &link->record, result);
    if (s < 0) {
        free(link);
        free(in);
        free(out);
        free(slots);
        return NULL;
    }
    link->references = 1;
    link->socket = s;
    link->in = in;
    link->out = out;
    link->out_room = OUT_ROOM_FIRST;
    link->slots = slots;
    link->slot_count = SLOTS_FIRST;
    link->earliest = NEVER;
    link->driver_bound = getenv("FLASHBENCH_USBIP_DRIVER") != NULL ? UINT32_MAX : 0;
    link->next = links;
    links = link;
    return link;
}

static void write_counts(const struct link *l)
{
    const char *path = getenv("FLASHBENCH_USBIP_STATS");
    FILE *file = path != NULL ? fopen(path, "ae") : NULL;
    if (file == NULL)
        return;
    fprintf(file, "{\"busid\":\"%s\",\"urbsOut\":%" PRIu64 ",\"urbsIn\":%" PRIu64 ",\"urbsControl\":%" PRIu64
            ",\"bytesOut\":%" PRIu64 ",\"bytesIn\":%" PRIu64 ",\"sends\":%" PRIu64 ",\"receives\":%" PRIu64 "}\n",
            l->record.busid, l->urbs_out, l->urbs_in, l->urbs_control, l->bytes_out, l->bytes_in, l->sends,
            l->receives);
    fclose(file);
}

void link_close_locked(struct link *link)
{
    if (--link->references > 0)
        return;
    for (struct link **at = &links; *at != NULL; at = &(*at)->next) {
        if (*at == link) {
            *at = link->next;
            break;
        }
    }
    if (!link->lost)
        link_flush_locked(link);
    if (link->socket >= 0)
        usbip_detach(link->socket);
    write_counts(link);
    free(link->slots);
    free(link->in);
    free(link->out);
    free(link);
}

/* A new import in place of the old one, for devices that know no port reset. Everything in flight is lost. */
int link_reattach_locked(struct link *link)
{
    enum usbip_import result;
    struct usbip_record record;
    link_lose_locked(link);
    usbip_detach(link->socket);
    link->socket = usbip_import(server_host(), server_port(), link->record.busid, &record, &result);
    if (link->socket < 0)
        return -1;
    link->commands = link->answers = 0;
    link->lost = false;
    return 0;
}

static bool grow_slots(struct link *link)
{
    size_t count = link->slot_count * 2;
    struct slot *slots = calloc(count, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < link->slot_count; i++) {
        if (link->slots[i].sequence != 0)
            slots[link->slots[i].sequence & (count - 1)] = link->slots[i];
    }
    free(link->slots);
    link->slots = slots;
    link->slot_count = count;
    return true;
}

/* A slot for a new sequence number: the next one whose place is free. NULL: no memory. */
static struct slot *take_slot(struct link *link)
{
    if (link->slots_used * 2 >= link->slot_count && !grow_slots(link))
        return NULL;
    struct slot *slot;
    do {
        link->sequence++;
        slot = &link->slots[link->sequence & (link->slot_count - 1)];
    } while (slot->sequence != 0 || link->sequence == 0);
    slot->sequence = link->sequence;
    link->slots_used++;
    return slot;
}

static struct slot *find_slot(struct link *link, uint32_t sequence)
{
    struct slot *slot = &link->slots[sequence & (link->slot_count - 1)];
    return sequence != 0 && slot->sequence == sequence ? slot : NULL;
}

static void free_slot(struct link *link, struct slot *slot)
{
    *slot = (struct slot){0};
    link->slots_used--;
}

/* Room for that many more bytes to send, or NULL. */
static uint8_t *reserve_out(struct link *link, size_t count)
{
    if (link->out_room - link->out_used < count) {
        size_t room = (link->out_used + count) * 2;
        uint8_t *out = realloc(link->out, room);
        if (out == NULL)
            return NULL;
        link->out = out;
        link->out_room = room;
    }
    return link->out + link->out_used;
}

static void count_urb(struct link *link, const struct usbip_urb *u)
{
    uint64_t *counter = (u->endpoint & 0x0F) == 0 ? &link->urbs_control
                      : (u->endpoint & 0x80) != 0 ? &link->urbs_in : &link->urbs_out;
    ++*counter;
}

int link_submit_locked(struct link *link, struct urb *urb)
{
    const struct libusb_transfer *t = &urb->transfer;
    const uint8_t *data = t->buffer;
    struct usbip_urb u = {.length = (uint32_t)t->length, .endpoint = t->endpoint};
    if (link->lost)
        return LIBUSB_ERROR_NO_DEVICE;
    if (t->type == LIBUSB_TRANSFER_TYPE_CONTROL) {
        if (t->length < USBIP_SETUP_BYTES)
            return LIBUSB_ERROR_INVALID_PARAM;
        memcpy(u.setup, data, USBIP_SETUP_BYTES);
        data += USBIP_SETUP_BYTES;
        u.length = (uint32_t)(u.setup[6] | u.setup[7] << 8);
        u.endpoint = u.setup[0] & 0x80;
        if (u.length > (uint32_t)t->length - USBIP_SETUP_BYTES)
            return LIBUSB_ERROR_INVALID_PARAM;
    }
    bool in = (u.endpoint & 0x80) != 0;
    u.flags = in ? DIRECTION_IN : (t->flags & LIBUSB_TRANSFER_ADD_ZERO_PACKET) != 0 ? ZERO_PACKET : 0;
    u.device = link->record.busnum << 16 | link->record.devnum;
    size_t body = in ? 0 : u.length;
    uint8_t *packet = reserve_out(link, USBIP_PACKET_BYTES + body);
    struct slot *slot = packet != NULL ? take_slot(link) : NULL;
    if (slot == NULL)
        return LIBUSB_ERROR_NO_MEM;
    slot->in = in;
    slot->urb = urb;
    u.sequence = urb->sequence = slot->sequence;
    usbip_write_submit(packet, &u);
    if (body > 0)
        memcpy(packet + USBIP_PACKET_BYTES, data, body);
    link->out_used += USBIP_PACKET_BYTES + body;
    urb->link = link;
    urb->unlinked = false;
    urb->deadline = t->timeout > 0 ? now_ns() + (int64_t)t->timeout * 1000000 : NEVER;
    if (urb->deadline < link->earliest)
        link->earliest = urb->deadline;
    count_urb(link, &u);
    link->commands++;
    if (link->out_used - link->out_sent >= FLUSH_BYTES)
        link_flush_locked(link);
    return LIBUSB_SUCCESS;
}

void link_unlink_locked(struct link *link, struct urb *urb, enum libusb_transfer_status ending)
{
    uint8_t *packet = reserve_out(link, USBIP_PACKET_BYTES);
    struct slot *slot = packet != NULL ? take_slot(link) : NULL;
    if (slot == NULL) {
        link_lose_locked(link);
        return;
    }
    slot->victim = urb->sequence;
    usbip_write_unlink(packet, slot->sequence, link->record.busnum << 16 | link->record.devnum, slot->victim);
    link->out_used += USBIP_PACKET_BYTES;
    link->commands++;
    urb->unlinked = true;
    urb->ending = ending;
    urb->deadline = now_ns() + UNLINK_LIMIT_NS;
    if (urb->deadline < link->earliest)
        link->earliest = urb->deadline;
}

/* Nobody waits any more for the transfers of that handle, or for that one (the other argument is NULL). */
void link_forget_locked(struct link *link, const struct libusb_device_handle *handle, const struct urb *urb)
{
    for (size_t i = 0; i < link->slot_count; i++) {
        struct urb *u = link->slots[i].urb;
        if (u == NULL || (u != urb && u->transfer.dev_handle != handle))
            continue;
        link->slots[i].urb = NULL;
        u->link = NULL;
        if (link->body_urb == u) {
            link->body_urb = NULL;
            link->body_at = NULL;
        }
    }
}

void link_lose_locked(struct link *link)
{
    if (link->lost)
        return;
    link->lost = true;
    link->out_used = link->out_sent = link->in_used = link->in_taken = link->body_left = 0;
    if (link->body_urb != NULL)
        context_complete_locked(link->body_urb, LIBUSB_TRANSFER_NO_DEVICE);
    link->body_urb = NULL;
    for (size_t i = 0; i < link->slot_count; i++) {
        struct slot slot = link->slots[i];
        link->slots[i] = (struct slot){0};
        if (slot.urb != NULL)
            context_complete_locked(slot.urb, LIBUSB_TRANSFER_NO_DEVICE);
    }
    link->slots_used = 0;
    link->earliest = NEVER;
}

void link_flush_locked(struct link *link)
{
    if (link->out_used == link->out_sent)
        return;
    if (device_clock_before_urbs != NULL)
        device_clock_before_urbs();
    while (link->out_sent < link->out_used) {
        ssize_t sent = send(link->socket, link->out + link->out_sent, link->out_used - link->out_sent,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        link->sends++;
        if (sent < 0) /* the receiving side will tell that the device is gone, after the last answers */
            break;
        link->out_sent += (size_t)sent;
        link->bytes_out += (uint64_t)sent;
    }
    link->out_used = link->out_sent = 0;
}

static enum libusb_transfer_status status_of(int32_t error)
{
    switch (-error) {
    case 0: return LIBUSB_TRANSFER_COMPLETED;
    case EREMOTEIO: return LIBUSB_TRANSFER_COMPLETED; /* short, which libusb judges by its own flag */
    case EPIPE: return LIBUSB_TRANSFER_STALL;
    case EOVERFLOW: return LIBUSB_TRANSFER_OVERFLOW;
    case ENOENT:
    case ECONNRESET: return LIBUSB_TRANSFER_CANCELLED;
    case ENODEV:
    case ESHUTDOWN: return LIBUSB_TRANSFER_NO_DEVICE;
    default: return LIBUSB_TRANSFER_ERROR;
    }
}

static void finish(struct urb *urb, enum libusb_transfer_status status)
{
    const struct libusb_transfer *t = &urb->transfer;
    int wanted = t->type == LIBUSB_TRANSFER_TYPE_CONTROL ? t->length - USBIP_SETUP_BYTES : t->length;
    bool refused = (t->flags & LIBUSB_TRANSFER_SHORT_NOT_OK) != 0 && t->actual_length < wanted;
    if (status == LIBUSB_TRANSFER_COMPLETED && refused)
        status = LIBUSB_TRANSFER_ERROR;
    if (status == LIBUSB_TRANSFER_CANCELLED && urb->unlinked)
        status = urb->ending; /* a timeout is a cancellation, too */
    context_complete_locked(urb, status);
}

/* False if the answer breaks the protocol. */
static bool take_submit_answer(struct link *link, struct slot *slot, const struct usbip_answer *answer)
{
    struct urb *urb = slot->urb;
    bool in = slot->in;
    free_slot(link, slot);
    if (urb == NULL) {
        link->body_at = NULL;
        link->body_left = in ? answer->length : 0;
        return true;
    }
    struct libusb_transfer *t = &urb->transfer;
    size_t setup = t->type == LIBUSB_TRANSFER_TYPE_CONTROL ? USBIP_SETUP_BYTES : 0;
    if (answer->length > (uint32_t)t->length - setup)
        return false;
    t->actual_length = (int)answer->length;
    t->status = status_of(answer->status);
    if (in && answer->length > 0) {
        link->body_urb = urb;
        link->body_at = t->buffer + setup;
        link->body_left = answer->length;
    } else {
        finish(urb, t->status);
    }
    return true;
}

static bool take_answer(struct link *link, const uint8_t *packet)
{
    struct usbip_answer answer = usbip_read_answer(packet);
    link->answers++;
    struct slot *slot = find_slot(link, answer.sequence);
    if (slot == NULL || (slot->victim != 0) != (answer.kind == USBIP_RET_UNLINK))
        return false;
    if (answer.kind == USBIP_RET_SUBMIT)
        return take_submit_answer(link, slot, &answer);
    struct slot *victim = find_slot(link, slot->victim);
    free_slot(link, slot);
    if (victim != NULL) { /* else it had ended before the server saw the wish */
        struct urb *urb = victim->urb;
        free_slot(link, victim);
        if (urb != NULL) {
            urb->transfer.actual_length = 0;
            finish(urb, LIBUSB_TRANSFER_CANCELLED);
        }
    }
    return true;
}

static void take_body(struct link *link, size_t available)
{
    size_t count = available < link->body_left ? available : link->body_left;
    if (link->body_at != NULL) {
        memcpy(link->body_at, link->in + link->in_taken, count);
        link->body_at += count;
    }
    link->in_taken += count;
    link->body_left -= count;
    if (link->body_left == 0 && link->body_urb != NULL) {
        struct urb *urb = link->body_urb;
        link->body_urb = NULL;
        finish(urb, urb->transfer.status);
    }
}

static void parse(struct link *link)
{
    while (!link->lost) {
        size_t available = link->in_used - link->in_taken;
        if (link->body_left > 0 && available > 0) {
            take_body(link, available);
        } else if (available >= USBIP_PACKET_BYTES) {
            const uint8_t *packet = link->in + link->in_taken;
            link->in_taken += USBIP_PACKET_BYTES;
            if (!take_answer(link, packet)) {
                fprintf(stderr, "usbip-libusb: the server broke the protocol; %s is lost\n", link->record.busid);
                link_lose_locked(link);
            }
        } else {
            break;
        }
    }
    memmove(link->in, link->in + link->in_taken, link->in_used - link->in_taken);
    link->in_used -= link->in_taken;
    link->in_taken = 0;
}

void link_receive_locked(struct link *link)
{
    while (!link->lost) {
        size_t room = IN_ROOM - link->in_used;
        ssize_t got = recv(link->socket, link->in + link->in_used, room, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (got <= 0) {
            link_lose_locked(link);
            return;
        }
        link->receives++;
        link->bytes_in += (uint64_t)got;
        link->in_used += (size_t)got;
        if (device_clock_after_urbs != NULL)
            device_clock_after_urbs();
        parse(link);
        if ((size_t)got < room)
            return; /* all that was there */
    }
}

void link_expire_locked(struct link *link)
{
    int64_t now = link->earliest != NEVER && !link->lost ? now_ns() : 0;
    if (link->lost || now < link->earliest)
        return;
    link->earliest = NEVER;
    for (size_t i = 0; i < link->slot_count && !link->lost; i++) {
        struct urb *urb = link->slots[i].urb;
        if (urb == NULL)
            continue;
        if (urb->deadline <= now && urb->unlinked)
            link_lose_locked(link); /* a server that does not answer CMD_UNLINK is as good as gone */
        else if (urb->deadline <= now)
            link_unlink_locked(link, urb, LIBUSB_TRANSFER_TIMED_OUT);
        else if (urb->deadline < link->earliest)
            link->earliest = urb->deadline;
    }
}
