/*
 * Tries the stand-in for libusb against a virtual CH341A: one line for each check, exit code 0 if all hold.
 *
 * `stand-in-check unplugged` works on until the device goes away (the server's control channel was told to unplug it
 * after some URBs) and checks what it is told then.
 *
 * It uses nothing but libusb's public interface, so that it may be linked to the real library, too. The device must
 * be a CH341A (1A86:5512) with any chip under its clip; the chip is asked for its id and nothing else.
 */
#include <libusb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    VENDOR = 0x1A86,
    PRODUCT = 0x5512,
    OUT = 0x02,
    IN = 0x82,
    PACKET = 32,
    ID_BYTES = 4, /* the opcode 9Fh and three bytes of answer */
    ROUNDS = 500,
    ROUNDS_MAX = 100000, /* until the device goes away */
    OPENS = 50,
    LIMIT_S = 60, /* of the whole program: SIGALRM ends it */
};

static int failures;
static libusb_context *context;
static libusb_device_handle *device;

static void check(const char *what, bool holds)
{
    printf("%s: %s\n", holds ? "ok" : "FAILED", what);
    failures += !holds;
}

struct job {
    struct libusb_transfer *transfer;
    unsigned char data[4 * PACKET];
    atomic_bool ended;
    int completed; /* the same, for libusb */
};

static void LIBUSB_CALL note_end(struct libusb_transfer *t)
{
    struct job *job = t->user_data;
    job->completed = 1;
    atomic_store(&job->ended, true);
}

static void prepare(struct job *job, unsigned char endpoint, const void *data, int length, unsigned int timeout)
{
    if (job->transfer == NULL)
        job->transfer = libusb_alloc_transfer(0);
    if (data != NULL)
        memcpy(job->data, data, (size_t)length);
    job->completed = 0;
    atomic_store(&job->ended, false);
    libusb_fill_bulk_transfer(job->transfer, device, endpoint, job->data, length, note_end, job, timeout);
}

static void wait_for(struct job *job)
{
    while (job->completed == 0)
        libusb_handle_events_completed(context, &job->completed);
}

/* A transfer after whose end nothing more is wanted of it. */
static void discard(struct job *job)
{
    libusb_free_transfer(job->transfer);
    job->transfer = NULL;
}

static void check_list(void)
{
    libusb_device **list;
    struct libusb_device_descriptor d;
    uint8_t ports[7];
    int matches = 0, port_count = 0;
    ssize_t count = libusb_get_device_list(context, &list);
    for (ssize_t i = 0; i < count; i++) {
        libusb_get_device_descriptor(list[i], &d);
        if (d.idVendor == VENDOR && d.idProduct == PRODUCT && matches++ == 0)
            port_count = libusb_get_port_numbers(list[i], ports, sizeof ports);
    }
    check("the list holds a CH341A", matches > 0);
    check("its port path is known", port_count > 0);
    if (count >= 0)
        libusb_free_device_list(list, 1);
}

static void check_descriptors(void)
{
    struct libusb_config_descriptor *c = NULL;
    struct libusb_device_descriptor d;
    unsigned char text[128];
    libusb_device *it = libusb_get_device(device);
    check("the configuration is read", libusb_get_active_config_descriptor(it, &c) == 0 && c->bNumInterfaces == 1);
    check("it has the three endpoints", c != NULL && c->interface[0].altsetting[0].bNumEndpoints == 3);
    libusb_free_config_descriptor(c);
    check("packets are of 32 bytes", libusb_get_max_packet_size(it, IN) == PACKET);
    libusb_get_device_descriptor(it, &d);
    int length = libusb_get_string_descriptor_ascii(device, d.iProduct, text, sizeof text);
    check("the product has a name", length > 0 && (size_t)length == strlen((char *)text));
    check("a text that is not there is a stall",
          libusb_get_string_descriptor_ascii(device, 200, text, sizeof text) == LIBUSB_ERROR_PIPE);
}

static void check_claims(void)
{
    libusb_device_handle *second = NULL;
    check("an interface is claimed, twice is once",
          libusb_claim_interface(device, 0) == 0 && libusb_claim_interface(device, 0) == 0);
    check("an interface that is not there", libusb_claim_interface(device, 7) == LIBUSB_ERROR_NOT_FOUND);
    check("the same process may open it again", libusb_open(libusb_get_device(device), &second) == 0);
    check("but not claim it again", second != NULL && libusb_claim_interface(second, 0) == LIBUSB_ERROR_BUSY);
    libusb_close(second);
}

