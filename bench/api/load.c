/*
 * api_load: asks an HTTP server what a plan says and measures how long the answers take.
 *
 * Open loop (--rate): requests are due at a fixed schedule, and a duration counts from the moment
 * at which its request was due, not from that at which a connection was free to send it. A server
 * that stalls for a second is charged with every request that would have come in that second; a
 * closed loop would have sent one and called the stall a single outlier ("coordinated omission").
 *
 * Closed loop (--closed): each connection asks again when it was answered. Only for the processor
 * time of the server for each request (--pid), which does not depend on when requests come.
 *
 * Output: one line for each kind, and "all": kind, answers, errors, p50, p99, p99.9 and longest in
 * microseconds, between tabs; then lines that begin with #.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "histogram.h"
#include "sync.h"

enum {
    CONNECTIONS_MAX = 4096,
    PROBLEMS_SHOWN = 5,
    SECOND_NS = 1000000000,
    GRACE_NS = 2000000000, /* for answers that are under way at the end */
};

struct options {
    struct sockaddr_in address;
    const char *plan;
    const char *kind;
    const char *sync_folder;
    const char *log;
    struct headers headers;
    int connection_count;
    int rate; /* a second; 0: closed loop */
    int seconds;
    int pid;
};

/* A request that is due and for which no connection was free yet. */
struct waiting {
    const struct request *request;
    size_t kind;
    int64_t due_ns;
};

struct load {
    struct options options;
    struct plan plan;
    int epoll;
    FILE *log; /* NULL: none */
    struct client *clients;
    struct client **idle; /* a ring, so that every connection takes its turn */
    int idle_first;
    int idle_count;
    struct waiting *queue; /* a ring */
    size_t queue_capacity;
    size_t queue_first;
    size_t queue_count;
    uint64_t random;
    uint64_t serial;
    int busy_count;
    int shown;
    struct histogram lateness; /* of the generator itself */
    struct histogram histograms[KINDS_MAX];
    uint64_t errors[KINDS_MAX];
};

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND_NS + now.tv_nsec;
}

