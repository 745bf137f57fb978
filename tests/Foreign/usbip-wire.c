/* See usbip-wire.h. */
#include "usbip-wire.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    VERSION = 0x0111,
    REQUEST_LIST = 0x8005,
    REPLY_LIST = 0x0005,
    REQUEST_IMPORT = 0x8003,
    REPLY_IMPORT = 0x0003,
    COMMAND_SUBMIT = 1,
    COMMAND_UNLINK = 2,
    PATH_BYTES = 256,
    DEVICE_BYTES = PATH_BYTES + USBIP_BUSID_BYTES + 24,
    INTERFACE_BYTES = 4,
    DEVICES_MAX = 1024,
    ANSWER_LIMIT_S = 5,
    DETACH_LIMIT_MS = 2000,
    DETACH_READS_MAX = 65536,
};

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value);
}

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static int connect_to(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all;
    if (getaddrinfo(host, port, &hints, &all) != 0)
        return -1;
    int s = -1;
    for (struct addrinfo *a = all; a != NULL && s < 0; a = a->ai_next) {
        s = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        if (s < 0)
            continue;
        struct timeval limit = {.tv_sec = ANSWER_LIMIT_S};
        int on = 1;
        setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connect(s, a->ai_addr, a->ai_addrlen) != 0) {
            close(s);
            s = -1;
        }
    }
    freeaddrinfo(all);
    return s;
}

static bool send_all(int s, const uint8_t *bytes, size_t count)
{
    while (count > 0) {
        ssize_t sent = send(s, bytes, count, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        bytes += sent;
        count -= (size_t)sent;
    }
    return true;
}

static bool receive_all(int s, uint8_t *bytes, size_t count)
{
    while (count > 0) {
        ssize_t got = recv(s, bytes, count, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        bytes += got;
        count -= (size_t)got;
    }
    return true;
}

/* Sends a request with its argument and takes the eight bytes that every reply begins with. */
static bool ask(int s, uint32_t request, const void *argument, size_t count, uint32_t reply, uint32_t *status)
{
    uint8_t head[8] = {0};
    put16(head, VERSION);
    put16(head + 2, request);
    if (!send_all(s, head, sizeof head) || !send_all(s, argument, count) || !receive_all(s, head, sizeof head))
        return false;
    *status = get32(head + 4);
    return get16(head + 2) == reply;
}

static bool receive_record(int s, struct usbip_record *r)
{
    uint8_t bytes[DEVICE_BYTES];
    if (!receive_all(s, bytes, sizeof bytes))
        return false;
    memcpy(r->busid, bytes + PATH_BYTES, USBIP_BUSID_BYTES);
    r->busid[USBIP_BUSID_BYTES] = 0;
    const uint8_t *rest = bytes + PATH_BYTES + USBIP_BUSID_BYTES;
    r->busnum = get32(rest);
    r->devnum = get32(rest + 4);
    r->speed = get32(rest + 8);
    r->vendor = get16(rest + 12);
    r->product = get16(rest + 14);
    r->release = get16(rest + 16);
    r->class_code = rest[18];
    r->subclass = rest[19];
    r->protocol = rest[20];
    r->configuration = rest[21];
    r->configurations = rest[22];
    r->interfaces = rest[23];
    return true;
}

static int receive_list(int s, struct usbip_record **records)
{
    uint8_t bytes[INTERFACE_BYTES];
    if (!receive_all(s, bytes, 4))
        return -1;
    uint32_t count = get32(bytes);
    if (count > DEVICES_MAX || (*records = calloc(count + 1, sizeof **records)) == NULL)
        return -1;
    for (uint32_t i = 0; i < count; i++) {
        bool whole = receive_record(s, *records + i);
        for (int n = whole ? (*records)[i].interfaces : 0; n > 0; n--)
            whole = whole && receive_all(s, bytes, INTERFACE_BYTES);
        if (!whole) {
            free(*records);
            *records = NULL;
            return -1;
        }
    }
    return (int)count;
}

int usbip_list(const char *host, const char *port, struct usbip_record **records)
{
    int count = -1;
    uint32_t status = 0;
    int s = connect_to(host, port);
    *records = NULL;
    if (s >= 0 && ask(s, REQUEST_LIST, "", 0, REPLY_LIST, &status) && status == 0)
        count = receive_list(s, records);
    if (s >= 0)
        close(s);
    return count;
}

int usbip_import(const char *host, const char *port, const char *busid, struct usbip_record *record,
                 enum usbip_import *result)
{
    char argument[USBIP_BUSID_BYTES] = {0};
    uint32_t status = 0;
    memcpy(argument, busid, strnlen(busid, sizeof argument));
    *result = USBIP_NO_ANSWER;
    int s = connect_to(host, port);
    if (s < 0)
        return -1;
    if (ask(s, REQUEST_IMPORT, argument, sizeof argument, REPLY_IMPORT, &status)) {
        if (status == 0 && receive_record(s, record)) {
            *result = USBIP_IMPORTED;
            return s;
        }
        if (status != 0)
            *result = (enum usbip_import)status;
    }
    close(s);
    return -1;
}

void usbip_detach(int s)
{
    uint8_t rest[4096];
    struct pollfd readable = {.fd = s, .events = POLLIN};
    shutdown(s, SHUT_WR);
    /* Answers still on their way are thrown away. */
    for (int n = 0; n < DETACH_READS_MAX; n++) {
        if (poll(&readable, 1, DETACH_LIMIT_MS) != 1 || recv(s, rest, sizeof rest, 0) <= 0)
            break;
    }
    close(s);
}

void usbip_write_submit(uint8_t packet[USBIP_PACKET_BYTES], const struct usbip_urb *urb)
{
    put32(packet, COMMAND_SUBMIT);
    put32(packet + 4, urb->sequence);
    put32(packet + 8, urb->device);
    put32(packet + 12, urb->endpoint >> 7);
    put32(packet + 16, urb->endpoint & 0x0F);
    put32(packet + 20, urb->flags);
    put32(packet + 24, urb->length);
    put32(packet + 28, 0);           /* start frame */
    put32(packet + 32, 0xFFFFFFFFu); /* number of packets: not isochronous */
    put32(packet + 36, 0);           /* interval */
    memcpy(packet + 40, urb->setup, USBIP_SETUP_BYTES);
}

void usbip_write_unlink(uint8_t packet[USBIP_PACKET_BYTES], uint32_t sequence, uint32_t device, uint32_t victim)
{
    memset(packet, 0, USBIP_PACKET_BYTES);
    put32(packet, COMMAND_UNLINK);
    put32(packet + 4, sequence);
    put32(packet + 8, device);
    put32(packet + 20, victim);
}

struct usbip_answer usbip_read_answer(const uint8_t packet[USBIP_PACKET_BYTES])
{
    return (struct usbip_answer){
        .kind = get32(packet),
        .sequence = get32(packet + 4),
        .status = (int32_t)get32(packet + 20),
        .length = get32(packet + 24),
    };
}
