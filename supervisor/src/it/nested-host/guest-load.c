/*
 * Runs in a guest: scans a small stream again and again, and counts the outcomes of the connections.
 *
 *   guest-load STOP [PATH]   until the file STOP exists, over vsock, or through the Unix socket PATH
 *
 * Prints "clean N refused N unanswered N other N", and before it each other reply.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

enum { PORT = 3400, CONTENT = 1000, PAUSE_MILLISECONDS = 20 };

static char request[10 + 4 + CONTENT + 4] = "zINSTREAM";

static int connection_to(const char *path)
{
    struct sockaddr_vm host = { .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST, .svm_port = PORT };
    struct sockaddr_un file = { .sun_family = AF_UNIX };
    const struct sockaddr *address = (struct sockaddr *) &host;
    socklen_t size = sizeof host;
    if (path) {
        strncpy(file.sun_path, path, sizeof file.sun_path - 1);
        address = (struct sockaddr *) &file;
        size = sizeof file;
    }
    int connection = socket(address->sa_family, SOCK_STREAM, 0);
    if (connection >= 0 && connect(connection, address, size) < 0) {
        close(connection);
        return -1;
    }
    return connection;
}

/* Leaves the reply as a text, empty if there was none. */
static void scan(int connection, char *reply, size_t size)
{
    size_t length = 0;
    ssize_t count = send(connection, request, sizeof request, MSG_NOSIGNAL);
    while (count > 0 && length < size - 1) {
        count = read(connection, reply + length, size - 1 - length);
        if (count > 0)
            length += count;
    }
    reply[length] = '\0';
}

int main(int argc, char **argv)
{
    int clean = 0, refused = 0, unanswered = 0, other = 0;
    request[12] = CONTENT >> 8;
    request[13] = CONTENT & 255;
    while (argc > 1 && access(argv[1], F_OK) < 0) {
        char reply[200];
        int connection = connection_to(argc > 2 ? argv[2] : NULL);
        if (connection < 0) {
            refused++;
        } else {
            scan(connection, reply, sizeof reply);
            close(connection);
            if (strcmp(reply, "stream: OK") == 0) {
                clean++;
            } else if (!*reply) {
                unanswered++;
            } else {
                other++;
                puts(reply);
            }
        }
        poll(NULL, 0, PAUSE_MILLISECONDS);
    }
    printf("clean %d refused %d unanswered %d other %d\n", clean, refused, unanswered, other);
}