/* splitmix64: the same requests in the same order for every server. */
static uint64_t next_random(struct load *load)
{
    uint64_t z = (load->random += 0x9E3779B97F4A7C15u);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static void count_error(struct load *load, size_t kind, const char *problem)
{
    load->errors[kind]++;
    if (load->shown++ < PROBLEMS_SHOWN)
        fprintf(stderr, "api_load: %s\n", problem);
}

/* One line for each request that was sent. status 0: no answer came. */
static void log_answer(struct load *load, const struct client *client, int status,
                       int retry_after_s)
{
    if (load->log != NULL)
        fprintf(load->log, "%s\t%llu\t%d\t%d\t%lld\n", load->plan.kinds[client->kind].name,
                (unsigned long long)client->serial, status, retry_after_s,
                (long long)(now_ns() - client->due_ns) / 1000);
}

static void add_idle(struct load *load, struct client *client)
{
    int last = (load->idle_first + load->idle_count++) % load->options.connection_count;

    load->idle[last] = client;
}

static struct client *take_idle(struct load *load)
{
    struct client *client = load->idle[load->idle_first];

    load->idle_first = (load->idle_first + 1) % load->options.connection_count;
    load->idle_count--;
    return client;
}

static void connect_client(struct load *load, struct client *client)
{
    if (!client_connect(client, &load->options.address, load->epoll)) {
        perror("api_load: the server takes no connection");
        exit(1);
    }
}

/* A connection that ends while it is idle is only made again: it stands in the ring already. */
static void break_off(struct load *load, struct client *client, const char *problem)
{
    bool was_busy = client->is_busy;

    connect_client(load, client);
    if (!was_busy)
        return;
    load->busy_count--;
    log_answer(load, client, 0, -1);
    count_error(load, client->kind, problem);
    add_idle(load, client);
}

static void ask(struct load *load, struct client *client, struct waiting waiting)
{
    client->kind = waiting.kind;
    client->due_ns = waiting.due_ns;
    client->serial = load->serial++;
    client_prepare(client, waiting.request, &load->options.headers, client->serial);
    load->busy_count++;
    if (!client_send(client, load->epoll))
        break_off(load, client, "the connection broke while sending");
}

static struct waiting pick(struct load *load, int64_t due_ns)
{
    struct waiting waiting = {.due_ns = due_ns};

    waiting.request = plan_pick(&load->plan, next_random(load), &waiting.kind);
    return waiting;
}

static void hear(struct load *load, struct client *client)
{
    char problem[1024];
    enum answer answer = client_receive(client, problem, sizeof problem);

    if (answer == ANSWER_INCOMPLETE)
        return;
    if (answer == ANSWER_BROKEN || !client->is_busy) {
        break_off(load, client, problem);
        return;
    }
    histogram_add(&load->histograms[client->kind], now_ns() - client->due_ns);
    log_answer(load, client, client->status, client->retry_after_s);
    if (answer == ANSWER_WRONG)
        count_error(load, client->kind, problem);
    client->is_busy = false;
    load->busy_count--;
    if (client->is_last)
        connect_client(load, client);
    add_idle(load, client);
}

static void wait_for_events(struct load *load, int64_t until_ns)
{
    struct epoll_event events[64];
    int64_t left_ns = until_ns - now_ns();
    struct timespec timeout = {.tv_sec = left_ns > 0 ? left_ns / SECOND_NS : 0,
                               .tv_nsec = left_ns > 0 ? left_ns % SECOND_NS : 0};
    int count = epoll_pwait2(load->epoll, events, 64, &timeout, NULL);

    for (int i = 0; i < count; i++) {
        struct client *client = events[i].data.ptr;

        if ((events[i].events & EPOLLOUT) != 0 && !client_send(client, load->epoll))
            break_off(load, client, "the connection broke while sending");
        else if ((events[i].events & ~(uint32_t)EPOLLOUT) != 0)
            hear(load, client);
    }
}

/* ---- The two loops --------------------------------------------------------------------------- */

static void enqueue(struct load *load, struct waiting waiting)
{
    if (load->queue_count == load->queue_capacity) {
        fprintf(stderr, "api_load: %zu requests are waiting; the server does not keep up\n",
                load->queue_count);
        exit(1);
    }
    load->queue[(load->queue_first + load->queue_count++) % load->queue_capacity] = waiting;
}

static void run_open(struct load *load)
{
    int64_t start_ns = now_ns();
    int64_t end_ns = start_ns + (int64_t)load->options.seconds * SECOND_NS;
    int64_t sent = 0;
    int64_t due_ns = start_ns;

    while (now_ns() < end_ns) {
        int64_t now = now_ns();

        for (; due_ns <= now && due_ns < end_ns;
             due_ns = start_ns + ++sent * SECOND_NS / load->options.rate) {
            histogram_add(&load->lateness, now - due_ns);
            enqueue(load, pick(load, due_ns));
        }
        while (load->queue_count > 0 && load->idle_count > 0) {
            struct waiting first = load->queue[load->queue_first];

            load->queue_first = (load->queue_first + 1) % load->queue_capacity;
            load->queue_count--;
            ask(load, take_idle(load), first);
        }
        wait_for_events(load, due_ns < end_ns ? due_ns : end_ns);
    }
}

static void run_closed(struct load *load)
{
    int64_t end_ns = now_ns() + (int64_t)load->options.seconds * SECOND_NS;

    while (now_ns() < end_ns) {
        while (load->idle_count > 0)
            ask(load, take_idle(load), pick(load, now_ns()));
        wait_for_events(load, end_ns);
    }
}

/* What was due and is not answered after the grace is an error, and as slow as it was so far. */
static void finish(struct load *load)
{
    int64_t end_ns = now_ns() + GRACE_NS;

    while (load->busy_count > 0 && now_ns() < end_ns)
        wait_for_events(load, end_ns);
    for (int i = 0; i < load->options.connection_count; i++)
        if (load->clients[i].is_busy) {
            histogram_add(&load->histograms[load->clients[i].kind],
                          now_ns() - load->clients[i].due_ns);
            log_answer(load, &load->clients[i], 0, -1);
            count_error(load, load->clients[i].kind, "no answer at the end");
        }
    for (; load->queue_count > 0; load->queue_count--) {
        size_t last = (load->queue_first + load->queue_count - 1) % load->queue_capacity;

        histogram_add(&load->histograms[load->queue[last].kind],
                      now_ns() - load->queue[last].due_ns);
        count_error(load, load->queue[last].kind, "never sent: no connection became free");
    }
}

/* ---- Report ---------------------------------------------------------------------------------- */

/* Processor time of a process so far, of user and system, with all its threads. */
static double cpu_seconds(int pid)
{
    char path[64];
    char line[1024];
    FILE *file = NULL;
    unsigned long user = 0;
    unsigned long system = 0;
    const char *rest = NULL;

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL || !(rest = strrchr(line, ')')) ||
        sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) !=
            2) {
        fprintf(stderr, "api_load: process %d tells no processor time\n", pid);
        exit(1);
    }
    fclose(file);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static void print_line(const char *name, const struct histogram *histogram, uint64_t errors)
{
    printf("%s\t%llu\t%llu\t%.0f\t%.0f\t%.0f\t%.0f\n", name, (unsigned long long)histogram->count,
           (unsigned long long)errors, (double)histogram_quantile(histogram, 0.5) / 1e3,
           (double)histogram_quantile(histogram, 0.99) / 1e3,
           (double)histogram_quantile(histogram, 0.999) / 1e3, (double)histogram->max_ns / 1e3);
}