/* Another process must be refused; it runs this program anew. */
static void check_other_process(const char *self)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        execl(self, self, "refused", (char *)NULL);
        _exit(EXIT_FAILURE);
    }
    waitpid(child, &status, 0);
    check("another process is refused", WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int be_refused(void)
{
    int result = LIBUSB_ERROR_NO_DEVICE; /* a server may hide what is in use */
    libusb_device **list;
    ssize_t count = libusb_get_device_list(context, &list);
    for (ssize_t i = 0; i < count; i++) {
        struct libusb_device_descriptor d;
        libusb_get_device_descriptor(list[i], &d);
        if (d.idVendor == VENDOR && d.idProduct == PRODUCT)
            result = libusb_open(list[i], &device);
    }
    if (count >= 0)
        libusb_free_device_list(list, 1);
    libusb_exit(context);
    return result == LIBUSB_ERROR_BUSY || result == LIBUSB_ERROR_NO_DEVICE ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void check_ends(void)
{
    struct job job = {0};
    int got = -1;
    prepare(&job, IN, NULL, PACKET, 0);
    check("a transfer is submitted", libusb_submit_transfer(job.transfer) == 0);
    check("it is busy then", libusb_submit_transfer(job.transfer) == LIBUSB_ERROR_BUSY);
    check("it is cancelled", libusb_cancel_transfer(job.transfer) == 0);
    check("but once", libusb_cancel_transfer(job.transfer) == LIBUSB_ERROR_NOT_FOUND);
    usleep(50000);
    check("nothing ends outside of event handling", !atomic_load(&job.ended));
    wait_for(&job);
    check("it ends as cancelled", job.transfer->status == LIBUSB_TRANSFER_CANCELLED);
    check("after the end there is nothing to cancel", libusb_cancel_transfer(job.transfer) == LIBUSB_ERROR_NOT_FOUND);
    prepare(&job, IN, NULL, PACKET, 50);
    libusb_submit_transfer(job.transfer);
    wait_for(&job);
    check("without an answer it times out", job.transfer->status == LIBUSB_TRANSFER_TIMED_OUT);
    check("a synchronous one, too",
          libusb_bulk_transfer(device, IN, job.data, PACKET, &got, 50) == LIBUSB_ERROR_TIMEOUT && got == 0);
    discard(&job);
}

static const unsigned char enable[] = {0xAB, 0xB7, 0x7F, 0x20};
static const unsigned char release[] = {0xAB, 0xB7, 0x40, 0x20};
/* Chip select low, in a packet of its own, then 9Fh and three bytes FFh. The device shifts the low bit first. */
static const unsigned char select_and_ask[PACKET + 1 + ID_BYTES] = {
    [0] = 0xAB, 0xB7, 0xB7, 0xB7, 0xB6, 0x20, [PACKET] = 0xA8, 0xF9, 0xFF, 0xFF, 0xFF};

static bool read_id(struct job *in, struct job *out, bool by_event_thread)
{
    prepare(in, IN, NULL, PACKET, 1000);
    prepare(out, OUT, select_and_ask, sizeof select_and_ask, 1000);
    if (libusb_submit_transfer(in->transfer) != 0 || libusb_submit_transfer(out->transfer) != 0)
        return false;
    while (by_event_thread && !(atomic_load(&in->ended) && atomic_load(&out->ended)))
        usleep(20);
    if (!by_event_thread) {
        wait_for(in);
        wait_for(out);
    }
    return in->transfer->status == LIBUSB_TRANSFER_COMPLETED && in->transfer->actual_length == ID_BYTES
        && out->transfer->status == LIBUSB_TRANSFER_COMPLETED;
}

static atomic_bool stop_events;

static void *handle_events(void *ignored)
{
    (void)ignored;
    while (!atomic_load(&stop_events))
        libusb_handle_events_completed(context, NULL);
    return NULL;
}

static void check_data(void)
{
    struct job in = {0}, out = {0};
    unsigned char id[ID_BYTES], text[16];
    int moved = 0;
    pthread_t thread;
    check("pins are driven", libusb_bulk_transfer(device, OUT, (void *)enable, sizeof enable, &moved, 1000) == 0);
    check("the chip answers", read_id(&in, &out, false));
    memcpy(id, in.data, sizeof id);
    bool same = true;
    for (int n = 0; n < ROUNDS; n++)
        same = read_id(&in, &out, false) && memcmp(id, in.data, sizeof id) == 0 && same;
    check("always the same", same);
    pthread_create(&thread, NULL, handle_events, NULL);
    for (int n = 0; n < ROUNDS; n++)
        same = read_id(&in, &out, true) && memcmp(id, in.data, sizeof id) == 0 && same;
    check("a thread of its own for events", same);
    check("a synchronous request beside it",
          libusb_control_transfer(device, 0x80, 6, 0x0100, 0, text, sizeof text, 1000) == sizeof text);
    atomic_store(&stop_events, true);
    libusb_interrupt_event_handler(context);
    pthread_join(thread, NULL);
    check("pins are released", libusb_bulk_transfer(device, OUT, (void *)release, sizeof release, &moved, 1000) == 0);
    discard(&in);
    discard(&out);
}

static void check_reopening(void)
{
    bool always = true;
    for (int n = 0; n < OPENS; n++) {
        libusb_close(device);
        device = libusb_open_device_with_vid_pid(context, VENDOR, PRODUCT);
        always = device != NULL && always;
    }
    check("an open right after a close succeeds", always);
}

static void check_reset(void)
{
    struct job in = {0}, out = {0};
    int moved = 0;
    check("the port is reset", libusb_reset_device(device) == 0);
    check("the device works on",
          libusb_bulk_transfer(device, OUT, (void *)enable, sizeof enable, &moved, 1000) == 0
              && read_id(&in, &out, false));
    libusb_bulk_transfer(device, OUT, (void *)release, sizeof release, &moved, 1000);
    discard(&in);
    discard(&out);
}

static bool is_listed(void)
{
    libusb_device **list;
    bool listed = false;
    ssize_t count = libusb_get_device_list(context, &list);
    for (ssize_t i = 0; i < count; i++) {
        struct libusb_device_descriptor d;
        libusb_get_device_descriptor(list[i], &d);
        listed = listed || (d.idVendor == VENDOR && d.idProduct == PRODUCT);
    }
    if (count >= 0)
        libusb_free_device_list(list, 1);
    return listed;
}

static bool is_gone(const struct job *job)
{
    return job->transfer->status == LIBUSB_TRANSFER_NO_DEVICE;
}

static void check_unplugged(void)
{
    struct job in = {0}, out = {0};
    int moved = 0, rounds = 0;
    libusb_bulk_transfer(device, OUT, (void *)enable, sizeof enable, &moved, 1000);
    while (read_id(&in, &out, false) && rounds < ROUNDS_MAX)
        rounds++;
    printf("%d rounds\n", rounds);
    check("a transfer in flight ends with NO_DEVICE", is_gone(&in) || is_gone(&out));
    int result = LIBUSB_SUCCESS; /* the server may answer some more before it closes the connection */
    for (int n = 0; n < ROUNDS && result == LIBUSB_SUCCESS; n++) {
        prepare(&in, IN, NULL, PACKET, 1000);
        result = libusb_submit_transfer(in.transfer);
        if (result == LIBUSB_SUCCESS)
            wait_for(&in);
    }
    check("another one is refused with NO_DEVICE", result == LIBUSB_ERROR_NO_DEVICE);
    check("a synchronous one, too",
          libusb_bulk_transfer(device, OUT, (void *)enable, 1, &moved, 1000) == LIBUSB_ERROR_NO_DEVICE);
    check("a claim as well", libusb_claim_interface(device, 0) == LIBUSB_ERROR_NO_DEVICE);
    check("it is not listed any more", !is_listed());
    discard(&in);
    discard(&out);
}

int main(int count, char **arguments)
{
    alarm(LIMIT_S);
    if (libusb_init(&context) != 0)
        return EXIT_FAILURE;
    if (count > 1 && strcmp(arguments[1], "refused") == 0)
        return be_refused();
    check_list();
    device = libusb_open_device_with_vid_pid(context, VENDOR, PRODUCT);
    check("the device opens", device != NULL);
    if (device == NULL)
        return EXIT_FAILURE;
    if (count > 1 && strcmp(arguments[1], "unplugged") == 0) {
        check_unplugged();
    } else {
        check_descriptors();
        check_claims();
        check_other_process(arguments[0]);
        check_ends();
        check_data();
        check_reset();
        check_reopening();
    }
    libusb_close(device);
    libusb_exit(context);
    printf("%d failed\n", failures);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
