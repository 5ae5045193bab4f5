/* A whole server on a loopback port: bodies, streams, a full queue, stopping. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http/http.h"
#include "lib/unit.h"

enum { CHUNK_BYTES = 60000 };

static _Atomic int chunk_count, close_count, complete_count, slow_count;
static _Atomic bool is_slow_held;
static _Atomic int worker_balance;

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

/* Wait up to five seconds for what another thread does. */
#define assert_comes_true(condition)                                                               \
    do {                                                                                           \
        for (int waited = 0; !(condition) && waited < 1000; waited++)                              \
            pause_ms(5);                                                                           \
        assert_true(condition);                                                                    \
    } while (0)

static void echo(void *context, const struct http_request *request, struct http_response *response)
{
    struct text word = TEXT("");

    (void)context;
    assert(request->worker != NULL);
    (void)http_request_query(request, "word", &word);
    response->content_type = "text/plain";
    buffer_append_format(&response->body, "%.*s|%.*s|",
                         TEXT_ARG(http_request_parameter(request, "name")), TEXT_ARG(word));
    buffer_append_text(&response->body, request->body);
}

static void be_slow(void *context, const struct http_request *request,
                    struct http_response *response)
{
    (void)context;
    (void)request;
    slow_count++;
    for (int waited = 0; is_slow_held && waited < 2000; waited++)
        pause_ms(5);
    buffer_append_text(&response->body, TEXT("done"));
}

static enum berm_status next_chunk(void *context, void *worker, struct buffer *chunk,
                                   bool *ret_is_last, struct berm_error *err)
{
    int *left = context;

    if (worker == NULL || *left == -1)
        return fail_with(err, BERM_INTERNAL, "a fault in the middle");
    chunk_count++;
    for (int i = 0; i < CHUNK_BYTES; i++)
        buffer_append_char(chunk, 'x');
    if (*left == 1000) /* the route that fails: one piece, then the fault */
        *left = -1;
    else
        *ret_is_last = --*left == 0;
    return BERM_OK;
}

static void close_stream(void *context, void *worker, bool is_complete)
{
    (void)worker;
    close_count++;
    complete_count += is_complete;
    free(context);
}

static void stream(void *context, const struct http_request *request,
                   struct http_response *response)
{
    int *left = malloc(sizeof *left);
    int64_t count = 0;

    (void)context;
    assert(left != NULL);
    if (!text_parse_int64(http_request_parameter(request, "count"), &count))
        count = 1;
    *left = (int)count;
    response->content_type = "text/plain";
    response->stream =
        (struct http_stream){.context = left, .next = next_chunk, .close = close_stream};
}

/* Events: each piece is a number; next may be held inside, so that a wake comes meanwhile. */
static _Atomic int event_count, asked_count, event_pause_ms;
static _Atomic bool is_next_held;

static enum berm_status next_event(void *context, void *worker, struct buffer *chunk,
                                   bool *ret_is_last, struct berm_error *err)
{
    int *told = context;
    int present = event_count;

    (void)worker;
    (void)err;
    asked_count++;
    for (int waited = 0; is_next_held && waited < 2000; waited++)
        pause_ms(5);
    for (; *told < present; (*told)++)
        buffer_append_format(chunk, "event %d\n", *told + 1);
    *ret_is_last = *told == 9;
    return BERM_OK;
}

static int64_t event_pause(void *context)
{
    (void)context;
    return event_pause_ms;
}

static void stream_events(void *context, const struct http_request *request,
                          struct http_response *response)
{
    int *told = calloc(1, sizeof *told);
    int64_t topic = 0;

    (void)context;
    assert(told != NULL);
    (void)text_parse_int64(http_request_parameter(request, "topic"), &topic);
    response->stream = (struct http_stream){.context = told,
                                            .next = next_event,
                                            .close = close_stream,
                                            .pause_ms = event_pause,
                                            .topic = (uint64_t)topic};
}

static void break_header(void *context, const struct http_request *request,
                         struct http_response *response)
{
    (void)context;
    (void)request;
    http_response_header(response, "X-A", TEXT("a\r\nb"));
}

static enum berm_status make_worker(void *context, void **ret_worker, struct berm_error *err)
{
    (void)context;
    (void)err;
    worker_balance++;
    *ret_worker = &worker_balance;
    return BERM_OK;
}

