/* Contexts, and the handling of events: the only place where transfers complete. See usbip-libusb.h. */
#include "usbip-libusb.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { DEFAULT_WAIT_S = 60, HELD_LOOK_NS = 1000000 };

static pthread_mutex_t everything = PTHREAD_MUTEX_INITIALIZER;
static struct libusb_context *contexts, *default_context;

void lock(void)
{
    pthread_mutex_lock(&everything);
}

void unlock(void)
{
    pthread_mutex_unlock(&everything);
}

static struct libusb_context *new_context(void)
{
    struct libusb_context *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&c->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    c->wake_socket = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    c->references = 1;
    c->done_tail = &c->done;
    c->next = contexts;
    contexts = c;
    return c;
}

int libusb_init(libusb_context **context)
{
    int result = LIBUSB_SUCCESS;
    lock();
    if (context == NULL && default_context != NULL) {
        default_context->references++;
    } else {
        struct libusb_context *c = new_context();
        if (c == NULL)
            result = LIBUSB_ERROR_NO_MEM;
        else if (context == NULL)
            default_context = c;
        else
            *context = c;
    }
    unlock();
    return result;
}

struct libusb_context *context_or_default_locked(struct libusb_context *context)
{
    return context != NULL ? context : default_context != NULL ? default_context : contexts;
}

void libusb_exit(libusb_context *context)
{
    lock();
    struct libusb_context *c = context != NULL ? context : default_context;
    if (c == NULL || --c->references > 0) {
        unlock();
        return;
    }
    for (struct libusb_context **at = &contexts; *at != NULL; at = &(*at)->next) {
        if (*at == c) {
            *at = c->next;
            break;
        }
    }
    if (c == default_context)
        default_context = NULL;
    while (c->handles != NULL) {
        unlock();
        libusb_close(c->handles); /* the program forgot it */
        lock();
    }
    for (struct libusb_device *d = c->devices, *next; d != NULL; d = next) {
        next = d->next;
        d->context = NULL; /* the program may still hold it */
        device_unref_locked(d);
    }
    unlock();
    close(c->wake_socket);
    pthread_cond_destroy(&c->changed);
    free(c);
}

void context_complete_locked(struct urb *urb, enum libusb_transfer_status status)
{
    struct libusb_context *c = urb->context;
    urb->transfer.status = status;
    urb->link = NULL;
    urb->next = NULL;
    *c->done_tail = urb;
    c->done_tail = &urb->next;
    context_wake_locked(c);
}

void context_wake_locked(struct libusb_context *c)
{
    const uint64_t one = 1;
    if (c->polling && !c->woken)
        c->woken = write(c->wake_socket, &one, sizeof one) == sizeof one;
}

/* A thread that polls must send it; one that waits on a held clock cannot be woken for it. */
void context_send_soon_locked(struct urb *urb)
{
    if (urb->context->held)
        link_flush_locked(urb->link);
    else
        context_wake_locked(urb->context);
}

/* Waits until no thread polls the sockets of this context, so that one of them may be closed. */
void context_leave_poll_locked(struct libusb_context *c)
{
    while (c->polling) {
        context_wake_locked(c);
        pthread_cond_wait(&c->changed, &everything);
    }
}

/* A link with URBs in flight, whose clock moves only while somebody waits for it. */
static struct link *link_to_wait_for_locked(const struct libusb_context *c)
{
    for (struct libusb_device_handle *h = c->handles; h != NULL && clock_is_held(); h = h->next) {
        if (!h->link->lost && h->link->slots_used > 0)
            return h->link;
    }
    return NULL;
}

