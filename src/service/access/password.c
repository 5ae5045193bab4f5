/*
 * Passwords: Argon2id at 19 MiB and 2 passes. A hundred log-ins at once would take 2 GB, so hashes
 * are made one at a time: whoever comes takes a ticket and waits for its turn, and when too many
 * wait the next is told so at once. First come, first served, whoever it is.
 *
 * A name that does not exist is answered after the same work as a wrong password, against a hash
 * that nobody has the password of: otherwise the time would tell which names exist.
 */
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "service/access.h"

enum { ARGON_PASSES = 2, ARGON_BYTES = 19 << 20 };

_Static_assert(crypto_pwhash_STRBYTES <= PASSWORD_HASH_MAX, "a hash fits its column and array");

struct password_queue {
    pthread_mutex_t mutex;
    pthread_cond_t turned;
    size_t length;
    uint64_t next_ticket; /* for who comes */
    uint64_t turn;        /* whose ticket it is */
    char nobody[crypto_pwhash_STRBYTES];
};

static enum berm_status make_hash(struct text password, char ret_hash[crypto_pwhash_STRBYTES],
                                  struct berm_error *err)
{
    if (crypto_pwhash_str_alg(ret_hash, password.bytes ? password.bytes : "", password.length,
                              ARGON_PASSES, ARGON_BYTES, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return fail_with(err, BERM_NO_MEMORY,
                         "there is no memory left to hash a password; it takes 19 MiB");
    return BERM_OK;
}

enum berm_status password_queue_create(size_t length, struct password_queue **ret_queue,
                                       struct berm_error *err)
{
    CLEANUP(password_queue_freep) struct password_queue *queue = calloc(1, sizeof *queue);
    char password[32];

    if (queue == NULL || sodium_init() < 0)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left for the password queue");
    queue->length = length;
    pthread_mutex_init(&queue->mutex, NULL);
    pthread_cond_init(&queue->turned, NULL);
    randombytes_buf(password, sizeof password);
    TRY(make_hash((struct text){password, sizeof password}, queue->nobody, err));
    *ret_queue = queue;
    queue = NULL;
    return BERM_OK;
}

void password_queue_free(struct password_queue *queue)
{
    if (queue == NULL)
        return;
    assert(queue->next_ticket == queue->turn);
    pthread_cond_destroy(&queue->turned);
    pthread_mutex_destroy(&queue->mutex);
    free(queue);
}

void password_queue_freep(struct password_queue **queue)
{
    password_queue_free(*queue);
    *queue = NULL;
}

/* Wait for the turn; BERM_BUSY where too many wait already. */
static enum berm_status enter(struct password_queue *queue, struct berm_error *err)
{
    uint64_t ticket;

    pthread_mutex_lock(&queue->mutex);
    if (queue->next_ticket - queue->turn > queue->length) {
        pthread_mutex_unlock(&queue->mutex);
        return fail_with(err, BERM_BUSY, "too many log-ins at once; try again in a few seconds");
    }
    ticket = queue->next_ticket++;
    while (queue->turn != ticket)
        pthread_cond_wait(&queue->turned, &queue->mutex);
    pthread_mutex_unlock(&queue->mutex);
    return BERM_OK;
}

static void leave(struct password_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->turn++;
    pthread_cond_broadcast(&queue->turned);
    pthread_mutex_unlock(&queue->mutex);
}

enum berm_status password_hash(struct password_queue *queue, struct text password,
                               char ret_hash[PASSWORD_HASH_MAX], struct berm_error *err)
{
    enum berm_status status;

    TRY(enter(queue, err));
    status = make_hash(password, ret_hash, err);
    leave(queue);
    return status;
}

enum berm_status password_verify(struct password_queue *queue, struct text hash,
                                 struct text password, bool *ret_is_right, struct berm_error *err)
{
    char ended[crypto_pwhash_STRBYTES] = {0};
    bool is_known = hash.length > 0;
    bool matches;

    if (hash.length >= sizeof ended)
        return fail_with(err, BERM_CORRUPT, "an account's password hash is damaged");
    if (password.length > PASSWORD_BYTES_MAX)
        password.length = 0; /* none is that long; the work stays the same */
    memcpy(ended, is_known ? hash.bytes : queue->nobody,
           is_known ? hash.length : strlen(queue->nobody));
    TRY(enter(queue, err));
    matches =
        crypto_pwhash_str_verify(ended, password.bytes ? password.bytes : "", password.length) == 0;
    leave(queue);
    *ret_is_right = matches && is_known;
    return BERM_OK;
}

enum berm_status password_check(struct text account, struct text password, struct berm_error *err)
{
    if (password.length < PASSWORD_BYTES_MIN)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the password has fewer than %d characters; a sentence is good and easy "
                         "to remember",
                         (int)PASSWORD_BYTES_MIN);
    if (password.length > PASSWORD_BYTES_MAX)
        return fail_with(err, BERM_LIMIT, "the password has more than %d bytes; shorten it",
                         (int)PASSWORD_BYTES_MAX);
    if (!text_is_utf8(password, NULL))
        return fail_with(err, BERM_INVALID_INPUT, "the password is no UTF-8 text");
    if (text_equal_ignoring_ascii_case(account, password))
        return fail_with(err, BERM_INVALID_INPUT,
                         "the password is the account's name; choose another");
    return BERM_OK;
}