static void free_worker(void *context, void *worker)
{
    (void)context;
    assert(worker == &worker_balance);
    worker_balance--;
}

static const struct http_route ROUTES[] = {
    {HTTP_GET, "/echo/{name}", echo, 0, 0, NULL},
    {HTTP_POST, "/echo/{name}", echo, 0, 0, NULL},
    {HTTP_POST, "/large/{name}", echo, 0, 300000, NULL},
    {HTTP_GET, "/slow", be_slow, 0, 0, NULL},
    {HTTP_GET, "/events/{topic}", stream_events, 0, 0, NULL},
    {HTTP_GET, "/stream/{count}", stream, 0, 0, NULL},
    {HTTP_GET, "/broken", break_header, 0, 0, NULL},
    {HTTP_GET, "/ahead", echo, HTTP_ROUTE_AHEAD, 0, NULL},
};

static struct http_server *start(int workers, size_t queue, int64_t drain_ms)
{
    struct http_options options = {
        .listen = "127.0.0.1:0",
        .routes = ROUTES,
        .route_count = ARRAY_COUNT(ROUTES),
        .worker_count = workers,
        .io_thread_count = 2,
        .queue_max = queue,
        .body_bytes_max = 1000,
        .drain_timeout_ms = drain_ms,
        .worker_create = make_worker,
        .worker_free = free_worker,
    };
    struct http_server *server = NULL;
    struct berm_error err;

    event_count = asked_count = 0;
    event_pause_ms = 60000;
    is_next_held = false;
    chunk_count = close_count = complete_count = slow_count = 0;
    is_slow_held = false;
    assert_ok(http_server_start(&options, &server, &err));
    return server;
}

static int dial(const struct http_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)http_server_port(server)),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval timeout = {10, 0};

    assert_true(client >= 0);
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    return client;
}

static void say(int client, const char *words)
{
    assert_true(send(client, words, strlen(words), MSG_NOSIGNAL) == (ssize_t)strlen(words));
}

/* All that comes until the server closes, with a 0 behind it. */
static void hear(int client, struct buffer *answer)
{
    buffer_clear(answer);
    for (;;) {
        char *room = buffer_reserve(answer, 65536);
        ssize_t count = recv(client, room, 65536, 0);

        if (count <= 0)
            break;
        answer->length += (size_t)count;
    }
    buffer_append_char(answer, 0);
    close(client);
}

static void ask(const struct http_server *server, const char *request, struct buffer *answer)
{
    int client = dial(server);

    say(client, request);
    hear(client, answer);
}

#define FIELDS " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"

static void requests_reach_their_handlers(void **state)
{
    CLEANUP(http_server_freep) struct http_server *server = start(2, 10, 2000);
    CLEANUP(buffer_free) struct buffer answer = {0};

    (void)state;
    ask(server, "GET /echo/a%20b?x=1&word=%E6%9D%91" FIELDS "\r\n", &answer);
    assert_non_null(strstr(answer.bytes, "200 OK\r\n"));
    assert_non_null(strstr(answer.bytes, "\r\n\r\na b|村|"));
    ask(server, "POST /echo/n" FIELDS "Content-Length: 4\r\n\r\nbody", &answer);
    assert_non_null(strstr(answer.bytes, "\r\n\r\nn||body"));
    ask(server,
        "POST /echo/n" FIELDS "Transfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n",
        &answer);
    assert_non_null(strstr(answer.bytes, "\r\n\r\nn||body"));
    ask(server, "GET /echo/n?a=%zz" FIELDS "\r\n", &answer);
    assert_non_null(strstr(answer.bytes, "HTTP/1.1 400 "));
    ask(server, "GET /broken" FIELDS "\r\n", &answer);
    assert_non_null(strstr(answer.bytes, "HTTP/1.1 500 "));
    assert_int_equal(worker_balance, 2);
    http_server_free(server);
    server = NULL;
    assert_int_equal(worker_balance, 0);
}

