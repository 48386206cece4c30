/*
 * In a guest: connects to the host's clamd-vproxy, on port 3400 or the one given, sends its input, shuts its end, prints what
 * comes. socat would do, but its start takes seconds where emulation runs within emulation.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

enum { PORT = 3400 };

static char buffer[1 << 16];

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Returns 0 at the end of FROM. */
static int pass(int from, int to)
{
    ssize_t count = read(from, buffer, sizeof buffer);
    if (count < 0)
        fail("read");
    for (ssize_t done = 0; done < count;) {
        ssize_t part = write(to, buffer + done, count - done);
        if (part < 0)
            fail("write");
        done += part;
    }
    return count > 0;
}

int main(int count, char **arguments)
{
    struct sockaddr_vm host = { .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST, .svm_port = PORT };
    if (count > 1)
        host.svm_port = strtoul(arguments[1], NULL, 10);
    int connection = socket(AF_VSOCK, SOCK_STREAM, 0);
    if (connection < 0)
        fail("socket");
    if (connect(connection, (struct sockaddr *) &host, sizeof host) < 0)
        fail("connect");
    struct pollfd ready[] = { { .fd = connection, .events = POLLIN }, { .fd = STDIN_FILENO, .events = POLLIN } };
    while (poll(ready, 2, -1) > 0) {
        if (ready[0].revents && !pass(connection, STDOUT_FILENO))
            return 0;
        if (ready[1].revents && !pass(STDIN_FILENO, connection)) {
            shutdown(connection, SHUT_WR);
            ready[1].fd = -1;
        }
    }
    fail("poll");
}