static void poll_locked(struct libusb_context *c, int64_t until)
{
    struct pollfd fds[1 + HANDLES_MAX] = {{.fd = c->wake_socket, .events = POLLIN}};
    struct link *polled[1 + HANDLES_MAX];
    nfds_t count = 1;
    for (struct libusb_device_handle *h = c->handles; h != NULL; h = h->next) {
        if (h->link->lost)
            continue;
        short wanted = h->link->out_used > h->link->out_sent ? POLLIN | POLLOUT : POLLIN;
        polled[count] = h->link;
        fds[count++] = (struct pollfd){.fd = h->link->socket, .events = wanted};
        if (h->link->earliest < until)
            until = h->link->earliest;
    }
    struct link *waited = link_to_wait_for_locked(c);
    uint64_t sent = waited != NULL ? waited->commands : 0, received = waited != NULL ? waited->answers : 0;
    int64_t wait = until - now_ns();
    wait = wait < 0 || waited != NULL ? 0 : wait;
    struct timespec limit = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
    c->polling = true;
    c->held = waited != NULL;
    unlock();
    if (waited != NULL)
        device_clock_wait(sent, received, until);
    int ready = ppoll(fds, count, &limit, NULL);
    lock();
    c->polling = c->held = false;
    if (ready > 0 && fds[0].revents != 0) {
        uint64_t ignored;
        c->woken = read(c->wake_socket, &ignored, sizeof ignored) < 0;
    }
    for (nfds_t i = 1; i < count; i++) {
        if (ready > 0 && (fds[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
            link_receive_locked(polled[i]);
        link_expire_locked(polled[i]);
        if (!polled[i]->lost)
            link_flush_locked(polled[i]);
    }
    pthread_cond_broadcast(&c->changed); /* for whoever waits to close a socket */
}

static void deliver_locked(struct libusb_context *c)
{
    struct urb *urb;
    while ((urb = c->done) != NULL) {
        c->done = urb->next;
        if (c->done == NULL)
            c->done_tail = &c->done;
        struct libusb_transfer *t = &urb->transfer;
        bool owned = (t->flags & LIBUSB_TRANSFER_FREE_TRANSFER) != 0;
        urb->context = NULL; /* idle again: the callback may submit it or free it */
        unlock();
        if (t->callback != NULL)
            t->callback(t);
        if (owned)
            libusb_free_transfer(t);
        lock();
    }
}

static void handle_once_locked(struct libusb_context *c, int64_t until)
{
    for (struct libusb_device_handle *h = c->handles; h != NULL; h = h->next) {
        if (!h->link->lost)
            link_flush_locked(h->link);
    }
    if (c->done == NULL)
        poll_locked(c, until);
    deliver_locked(c);
}

static void wait_changed_locked(struct libusb_context *c, int64_t until)
{
    if (clock_is_held()) /* the condition knows the host's clock only */
        until = host_ns() + HELD_LOOK_NS;
    struct timespec at = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};
    pthread_cond_timedwait(&c->changed, &everything, &at);
}

static int64_t deadline_of(const struct timeval *tv)
{
    return now_ns() + (int64_t)tv->tv_sec * 1000000000 + (int64_t)tv->tv_usec * 1000;
}

static bool handles_itself(const struct libusb_context *c)
{
    return c->handling && pthread_equal(c->handler, pthread_self());
}

static void release_events_locked(struct libusb_context *c)
{
    c->handling = false;
    pthread_cond_broadcast(&c->changed);
}

int libusb_handle_events_timeout_completed(libusb_context *context, struct timeval *tv, int *completed)
{
    if (tv->tv_sec < 0 || tv->tv_usec < 0 || tv->tv_usec >= 1000000)
        return LIBUSB_ERROR_INVALID_PARAM;
    int64_t until = deadline_of(tv);
    lock();
    struct libusb_context *c = context_or_default_locked(context);
    int result = c == NULL ? LIBUSB_ERROR_INVALID_PARAM : handles_itself(c) ? LIBUSB_ERROR_BUSY : LIBUSB_SUCCESS;
    while (result == LIBUSB_SUCCESS && (completed == NULL || __atomic_load_n(completed, __ATOMIC_ACQUIRE) == 0)) {
        if (!c->handling) {
            c->handling = true;
            c->handler = pthread_self();
            handle_once_locked(c, until);
            release_events_locked(c);
            break;
        }
        if (now_ns() >= until)
            break;
        wait_changed_locked(c, until);
    }
    unlock();
    return result;
}

int libusb_handle_events_timeout(libusb_context *context, struct timeval *tv)
{
    return libusb_handle_events_timeout_completed(context, tv, NULL);
}

int libusb_handle_events(libusb_context *context)
{
    return libusb_handle_events_completed(context, NULL);
}

int libusb_handle_events_completed(libusb_context *context, int *completed)
{
    struct timeval tv = {.tv_sec = DEFAULT_WAIT_S};
    return libusb_handle_events_timeout_completed(context, &tv, completed);
}

int libusb_handle_events_locked(libusb_context *context, struct timeval *tv)
{
    int64_t until = deadline_of(tv);
    lock();
    struct libusb_context *c = context_or_default_locked(context);
    if (c != NULL)
        handle_once_locked(c, until);
    unlock();
    return c != NULL ? LIBUSB_SUCCESS : LIBUSB_ERROR_INVALID_PARAM;
}

int libusb_try_lock_events(libusb_context *context)
{
    lock();
    struct libusb_context *c = context_or_default_locked(context);
    int refused = c == NULL || c->handling;
    if (!refused) {
        c->handling = true;
        c->handler = pthread_self();
    }
    unlock();
    return refused;
}

void libusb_lock_events(libusb_context *context)
{
    lock();
    struct libusb_context *c = context_or_default_locked(context);
    while (c != NULL && c->handling)
        pthread_cond_wait(&c->changed, &everything);
    if (c != NULL) {
        c->handling = true;
        c->handler = pthread_self();
    }
    unlock();
}

void libusb_unlock_events(libusb_context *context)
{
    lock();
    struct libusb_context *c = context_or_default_locked(context);
    if (c != NULL)
        release_events_locked(c);
    unlock();
}

int libusb_event_handling_ok(libusb_context *context)
{
    (void)context;
    return 1;
}

int libusb_event_handler_active(libusb_context *context)
{
    lock();
    struct libusb_context *c = context_or_default_locked(context);
    int active = c != NULL && c->handling;
    unlock();
    return active;
}

void libusb_interrupt_event_handler(libusb_context *context)
{
    const uint64_t one = 1;
    lock();
    struct libusb_context *c = context_or_default_locked(context);
    if (c != NULL && !c->woken) /* also before the poll: it must not be missed */
        c->woken = write(c->wake_socket, &one, sizeof one) == sizeof one;
    unlock();
}

void libusb_lock_event_waiters(libusb_context *context)
{
    (void)context;
    lock();
}

void libusb_unlock_event_waiters(libusb_context *context)
{
    (void)context;
    unlock();
}

/* The caller holds the lock of the waiters, which is the one lock. Returns 1 after the time, 0 after an event. */
int libusb_wait_for_event(libusb_context *context, struct timeval *tv)
{
    struct libusb_context *c = context_or_default_locked(context);
    struct timeval long_time = {.tv_sec = DEFAULT_WAIT_S};
    int64_t until = deadline_of(tv != NULL ? tv : &long_time);
    if (c == NULL)
        return LIBUSB_ERROR_INVALID_PARAM;
    wait_changed_locked(c, until);
    return now_ns() >= until;
}

int libusb_get_next_timeout(libusb_context *context, struct timeval *tv)
{
    int64_t earliest = NEVER;
    lock();
    struct libusb_context *c = context_or_default_locked(context);
    for (struct libusb_device_handle *h = c != NULL ? c->handles : NULL; h != NULL; h = h->next)
        earliest = h->link->earliest < earliest ? h->link->earliest : earliest;
    unlock();
    if (earliest == NEVER)
        return 0;
    int64_t left = earliest - now_ns();
    left = left < 0 ? 0 : left;
    *tv = (struct timeval){.tv_sec = left / 1000000000, .tv_usec = left / 1000 % 1000000};
    return 1;
}