static void bodies_are_limited_by_their_route(void **state)
{
    CLEANUP(http_server_freep) struct http_server *server = start(1, 10, 2000);
    CLEANUP(buffer_free) struct buffer answer = {0};
    CLEANUP(buffer_free) struct buffer request = {0};

    (void)state;
    ask(server, "POST /echo/n" FIELDS "Content-Length: 1001\r\n\r\n", &answer);
    assert_non_null(strstr(answer.bytes, "HTTP/1.1 413 "));
    ask(server, "POST /echo/n" FIELDS "Expect: 100-continue\r\nContent-Length: 1073741824\r\n\r\n",
        &answer);
    assert_non_null(strstr(answer.bytes, "HTTP/1.1 413 "));
    assert_null(strstr(answer.bytes, "100 Continue"));
    buffer_append_text(&request, TEXT("POST /echo/n" FIELDS "Transfer-Encoding: chunked\r\n\r\n"
                                      "3e9\r\n"));
    for (int i = 0; i < 1001; i++)
        buffer_append_char(&request, 'a');
    buffer_append_char(&request, 0);
    ask(server, request.bytes, &answer);
    assert_non_null(strstr(answer.bytes, "HTTP/1.1 413 "));
    buffer_clear(&request);
    buffer_append_text(&request, TEXT("POST /large/n" FIELDS "Content-Length: 300000\r\n\r\n"));
    for (int i = 0; i < 300000; i++)
        buffer_append_char(&request, 'a');
    buffer_append_char(&request, 0);
    ask(server, request.bytes, &answer);
    assert_non_null(strstr(answer.bytes, "HTTP/1.1 200 "));
    assert_true(answer.length > 300000);
}

static void a_stream_waits_for_its_reader(void **state)
{
    CLEANUP(http_server_freep) struct http_server *server = start(1, 10, 2000);
    CLEANUP(buffer_free) struct buffer answer = {0};
    int client = dial(server), made;

    (void)state;
    say(client, "GET /stream/900" FIELDS "\r\n"); /* 54 MB */
    assert_comes_true(chunk_count > 0);
    pause_ms(300);
    made = chunk_count;
    pause_ms(200);
    assert_int_equal(chunk_count, made); /* the reader has not begun: nothing more is made */
    assert_true(made < 300);
    ask(server, "GET /echo/n" FIELDS "\r\n", &answer); /* and the only worker is free */
    assert_non_null(strstr(answer.bytes, "200 OK"));
    hear(client, &answer);
    assert_true(answer.length > 900 * CHUNK_BYTES);
    assert_string_equal(answer.bytes + answer.length - 6, "0\r\n\r\n");
    assert_int_equal(chunk_count, 900);
    assert_comes_true(close_count == 1);
    assert_int_equal(complete_count, 1);
}

static void a_stream_is_told_that_its_client_left(void **state)
{
    CLEANUP(http_server_freep) struct http_server *server = start(1, 10, 2000);
    CLEANUP(buffer_free) struct buffer answer = {0};
    int client = dial(server);

    (void)state;
    say(client, "GET /stream/900" FIELDS "\r\n");
    assert_comes_true(chunk_count > 0);
    close(client);
    assert_comes_true(close_count == 1);
    assert_int_equal(complete_count, 0);
    ask(server, "HEAD /stream/900" FIELDS "\r\n", &answer);
    assert_non_null(strstr(answer.bytes, "Transfer-Encoding: chunked"));
    assert_string_equal(answer.bytes + answer.length - 5, "\r\n\r\n");
    assert_comes_true(close_count == 2);
}

static void a_stream_that_fails_is_visibly_cut_off(void **state)
{
    CLEANUP(http_server_freep) struct http_server *server = start(1, 10, 2000);
    CLEANUP(buffer_free) struct buffer answer = {0};

    (void)state;
    ask(server, "GET /stream/1000" FIELDS "\r\n", &answer);
    assert_non_null(strstr(answer.bytes, "200 OK"));
    assert_true(answer.length < 6 || strcmp(answer.bytes + answer.length - 6, "0\r\n\r\n") != 0);
    assert_comes_true(close_count == 1);
    ask(server, "GET /stream/-1" FIELDS "\r\n", &answer); /* before its first byte */
    assert_non_null(strstr(answer.bytes, "HTTP/1.1 500 "));
    ask(server, "GET /stream/2 HTTP/1.0\r\n\r\n", &answer);
    assert_null(strstr(answer.bytes, "Transfer-Encoding"));
    assert_true(answer.length > 2 * CHUNK_BYTES);
}

