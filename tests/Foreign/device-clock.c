/*
 * Gives a program the clock of a virtual device instead of the host's: LD_PRELOAD=device-clock.so.
 *
 * What it is: a library that stands between a program and the C library's clocks and sleeps. Their time is the time
 *   of the device model behind `flashbench virtual usbip --accelerated`, asked for over its control channel; a sleep
 *   takes no real time, it is told to the model. So a programming job of minutes ends in seconds, and its length on
 *   the device's clock can be compared with that of another program on the same model.
 * What it is not: a clock for programs in general. It knows the calls that flashrom and libftdi1 make. Waiting for
 *   files, locks and threads is not touched, and neither is a clock that is read by system call.
 *
 *   FLASHBENCH_DEVICE_CLOCK=HOST:PORT    the control channel (docs/virtual-usb.md); without it nothing is changed
 *   FLASHBENCH_DEVICE_CLOCK_SLACK=NS     for the server's pace "held": the stand-in for libusb says when it waits, and
 *                                        a wait goes on for so long after the first answer, as a host controller
 *                                        reports once a (micro)frame: 1000000 for full speed, 125000 for high speed
 *
 * Programs also wait by reading the clock in a loop. Each reading therefore moves the clock on, by at least 100 ns
 * and by a thousandth of the time the loop has lasted: at most 0.1 % too long, in few thousand readings.
 * Time slept is told before the next URB leaves (the stand-in for libusb calls device_clock_before_urbs) and at exit.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))
#define SECOND INT64_C(1000000000)

enum { STEP_MIN_NS = 100, STEP_PART = 1000, LINE_BYTES = 256, ANSWER_LIMIT_S = 10, EXIT_BROKEN = 70 };

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static bool asked_for, connected;
static const char *slack; /* NULL: nobody says when it waits */
static int channel = -1;
static bool stale;          /* the device has worked since its clock was read */
static int64_t known_ns;    /* the device's clock when it was read last */
static int64_t slept_ns;    /* slept since, and not told yet */
static int64_t looping_ns;  /* of that: by readings in a row */
static int64_t monotonic_base, realtime_base; /* host's clocks at device time 0 */

static void give_up(const char *why)
{
    fprintf(stderr, "device-clock: %s\n", why);
    _exit(EXIT_BROKEN);
}