static uint64_t report(struct load *load, double cpu, double seconds)
{
    static struct histogram all;
    uint64_t errors = 0;

    for (size_t k = 0; k < load->plan.kind_count; k++) {
        const struct histogram *one = &load->histograms[k];

        print_line(load->plan.kinds[k].name, one, load->errors[k]);
        for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
            all.buckets[i] += one->buckets[i];
        all.count += one->count;
        all.max_ns = all.max_ns > one->max_ns ? all.max_ns : one->max_ns;
        errors += load->errors[k];
    }
    print_line("all", &all, errors);
    printf("# rate %.0f a second over %.1f s\n", (double)all.count / seconds, seconds);
    if (load->options.rate > 0)
        printf("# generator late: p99 %.0f us, longest %.0f us\n",
               (double)histogram_quantile(&load->lateness, 0.99) / 1e3,
               (double)load->lateness.max_ns / 1e3);
    if (load->options.pid > 0)
        printf("# server time %.1f us a request\n", cpu * 1e6 / (double)all.count);
    return errors;
}

/* ---- Options --------------------------------------------------------------------------------- */

static const char usage[] =
    "Usage: api_load --port N --plan FILE (--rate R | --closed) [--seconds S] [--connections C]\n"
    "                [--kind NAME] [--header LINE] [--body-header LINE] [--pid SERVER] [--log "
    "FILE]\n"
    "       --log: a line for each request that was sent: kind, serial number, status (0: no "
    "answer),\n"
    "       seconds of Retry-After (-1: none), microseconds\n"
    "       api_load --sync FOLDER    how long the disk takes to make 8 KiB durable\n";

static const char *with_line(const char *lines, const char *line)
{
    char *joined = NULL;

    if (asprintf(&joined, "%s%s\r\n", lines, line) < 0)
        exit(2);
    return joined; /* lives as long as the program */
}