static void a_stream_of_events_pauses_until_it_is_woken(void **state)
{
    CLEANUP(http_server_freep) struct http_server *server = start(1, 10, 2000);
    CLEANUP(buffer_free) struct buffer answer = {0};
    int client = dial(server);

    (void)state;
    say(client, "GET /events/7" FIELDS "\r\n");
    assert_comes_true(asked_count == 1);
    pause_ms(100);
    assert_int_equal(asked_count, 1); /* the client takes all, and still nobody asks */
    event_count = 1;
    http_server_wake(server, 8); /* somebody else's */
    pause_ms(50);
    assert_int_equal(asked_count, 1);
    http_server_wake(server, 7);
    assert_comes_true(asked_count == 2);

    /* What happens while next is asked must not be missed. */
    is_next_held = true;
    http_server_wake(server, 7);
    assert_comes_true(asked_count == 3);
    event_count = 9;
    http_server_wake(server, 7);
    is_next_held = false;
    hear(client, &answer);
    for (int e = 1; e <= 9; e++) {
        char words[16];

        snprintf(words, sizeof words, "event %d\n", e);
        assert_non_null(strstr(answer.bytes, words));
    }
    assert_int_equal(complete_count, 1);
}

static void a_pause_ends_by_itself(void **state)
{
    CLEANUP(http_server_freep) struct http_server *server = start(1, 10, 2000);
    CLEANUP(buffer_free) struct buffer answer = {0};

    (void)state;
    event_pause_ms = 20;
    event_count = 0;
    int client = dial(server);
    say(client, "GET /events/0" FIELDS "\r\n");
    assert_comes_true(asked_count >= 5);
    event_count = 9;
    hear(client, &answer);
    assert_non_null(strstr(answer.bytes, "event 9\n"));
}

static void paused_streams_take_no_worker_and_end_when_the_server_stops(void **state)
{
    enum { LISTENERS = 200, TOPICS = 100 };
    CLEANUP(http_server_freep) struct http_server *server = start(1, 10, 5000);
    CLEANUP(buffer_free) struct buffer answer = {0};
    struct timespec before, after;
    struct berm_error err;
    int clients[LISTENERS];

    (void)state;
    for (int l = 0; l < LISTENERS; l++) {
        char request[80];

        clients[l] = dial(server);
        snprintf(request, sizeof request, "GET /events/%d" FIELDS "\r\n", l % TOPICS);
        say(clients[l], request);
        assert_comes_true(asked_count == l + 1); /* the queue is short */
    }
    ask(server, "GET /echo/n" FIELDS "\r\n", &answer);
    assert_non_null(strstr(answer.bytes, "200 OK"));
    for (uint64_t topic = 1; topic < TOPICS; topic++) /* more at once than are remembered */
        http_server_wake(server, topic);
    assert_comes_true(asked_count >= LISTENERS * 2 - 2);

    clock_gettime(CLOCK_MONOTONIC, &before);
    assert_ok(http_server_stop(server, &err));
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true(after.tv_sec - before.tv_sec < 3);
    assert_int_equal(close_count, LISTENERS);
    assert_int_equal(complete_count, 0);
    for (int l = 0; l < LISTENERS; l++)
        close(clients[l]);
}

static void a_full_queue_answers_503_at_once(void **state)
{
    CLEANUP(http_server_freep) struct http_server *server = start(1, 2, 5000);
    CLEANUP(buffer_free) struct buffer answer = {0};
    int slow[3], ahead;

    (void)state;
    is_slow_held = true;
    slow[0] = dial(server);
    say(slow[0], "GET /slow" FIELDS "\r\n");
    assert_comes_true(slow_count == 1);
    for (int i = 1; i < 3; i++) {
        slow[i] = dial(server);
        say(slow[i], "GET /slow" FIELDS "\r\n");
    }
    pause_ms(100);
    ask(server, "GET /echo/n" FIELDS "\r\n", &answer);
    assert_non_null(strstr(answer.bytes, "HTTP/1.1 503 "));
    assert_non_null(strstr(answer.bytes, "Retry-After: 1\r\n"));
    ahead = dial(server);
    say(ahead, "GET /ahead" FIELDS "\r\n");
    pause_ms(50);
    is_slow_held = false;
    hear(ahead, &answer);
    assert_non_null(strstr(answer.bytes, "HTTP/1.1 200 "));
    for (int i = 0; i < 3; i++) {
        hear(slow[i], &answer);
        assert_non_null(strstr(answer.bytes, "\r\n\r\ndone"));
    }
    buffer_clear(&answer);
    http_metrics_write(server, &answer);
    buffer_append_char(&answer, 0);
    assert_non_null(strstr(answer.bytes, "berm_http_queue_full_total 1\n"));
    assert_non_null(
        strstr(answer.bytes,
               "berm_http_requests_total{method=\"GET\",route=\"/slow\",status=\"200\"} 3\n"));
    assert_non_null(strstr(answer.bytes, "route=\"/echo/{name}\",status=\"503\"} 1\n"));
}

