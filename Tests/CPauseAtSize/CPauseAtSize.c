// Stops the program it is loaded into (SIGSTOP) when a file has grown to a size, so that a test that interrupts a program
// in the middle of its work does not have to win a race.
//
// Environment: PAUSE_FILE, a path; PAUSE_SIZE, bytes: at the first pwrite that ends behind them. It stops once. PAUSE_SIGNAL,
// a number: when it is continued it does not go on before it has heard this signal, which shows in that it does not handle
// it any more.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_flag has_paused = ATOMIC_FLAG_INIT;

static int is_file(int descriptor) {
    const char *path = getenv("PAUSE_FILE");
    struct stat named, written;
    return path && stat(path, &named) == 0 && fstat(descriptor, &written) == 0 && named.st_dev == written.st_dev &&
           named.st_ino == written.st_ino;
}

static void wait_until_heard(void) {
    const char *number = getenv("PAUSE_SIGNAL");
    struct sigaction action;
    while (number && sigaction(atoi(number), NULL, &action) == 0 && action.sa_handler != SIG_DFL) sched_yield();
}

static void pause_at(int descriptor, off_t end) {
    const char *size = getenv("PAUSE_SIZE");
    if (!size || end <= strtoll(size, NULL, 10) || !is_file(descriptor)) return;
    if (atomic_flag_test_and_set(&has_paused)) return;
    kill(getpid(), SIGSTOP);
    wait_until_heard();
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    static ssize_t (*_Atomic next)(int, const void *, size_t, off_t);
    if (!next) next = (ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");
    ssize_t written = next(descriptor, bytes, count, offset);
    if (written > 0) pause_at(descriptor, offset + written);
    return written;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
    return pwrite(descriptor, bytes, count, offset);
}
