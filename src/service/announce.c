/*
 * Announcements (announce.h), and the thread that hears those of others. A connection that breaks
 * is made again for as long as it takes; behind it, and now and then to find out that it is dead
 * without a word, it listens anew.
 */
#include "service/announce.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { AGAIN_MS = 500, STILL_THERE_MS = 30000, WORDS_BYTES_MAX = 64 };

static const char *const NAMES[] = {
    [ANNOUNCED_JOBS] = "jobs",
    [ANNOUNCED_PROGRESS] = "progress",
    [ANNOUNCED_ACCESS] = "access",
};

enum berm_status announce(struct store *store, enum announcement what, int64_t job_id,
                          struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *tell = NULL;
    char words[WORDS_BYTES_MAX];
    bool has_row;

    assert(what < ARRAY_COUNT(NAMES));
    if (job_id == 0)
        snprintf(words, sizeof words, "%s", NAMES[what]);
    else
        snprintf(words, sizeof words, "%s %lld", NAMES[what], (long long)job_id);
    TRY(statement_prepare(store, STATEMENT_ANNOUNCE, &tell, err));
    statement_bind_text(tell, ANNOUNCE__WORDS, text_of(words));
    return statement_step(tell, &has_row, err);
}

/* ---- Listening ------------------------------------------------------------------------------- */

struct listener {
    struct listener_options options;
    struct store *store;
    int wake; /* readable when the thread is to end */
    atomic_bool is_stopping;
    pthread_t thread;
    bool has_thread;
};

/* Words of a newer version are passed over. */
static void hear(void *context, struct text words)
{
    const struct listener *listener = context;

    for (size_t n = 0; n < ARRAY_COUNT(NAMES); n++) {
        struct text name = text_of(NAMES[n]);
        int64_t job_id = 0;

        if (!text_starts_with(words, name))
            continue;
        if (words.length > name.length &&
            (words.bytes[name.length] != ' ' ||
             !text_parse_int64(text_from(words, name.length + 1), &job_id)))
            continue;
        listener->options.heard(listener->options.context, (enum announcement)n, job_id);
    }
}

/* Until something is to be read, or the time is over. */
static void pause_for(const struct listener *listener, int milliseconds)
{
    struct pollfd wake = {.fd = listener->wake, .events = POLLIN};

    (void)!poll(&wake, 1, milliseconds);
}

static void *listen_on(void *context)
{
    struct listener *listener = context;
    bool is_new, has_reported = false;

    while (!atomic_load(&listener->is_stopping)) {
        struct berm_error error;
        enum berm_status status = store_listen(listener->store, &is_new, &error);

        if (status == BERM_OK && is_new)
            listener->options.heard(listener->options.context, ANNOUNCED_ANYTHING, 0);
        if (status == BERM_OK)
            status =
                store_wait(listener->store, listener->wake, STILL_THERE_MS, hear, listener, &error);
        if (status != BERM_OK && !has_reported && listener->options.failed != NULL)
            listener->options.failed(listener->options.context, &error);
        has_reported = status != BERM_OK;
        if (has_reported)
            pause_for(listener, AGAIN_MS);
    }
    return NULL;
}

static enum berm_status start_thread(struct listener *listener, struct berm_error *err)
{
    sigset_t all, before;

    listener->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (listener->wake < 0)
        return fail_with(err, BERM_NO_MEMORY, "no descriptor to wake the listening thread");
    sigfillset(&all); /* signals belong to the thread that started this one */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    listener->has_thread = pthread_create(&listener->thread, NULL, listen_on, listener) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return listener->has_thread
               ? BERM_OK
               : fail_with(err, BERM_NO_MEMORY, "no thread to listen to the database with");
}

enum berm_status listener_start(const struct listener_options *options,
                                struct listener **ret_listener, struct berm_error *err)
{
    CLEANUP(listener_stopp) struct listener *listener = calloc(1, sizeof *listener);

    if (listener == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory to listen to the database");
    listener->options = *options;
    listener->wake = -1;
    *ret_listener = NULL;
    TRY(store_open(options->store_url, STORE_READ_ONLY, &listener->store, err));
    if (!store_can_listen(listener->store))
        return BERM_OK;
    TRY(start_thread(listener, err));
    *ret_listener = listener;
    listener = NULL;
    return BERM_OK;
}

void listener_stop(struct listener *listener)
{
    const uint64_t one = 1;

    if (listener == NULL)
        return;
    atomic_store(&listener->is_stopping, true);
    if (listener->has_thread) {
        (void)!write(listener->wake, &one, sizeof one);
        pthread_join(listener->thread, NULL);
    }
    if (listener->wake >= 0)
        close(listener->wake);
    store_close(listener->store);
    free(listener);
}

void listener_stopp(struct listener **listener)
{
    listener_stop(*listener);
    *listener = NULL;
}
