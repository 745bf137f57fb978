/*
 * USB/IP version 1.1.1 as bytes: the list of devices, the import of one, and the packets that carry URBs.
 *
 * Source: Linux kernel documentation, Documentation/usb/usbip_protocol.rst. All numbers are big-endian, except the
 * eight setup bytes, which travel as they are on the bus. Isochronous transfers are left out.
 */
#ifndef USBIP_WIRE_H
#define USBIP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    USBIP_PACKET_BYTES = 48, /* header of every packet after an import */
    USBIP_SETUP_BYTES = 8,
    USBIP_BUSID_BYTES = 32,
    USBIP_RET_SUBMIT = 3,
    USBIP_RET_UNLINK = 4,
};

/* Answers to an import, negative ones are ours. */
enum usbip_import {
    USBIP_IMPORTED = 0,
    USBIP_NOT_AVAILABLE = 1,
    USBIP_BUSY = 2,
    USBIP_NO_SUCH_DEVICE = 4,
    USBIP_NO_ANSWER = -1, /* nobody there, or no USB/IP */
};

/* What a server tells of a device without an import. */
struct usbip_record {
    char busid[USBIP_BUSID_BYTES + 1];
    uint32_t busnum, devnum, speed; /* speed: 1 low, 2 full, 3 high, 5 super, as Linux counts */
    uint16_t vendor, product, release;
    uint8_t class_code, subclass, protocol, configuration, configurations, interfaces;
};

struct usbip_urb {
    uint32_t sequence, device, flags, length;
    uint8_t endpoint; /* with bit 7 set for IN */
    uint8_t setup[USBIP_SETUP_BYTES];
};

/* A packet from the server; length and status only where the kind has them. */
struct usbip_answer {
    uint32_t kind, sequence;
    int32_t status; /* 0, or a negative errno of Linux */
    uint32_t length;
};

/* Asks for the list. Returns how many records lie in *records (to be freed), or -1 if nobody answered. */
int usbip_list(const char *host, const char *port, struct usbip_record **records);

/* Imports one device. Returns an open socket, or -1 with the reason in *result. */
int usbip_import(const char *host, const char *port, const char *busid, struct usbip_record *record,
                 enum usbip_import *result);

/* Ends an import; returns once the server has closed its side too, which says that the device is free again. */
void usbip_detach(int socket);

void usbip_write_submit(uint8_t packet[USBIP_PACKET_BYTES], const struct usbip_urb *urb);
void usbip_write_unlink(uint8_t packet[USBIP_PACKET_BYTES], uint32_t sequence, uint32_t device, uint32_t victim);
struct usbip_answer usbip_read_answer(const uint8_t packet[USBIP_PACKET_BYTES]);

#endif