static void read_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        {"port", 1, NULL, 'p'},   {"plan", 1, NULL, 'f'},    {"rate", 1, NULL, 'r'},
        {"closed", 0, NULL, 'c'}, {"seconds", 1, NULL, 's'}, {"connections", 1, NULL, 'n'},
        {"kind", 1, NULL, 'k'},   {"header", 1, NULL, 'h'},  {"body-header", 1, NULL, 'b'},
        {"pid", 1, NULL, 'i'},    {"sync", 1, NULL, 'y'},    {"log", 1, NULL, 'l'},
        {NULL, 0, NULL, 0},
    };

    *options = (struct options){.headers = {"", ""}, .connection_count = 64, .seconds = 10};
    options->rate = -1;
    options->address = (struct sockaddr_in){.sin_family = AF_INET};
    options->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        switch (c) {
        case 'p':
            options->address.sin_port = htons((uint16_t)atoi(optarg));
            break;
        case 'f':
            options->plan = optarg;
            break;
        case 'r':
            options->rate = atoi(optarg);
            break;
        case 'c':
            options->rate = 0;
            break;
        case 's':
            options->seconds = atoi(optarg);
            break;
        case 'n':
            options->connection_count = atoi(optarg);
            break;
        case 'k':
            options->kind = optarg;
            break;
        case 'h':
            options->headers.always = with_line(options->headers.always, optarg);
            break;
        case 'b':
            options->headers.with_body = with_line(options->headers.with_body, optarg);
            break;
        case 'i':
            options->pid = atoi(optarg);
            break;
        case 'l':
            options->log = optarg;
            break;
        case 'y':
            options->sync_folder = optarg;
            break;
        default:
            fputs(usage, stderr);
            exit(2);
        }
    }
    if (options->sync_folder == NULL &&
        (options->plan == NULL || options->address.sin_port == 0 || options->rate < 0 ||
         options->seconds < 1 || options->connection_count < 1 ||
         options->connection_count > CONNECTIONS_MAX)) {
        fputs(usage, stderr);
        exit(2);
    }
}

static void set_up(struct load *load)
{
    const struct options *options = &load->options;

    plan_read(options->plan, &load->plan);
    if (options->kind != NULL && !plan_keep_only(&load->plan, options->kind)) {
        fprintf(stderr, "api_load: the plan has no kind %s\n", options->kind);
        exit(2);
    }
    load->epoll = epoll_create1(0);
    load->clients = calloc((size_t)options->connection_count, sizeof *load->clients);
    load->idle = calloc((size_t)options->connection_count, sizeof *load->idle);
    load->queue_capacity = (size_t)options->rate * 10 + 1;
    load->queue = calloc(load->queue_capacity, sizeof *load->queue);
    if (load->epoll < 0 || load->clients == NULL || load->idle == NULL || load->queue == NULL) {
        perror("api_load");
        exit(2);
    }
    if (options->log != NULL && (load->log = fopen(options->log, "w")) == NULL) {
        perror(options->log);
        exit(2);
    }
    load->random = 1;
    load->serial = (uint64_t)(time(NULL) % 100000000) * 1000000; /* fits an amount of money */
    prctl(PR_SET_TIMERSLACK, 1000UL); /* the default of 50 us would be seen */
    for (int i = 0; i < options->connection_count; i++) {
        connect_client(load, &load->clients[i]);
        add_idle(load, &load->clients[i]);
    }
}

int main(int argc, char **argv)
{
    static struct load load;
    double cpu = 0;
    int64_t start_ns = 0;

    read_options(argc, argv, &load.options);
    if (load.options.sync_folder != NULL)
        return measure_sync(load.options.sync_folder);
    set_up(&load);
    cpu = load.options.pid > 0 ? cpu_seconds(load.options.pid) : 0;
    start_ns = now_ns();
    if (load.options.rate > 0)
        run_open(&load);
    else
        run_closed(&load);
    finish(&load);
    if (load.log != NULL && fclose(load.log) != 0) {
        perror(load.options.log);
        return 2;
    }
    cpu = load.options.pid > 0 ? cpu_seconds(load.options.pid) - cpu : 0;
    return report(&load, cpu, (double)(now_ns() - start_ns) / SECOND_NS) == 0 ? 0 : 1;
}
