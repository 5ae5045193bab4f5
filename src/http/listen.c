/* The socket that is listened on, and systemd's notifications. */
#include <errno.h>
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server.h"

enum { BACKLOG = 4096 };

/* "host:port" or "[address]:port". */
static enum berm_status split(const char *address, char host[256], char port[8],
                              struct berm_error *err)
{
    const char *colon = strrchr(address, ':');
    struct text left = {address, colon ? (size_t)(colon - address) : 0};
    int64_t number;

    if (left.length > 2 && left.bytes[0] == '[' && left.bytes[left.length - 1] == ']')
        left = (struct text){left.bytes + 1, left.length - 2};
    else if (left.length > 0 && memchr(left.bytes, ':', left.length) != NULL)
        left.length = 0; /* an IPv6 address without its brackets */
    if (left.length == 0 || left.length > 255 || !text_parse_int64(text_of(colon + 1), &number) ||
        number < 0 || number > 65535)
        return fail_with(err, BERM_INVALID_INPUT,
                         "%s: an address to listen on is written 127.0.0.1:8080 or [::1]:8080",
                         address);
    memcpy(host, left.bytes, left.length);
    host[left.length] = 0;
    snprintf(port, 8, "%d", (int)number);
    return BERM_OK;
}

static int open_socket(const struct addrinfo *info)
{
    int file = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1;

    if (file < 0)
        return -1;
    setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(file, info->ai_addr, info->ai_addrlen) == 0 && listen(file, BACKLOG) == 0)
        return file;
    one = errno;
    close(file);
    errno = one;
    return -1;
}

enum berm_status listen_on(const char *address, int *ret_socket, int *ret_port,
                           struct berm_error *err)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct sockaddr_storage bound = {0};
    socklen_t bound_bytes = sizeof bound;
    struct addrinfo *found = NULL;
    char host[256], port[8];
    int file, failure;

    TRY(split(address, host, port, err));
    failure = getaddrinfo(host, port, &hints, &found);
    if (failure != 0)
        return fail_with(err, BERM_INVALID_INPUT, "%s: %s", address, gai_strerror(failure));
    file = open_socket(found);
    freeaddrinfo(found);
    if (file < 0)
        return fail_with(err, BERM_IO, "cannot listen on %s: %s", address, strerror(errno));
    getsockname(file, (struct sockaddr *)&bound, &bound_bytes);
    *ret_port =
        ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&bound)->sin6_port
                                          : ((struct sockaddr_in *)(void *)&bound)->sin_port);
    *ret_socket = file;
    return BERM_OK;
}

/* The protocol is one datagram; it needs no library. Source  sd_notify(3). */
void notify_supervisor(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = path == NULL ? 0 : strlen(path);
    int file;

    if (length < 2 || length >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(address.sun_path, path, length);
    if (path[0] == '@')
        address.sun_path[0] = 0; /* the abstract name space */
    file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (file < 0)
        return;
    (void)!sendto(file, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
                  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    close(file);
}