static void *let_go(void *context)
{
    pause_ms(300);
    is_slow_held = false;
    return context;
}

static void stopping_finishes_what_runs(void **state)
{
    CLEANUP(http_server_freep) struct http_server *server = start(2, 10, 5000);
    CLEANUP(buffer_free) struct buffer answer = {0};
    int idle = dial(server), slow = dial(server);
    struct berm_error err;
    pthread_t helper;

    (void)state;
    is_slow_held = true;
    say(slow, "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_comes_true(slow_count == 1);
    assert_true(http_server_is_ready(server));
    assert_int_equal(pthread_create(&helper, NULL, let_go, NULL), 0);
    assert_ok(http_server_stop(server, &err));
    pthread_join(helper, NULL);
    hear(slow, &answer);
    assert_non_null(strstr(answer.bytes, "200 OK"));
    assert_non_null(strstr(answer.bytes, "\r\n\r\ndone"));
    hear(idle, &answer);
    assert_int_equal(answer.length, 1);
    assert_false(http_server_is_ready(server));
}

static void stopping_cuts_off_what_takes_too_long(void **state)
{
    CLEANUP(http_server_freep) struct http_server *server = start(1, 10, 100);
    struct berm_error err;
    int client = dial(server);

    (void)state;
    say(client, "GET /stream/900" FIELDS "\r\n"); /* and does not read */
    assert_comes_true(chunk_count > 0);
    assert_fails(http_server_stop(server, &err), BERM_BUSY, "cut off");
    close(client);
    assert_int_equal(close_count, 1);
    assert_int_equal(complete_count, 0);
}

static void what_cannot_be_served_is_told_at_the_start(void **state)
{
    CLEANUP(http_server_freep) struct http_server *server = start(1, 1, 100);
    struct http_server *other = NULL;
    struct http_options options = {.listen = "here", .routes = ROUTES, .route_count = 1};
    struct berm_error err;
    char taken[40];

    (void)state;
    assert_fails(http_server_start(&options, &other, &err), BERM_INVALID_INPUT, "127.0.0.1:8080");
    options.listen = "::1:80";
    assert_fails(http_server_start(&options, &other, &err), BERM_INVALID_INPUT, "[::1]:8080");
    snprintf(taken, sizeof taken, "127.0.0.1:%d", http_server_port(server));
    options.listen = taken;
    assert_fails(http_server_start(&options, &other, &err), BERM_IO, "in use");
    options.tls_certificate = "/dev/null";
    assert_fails(http_server_start(&options, &other, &err), BERM_INVALID_INPUT, "key");
    options.tls_key = "/dev/null";
    assert_fails(http_server_start(&options, &other, &err), BERM_INVALID_INPUT, "PEM");
    assert_null(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_reach_their_handlers),
        cmocka_unit_test(bodies_are_limited_by_their_route),
        cmocka_unit_test(a_stream_waits_for_its_reader),
        cmocka_unit_test(a_stream_is_told_that_its_client_left),
        cmocka_unit_test(a_stream_that_fails_is_visibly_cut_off),
        cmocka_unit_test(a_stream_of_events_pauses_until_it_is_woken),
        cmocka_unit_test(a_pause_ends_by_itself),
        cmocka_unit_test(paused_streams_take_no_worker_and_end_when_the_server_stops),
        cmocka_unit_test(a_full_queue_answers_503_at_once),
        cmocka_unit_test(stopping_finishes_what_runs),
        cmocka_unit_test(stopping_cuts_off_what_takes_too_long),
        cmocka_unit_test(what_cannot_be_served_is_told_at_the_start),
    };

    return cmocka_run_group_tests_name("http/server", tests, NULL, NULL);
}
