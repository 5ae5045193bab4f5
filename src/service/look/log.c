/*
 * What the threads of a server note before they answer. A look costs a lock, a look-up in a table
 * and at most one short write to a file that is not synced; the journal itself is written by the
 * one thread that writes, for all looks of a second at once.
 *
 * The table remembers by keyed hashes who looked at what in the last minutes. It has a fixed size
 * and forgets the oldest where it is full: then there is an entry too many, never one too few.
 */
#include "service/look/private.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEN_SETS = 4096, SEEN_WAYS = 4 };

struct seen {
    uint64_t hash;
    int64_t at_s; /* 0: none */
    uint32_t kinds;
};

struct look_log {
    pthread_mutex_t mutex; /* of all but taken and has_replayed, which are the flushing thread's */
    unsigned char key[crypto_shorthash_KEYBYTES];
    struct seen seen[SEEN_SETS][SEEN_WAYS];
    struct look_batch open;  /* noted since the last flush */
    struct look_batch taken; /* what a flush writes, or could not write yet */
    bool has_replayed;
};

enum berm_status look_log_create(struct look_log **ret_log, struct berm_error *err)
{
    struct look_log *log = calloc(1, sizeof *log);

    if (log == NULL || sodium_init() < 0) {
        free(log);
        return fail_with(err, BERM_NO_MEMORY, "no memory to note looks in");
    }
    pthread_mutex_init(&log->mutex, NULL);
    crypto_shorthash_keygen(log->key);
    look_batch_begin(&log->open);
    look_batch_begin(&log->taken);
    *ret_log = log;
    return BERM_OK;
}

void look_log_free(struct look_log *log)
{
    if (log == NULL)
        return;
    look_batch_close(&log->open);
    look_batch_close(&log->taken);
    pthread_mutex_destroy(&log->mutex);
    free(log);
}

void look_log_freep(struct look_log **log)
{
    look_log_free(*log);
}

/* ---- Noting ---------------------------------------------------------------------------------- */

/* A clock that was set back counts as a long time. */
static bool is_recent(const struct seen *seen, int64_t now_s)
{
    return seen->at_s > 0 && now_s >= seen->at_s && now_s - seen->at_s < LOOK_AGAIN_S;
}

/* Remember the look; whether it was there already. */
static bool was_seen(struct look_log *log, struct text who_and_what, uint32_t kinds, int64_t now_s)
{
    struct seen *set, *oldest;
    uint64_t hash;

    crypto_shorthash((unsigned char *)&hash, (const unsigned char *)who_and_what.bytes,
                     who_and_what.length, log->key);
    set = log->seen[hash % SEEN_SETS];
    oldest = &set[0];
    for (int w = 0; w < SEEN_WAYS; w++) {
        if (set[w].hash == hash && is_recent(&set[w], now_s)) {
            bool has_all = (set[w].kinds & kinds) == kinds;

            set[w].kinds |= kinds;
            return has_all;
        }
        if (set[w].at_s < oldest->at_s)
            oldest = &set[w];
    }
    *oldest = (struct seen){.hash = hash, .at_s = now_s, .kinds = kinds};
    return false;
}

static void append_look(struct look_log *log, const struct actor *actor, const struct look *look,
                        struct text at, int64_t now_s)
{
    struct buffer *lines = &log->open.lines;
    size_t start = lines->length, length;
    char subject[CODE_BYTES_MAX + 32];

    snprintf(subject, sizeof subject, "%s %.*s", look->what, TEXT_ARG(look->code));
    length = look_batch_append(&log->open, &(struct look_line){.actor = *actor,
                                                               .subject = text_of(subject),
                                                               .at = at,
                                                               .kinds = look->kinds});
    if (!lines->has_failed &&
        was_seen(log, (struct text){lines->bytes + start, length}, look->kinds, now_s))
        lines->length = start;
}

static enum berm_status note(struct look_log *log, struct store *store, const struct actor *actor,
                             int64_t now_s, const struct look *looks, size_t count,
                             struct berm_error *err)
{
    struct buffer *lines = &log->open.lines;
    size_t start = lines->length;
    enum berm_status status = BERM_OK;
    char at_bytes[32];
    struct text at = instant_now(at_bytes);

    for (size_t l = 0; l < count; l++)
        append_look(log, actor, &looks[l], at, now_s);
    if (lines->has_failed)
        status = fail_with(err, BERM_BUSY,
                           "so many looks at sensitive values wait to be written into the journal "
                           "that none is shown for now; try again");
    else if (lines->length > start)
        status = look_batch_keep(&log->open, store, start, err);
    if (status != BERM_OK) {
        lines->length = start;
        lines->has_failed = false;
        memset(log->seen, 0, sizeof log->seen); /* those just remembered have no line */
    }
    return status;
}

enum berm_status look_note(struct look_log *log, struct store *store, const struct actor *actor,
                           int64_t now_s, const struct look *looks, size_t count,
                           struct berm_error *err)
{
    enum berm_status status;

    pthread_mutex_lock(&log->mutex);
    status = note(log, store, actor, now_s, looks, count, err);
    pthread_mutex_unlock(&log->mutex);
    return status;
}

/* ---- Flushing -------------------------------------------------------------------------------- */

static bool is_empty(const struct look_batch *batch)
{
    return batch->file < 0 && batch->lines.length == 0;
}

enum berm_status look_flush(struct look_log *log, struct office *office, struct berm_error *err)
{
    if (!log->has_replayed)
        TRY(look_files_journal(office->store, err));
    log->has_replayed = true;
    if (is_empty(&log->taken)) {
        pthread_mutex_lock(&log->mutex);
        if (!is_empty(&log->open)) { /* an empty one keeps its memory */
            log->taken = log->open;
            look_batch_begin(&log->open);
        }
        pthread_mutex_unlock(&log->mutex);
    }
    return is_empty(&log->taken) ? BERM_OK : look_batch_journal(&log->taken, office->store, err);
}