static int64_t host_ns(clockid_t clock)
{
    struct timespec t;
    syscall(SYS_clock_gettime, clock, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

static int connect_to(const char *address)
{
    char host[LINE_BYTES];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all;
    const char *colon = strrchr(address, ':');
    if (colon == NULL || (size_t)(colon - address) >= sizeof host)
        return -1;
    memcpy(host, address, (size_t)(colon - address));
    host[colon - address] = 0;
    if (getaddrinfo(host, colon + 1, &hints, &all) != 0)
        return -1;
    int s = socket(all->ai_family, all->ai_socktype | SOCK_CLOEXEC, all->ai_protocol);
    struct timeval limit = {.tv_sec = ANSWER_LIMIT_S};
    int on = 1;
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (s >= 0 && connect(s, all->ai_addr, all->ai_addrlen) != 0) {
        close(s);
        s = -1;
    }
    freeaddrinfo(all);
    return s;
}

/* One line there, one line back: "ok TIME ...". Sets the clock. */
static void ask(char line[LINE_BYTES])
{
    size_t length = strlen(line), got = 0;
    if (send(channel, line, length, MSG_NOSIGNAL) != (ssize_t)length)
        give_up("the control channel was closed");
    do {
        ssize_t n = recv(channel, line + got, LINE_BYTES - 1 - got, 0);
        if (n <= 0)
            give_up("the control channel does not answer");
        got += (size_t)n;
    } while (line[got - 1] != '\n' && got < LINE_BYTES - 1);
    line[got] = 0;
    char *end;
    int64_t ns = strncmp(line, "ok ", 3) == 0 ? strtoll(line + 3, &end, 10) : -1;
    if (ns < known_ns)
        give_up(line);
    known_ns = ns;
}

/* Tells what was slept and reads the clock. */
static void settle(void)
{
    char line[LINE_BYTES] = "time\n";
    if (slept_ns > 0)
        snprintf(line, sizeof line, "sleep %" PRId64 "\n", slept_ns);
    ask(line);
    slept_ns = looping_ns = 0;
    stale = false;
}

/* True if the device's clock counts; connects at the first call. */
static bool is_on(void)
{
    if (!asked_for) {
        const char *address = getenv("FLASHBENCH_DEVICE_CLOCK");
        asked_for = true;
        if (address == NULL || *address == 0)
            return false;
        channel = connect_to(address);
        if (channel < 0)
            give_up("nobody listens at FLASHBENCH_DEVICE_CLOCK");
        connected = true;
        slack = getenv("FLASHBENCH_DEVICE_CLOCK_SLACK");
        settle();
        monotonic_base = host_ns(CLOCK_MONOTONIC) - known_ns;
        realtime_base = host_ns(CLOCK_REALTIME) - known_ns;
    }
    return connected;
}

static void sleep_for(int64_t ns)
{
    slept_ns += ns > 0 ? ns : 0;
    looping_ns = 0;
}

/* A reading of the clock, which moves it on: see the top. */
static int64_t device_ns(void)
{
    if (stale)
        settle();
    int64_t step = looping_ns / STEP_PART;
    step = step > STEP_MIN_NS ? step : STEP_MIN_NS;
    slept_ns += step;
    looping_ns += step;
    return known_ns + slept_ns;
}

EXPORTED void device_clock_before_urbs(void)
{
    pthread_mutex_lock(&gate);
    if (connected && slept_ns > 0)
        settle();
    looping_ns = 0;
    pthread_mutex_unlock(&gate);
}

EXPORTED void device_clock_after_urbs(void)
{
    pthread_mutex_lock(&gate);
    stale = true;
    pthread_mutex_unlock(&gate);
}

/* True if the stand-in must say when it waits; its timeouts count on the device's clock then. */
EXPORTED bool device_clock_is_held(void)
{
    pthread_mutex_lock(&gate);
    bool held = is_on() && slack != NULL;
    pthread_mutex_unlock(&gate);
    return held;
}

/* The clock without moving it on. */
EXPORTED int64_t device_clock_now(void)
{
    pthread_mutex_lock(&gate);
    int64_t now = known_ns + slept_ns;
    pthread_mutex_unlock(&gate);
    return now;
}

/* Lets time pass until there are more than `received` answers to the `sent` commands, or until `limit`. */
EXPORTED void device_clock_wait(uint64_t sent, uint64_t received, int64_t limit)
{
    char line[LINE_BYTES];
    pthread_mutex_lock(&gate);
    int64_t left = limit - known_ns;
    snprintf(line, sizeof line, "wait %" PRIu64 " %" PRIu64 " %" PRId64 " %.20s\n", sent, received,
             left > 0 ? left : 0, slack);
    ask(line);
    stale = false;
    pthread_mutex_unlock(&gate);
}

__attribute__((destructor)) static void tell_the_rest(void)
{
    device_clock_before_urbs();
}

static bool read_clock(clockid_t clock, int64_t *ns)
{
    bool is_realtime = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    bool is_monotonic = clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_MONOTONIC_RAW
        || clock == CLOCK_BOOTTIME;
    pthread_mutex_lock(&gate);
    bool on = (is_realtime || is_monotonic) && is_on();
    if (on)
        *ns = device_ns() + (is_realtime ? realtime_base : monotonic_base);
    pthread_mutex_unlock(&gate);
    return on;
}

/* True if the sleep was told to the device; `ns` counts from now. */
static bool sleep_on_device(int64_t ns)
{
    pthread_mutex_lock(&gate);
    bool on = is_on();
    if (on)
        sleep_for(ns);
    pthread_mutex_unlock(&gate);
    return on;
}

EXPORTED int clock_gettime(clockid_t clock, struct timespec *t)
{
    int64_t ns;
    if (!read_clock(clock, &ns))
        return (int)syscall(SYS_clock_gettime, clock, t);
    *t = (struct timespec){.tv_sec = ns / SECOND, .tv_nsec = ns % SECOND};
    return 0;
}

EXPORTED int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
    int64_t ns;
    if (!read_clock(CLOCK_REALTIME, &ns))
        return (int)syscall(SYS_gettimeofday, t, zone);
    *t = (struct timeval){.tv_sec = ns / SECOND, .tv_usec = ns % SECOND / 1000};
    return 0;
}

EXPORTED time_t time(time_t *result)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    if (result != NULL)
        *result = t.tv_sec;
    return t.tv_sec;
}

EXPORTED int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *left)
{
    int64_t ns = wanted->tv_sec * SECOND + wanted->tv_nsec, now;
    if ((flags & TIMER_ABSTIME) != 0 && read_clock(clock, &now))
        ns -= now;
    if (sleep_on_device(ns))
        return 0;
    return syscall(SYS_clock_nanosleep, clock, flags, wanted, left) == 0 ? 0 : errno;
}

EXPORTED int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    if (sleep_on_device(wanted->tv_sec * SECOND + wanted->tv_nsec))
        return 0;
    return (int)syscall(SYS_nanosleep, wanted, left);
}

EXPORTED int usleep(useconds_t us)
{
    const struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    return nanosleep(&t, NULL);
}

EXPORTED unsigned int sleep(unsigned int seconds)
{
    const struct timespec t = {.tv_sec = seconds};
    return nanosleep(&t, NULL) == 0 ? 0 : seconds;
}

/* Without files it is a sleep. With files it is left alone: their timeouts are the host's. */
EXPORTED int select(int count, fd_set *restrict r, fd_set *restrict w, fd_set *restrict e,
                    struct timeval *restrict timeout)
{
    if (count == 0 && timeout != NULL && sleep_on_device(timeout->tv_sec * SECOND + timeout->tv_usec * 1000))
        return 0;
    struct timespec t = {0};
    if (timeout != NULL)
        t = (struct timespec){.tv_sec = timeout->tv_sec, .tv_nsec = timeout->tv_usec * 1000};
    return (int)syscall(SYS_pselect6, count, r, w, e, timeout != NULL ? &t : NULL, NULL);
}
