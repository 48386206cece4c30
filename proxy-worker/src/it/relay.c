/*
 * What a copying relay costs at least: a contender of the benchmark. Each thread accepts a connection,
 * copies one request to clamd in buffers of 64 KiB, and clamd's reply back. It checks nothing, has no
 * deadlines and writes no log.
 *
 *   relay SOCKET CLAMD
 */
#include <stdbool.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { THREADS = 32, BACKLOG = 1024, BUFFER_BYTES = 64 << 10, SEND_BUFFER_BYTES = 1 << 20 };

static int listening;
static struct sockaddr_un clamd = {.sun_family = AF_UNIX};

static bool write_all(int to, const char *bytes, ssize_t count) {
    while (count > 0) {
        ssize_t written = write(to, bytes, count);
        if (written < 0)
            return false;
        bytes += written;
        count -= written;
    }
    return true;
}

/* Knows of a request just enough to see its end: a stream's last four bytes are zero. */
static bool relay_request(int guest, int backend, char *buffer) {
    bool first = true, stream = false;
    ssize_t count;
    while ((count = read(guest, buffer, BUFFER_BYTES)) > 0) {
        stream |= first && count > 1 && buffer[1] == 'I';
        first = false;
        bool last = !stream || (count >= 4 && memcmp(buffer + count - 4, "\0\0\0\0", 4) == 0);
        if (!write_all(backend, buffer, count))
            return false;
        if (last)
            return true;
    }
    return false;
}

static void serve(int guest, char *buffer) {
    int backend = socket(AF_UNIX, SOCK_STREAM, 0);
    int size = SEND_BUFFER_BYTES;
    setsockopt(backend, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (connect(backend, (struct sockaddr *) &clamd, sizeof clamd) == 0 && relay_request(guest, backend, buffer)) {
        ssize_t count;
        while ((count = read(backend, buffer, BUFFER_BYTES)) > 0 && write_all(guest, buffer, count)) {
        }
    }
    close(backend);
    close(guest);
}

static void *accept_and_serve(void *unused) {
    static _Thread_local char buffer[BUFFER_BYTES];
    (void) unused;
    while (true) {
        int guest = accept(listening, NULL, NULL);
        if (guest >= 0)
            serve(guest, buffer);
    }
    return NULL;
}

int main(int count, char **arguments) {
    struct sockaddr_un own = {.sun_family = AF_UNIX};
    if (count != 3 || strlen(arguments[1]) >= sizeof own.sun_path || strlen(arguments[2]) >= sizeof clamd.sun_path) {
        fprintf(stderr, "relay SOCKET CLAMD\n");
        return 64;
    }
    strcpy(own.sun_path, arguments[1]);
    strcpy(clamd.sun_path, arguments[2]);
    signal(SIGPIPE, SIG_IGN);
    listening = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(listening, (struct sockaddr *) &own, sizeof own) != 0 || listen(listening, BACKLOG) != 0) {
        perror(arguments[1]);
        return 69;
    }
    for (int i = 1; i < THREADS; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, accept_and_serve, NULL) != 0) {
            fprintf(stderr, "no more threads\n");
            return 69;
        }
    }
    accept_and_serve(NULL);
    return 0;
}
