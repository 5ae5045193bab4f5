/* Threads for work that is read from the register and added up at the end; a run that also writes
 * has its own order to keep (run.c). */
#include "service/screen/threads.h"

#include <pthread.h>
#include <unistd.h>

struct team {
    thread_work *work;
    void *context;
    struct share *share;
    pthread_mutex_t mutex;
    struct berm_error error; /* the first; guarded by mutex */
};

struct member {
    struct team *team;
    int number;
};

int thread_count_of(int wanted)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int count = wanted > 0 ? wanted : (int)processors;

    return count < 1 ? 1 : count > THREADS_MAX ? THREADS_MAX : count;
}

bool share_take(struct share *share, int64_t *ret_number)
{
    *ret_number = atomic_fetch_add(&share->next, 1);
    return *ret_number < share->count;
}

static void *run_member(void *argument)
{
    const struct member *member = argument;
    struct team *team = member->team;
    struct berm_error error = {0};

    if (team->work(team->context, member->number, &error) != BERM_OK) {
        pthread_mutex_lock(&team->mutex);
        if (team->error.status == BERM_OK)
            team->error = error;
        pthread_mutex_unlock(&team->mutex);
        atomic_store(&team->share->next, team->share->count);
    }
    return NULL;
}

enum berm_status threads_run(int count, thread_work *work, void *context, struct share *share,
                             struct berm_error *err)
{
    struct team team = {
        .work = work, .context = context, .share = share, .mutex = PTHREAD_MUTEX_INITIALIZER};
    struct member members[THREADS_MAX];
    pthread_t threads[THREADS_MAX];
    int started = 1;

    assert(count > 0 && count <= THREADS_MAX);
    members[0] = (struct member){&team, 0};
    while (started < count) { /* fewer do the same work, only more slowly */
        members[started] = (struct member){&team, started};
        if (pthread_create(&threads[started], NULL, run_member, &members[started]) != 0)
            break;
        started++;
    }
    (void)run_member(&members[0]);
    for (int t = 1; t < started; t++)
        pthread_join(threads[t], NULL);
    pthread_mutex_destroy(&team.mutex);
    if (team.error.status != BERM_OK && err)
        *err = team.error;
    return team.error.status;
}
