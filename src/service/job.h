/*
 * Jobs: work that takes long, in a queue in the store. Part of the service's face; its files are in
 * job/.
 *
 * A new kind is one row of JOB_KINDS and one function, job_function, in the module where the work
 * is done. The function reads run->task, calls job_run_progress between chunks and stops with
 * BERM_CANCELLED when that says false, and fills run->result. A job is whole or not at all: where
 * the work writes, job_run_finish belongs into its own transaction, before the commit, so that a
 * server killed at any moment does it exactly once. A function that only reads leaves finishing to
 * the runner.
 *
 * Who runs: each lane has a lock of the store's (store_lock_take), and its holder alone claims. So
 * one job of a lane runs at a time, also with several servers; the lock of a dead server is free at
 * once, and what it left "running" is queued again, at most JOB_ATTEMPTS_MAX times.
 *
 * Progress lives in the memory of the process that runs the job, and every so often in the store
 * for other servers. A long write holds SQLite's one write lock, so its progress cannot be written
 * to the same file: lane WRITE does not try there. What a crash loses is only how far the job was.
 */
#ifndef SERVICE_JOB_H
#define SERVICE_JOB_H

#include "service/access.h"

struct office;

/* ---- Kinds ----------------------------------------------------------------------------------- */

/**
 * Every kind: ROW(ENUM, name, permission, lane, function). The caller needs the
 * permission to queue it, and still when it runs and when its result is read. The functions are
 * joined to the kinds in exchange/jobs.c, from where all of them can be seen.
 */
#define JOB_KINDS(ROW)                                                                             \
    ROW(IMPORT, "import", IMPORT, WRITE, job_import)                                               \
    ROW(SCREEN, "screen", SCREEN, WRITE, job_screen)                                               \
    ROW(POLICY_DIFF, "policy_diff", POLICY_READ, READ, job_policy_diff)                            \
    ROW(EXPORT, "export", EXPORT, READ, job_export)                                                \
    ROW(CASE_BULK, "case_bulk", CASE_WORK, WRITE, job_case_bulk)                                   \
    ROW(ENTITLEMENTS_PROPOSE, "entitlements_propose", ENTITLEMENT_PROPOSE, WRITE,                  \
        job_entitlements_propose)                                                                  \
    ROW(ENTITLEMENTS_APPROVE, "entitlements_approve", ENTITLEMENT_APPROVE, WRITE,                  \
        job_entitlements_approve)

enum job_lane {
    JOB_LANE_WRITE, /* holds the write lock for long */
    JOB_LANE_READ,  /* only reads the register */
    JOB_LANE_COUNT,
};

enum job_kind {
#define JOB_KIND_ROW(id, ...) JOB_##id,
    JOB_KINDS(JOB_KIND_ROW)
#undef JOB_KIND_ROW
        JOB_KIND_COUNT,
};

enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED, JOB_STATE_COUNT };

enum {
    JOB_TASK_BYTES_MAX = 256 << 10,
    JOB_RESULT_BYTES_MAX = 256 << 10,
    JOB_ATTEMPTS_MAX = 3,
    JOBS_OPEN_MAX = 20, /* of one account that are not at their end */
    JOB_KEPT_S = 90 * 86400,
    JOB_FILE_KEPT_S = 7 * 86400,
    JOB_PATH_BYTES_MAX = 4352,
};

const char *job_kind_name(enum job_kind kind); /* "import" */
/** BERM_INVALID_INPUT with the kinds that there are. */
MUST_USE enum berm_status job_kind_find(struct text name, enum job_kind *ret_kind,
                                        struct berm_error *err);
enum permission job_kind_permission(enum job_kind kind);
const char *job_state_name(enum job_state state); /* "queued" */
MUST_USE enum berm_status job_state_find(struct text name, enum job_state *ret_state,
                                         struct berm_error *err);
static inline bool job_state_is_end(enum job_state state)
{
    return state >= JOB_DONE;
}

/* ---- The queue ------------------------------------------------------------------------------- */

struct job_order {
    enum job_kind kind;
    struct text task; /* JSON, by kind; kept as it is */
};

/**
 * Queue a job: one transaction, with an entry in the journal.
 * Errors  BERM_FORBIDDEN (the kind's permission is held nowhere), BERM_LIMIT (too many of this
 *         account wait; the task is too long).
 */
MUST_USE enum berm_status job_create(struct store *store, const struct caller *caller,
                                     const struct actor *actor, const struct job_order *order,
                                     int64_t *ret_job_id, struct berm_error *err);

struct job_progress {
    char phase[32];
    int64_t done, total; /* total 0: not known */
};

/**
 * A job as its reader may see it. Its owner sees everything, the result and its file only while
 * all roles are held that it ran with; an administrator sees neither task, result nor sentence.
 */
struct job_row {
    int64_t job_id;
    enum job_kind kind;
    enum job_state state;
    bool is_own;
    struct text actor;
    int64_t created_at_s, started_at_s, finished_at_s; /* 0: not yet */
    int64_t attempt;
    struct job_progress progress;
    struct text task;         /* empty: not for this reader */
    struct text result;       /* JSON; empty: none, or not for this reader */
    struct text failure;      /* a status' name; empty: it did not fail */
    struct text error;        /* the sentence; empty: none, or not for this reader */
    struct text cancelled_by; /* who asked to stop it; empty: nobody */
    struct text file_name;    /* of the file it made; empty: none, or not for this reader */
    int64_t file_until_s;
};

/** Owner: texts live in arena. Errors: BERM_NOT_FOUND (no such job, or somebody else's). */
MUST_USE enum berm_status job_read(struct store *store, const struct caller *caller, int64_t job_id,
                                   struct arena *arena, struct job_row *ret_row,
                                   struct berm_error *err);

struct job_filter {
    int64_t before_id; /* only older ones; 0: from the newest on */
    bool has_kind, has_state;
    enum job_kind kind;
    enum job_state state;
    int64_t limit; /* 0: none */
};
/** Texts are good during the call only. */
typedef enum berm_status job_visitor(void *context, const struct job_row *row,
                                     struct berm_error *err);
/** The caller's own, and with PERMISSION_JOB_MANAGE in the whole register everybody's. */
MUST_USE enum berm_status jobs_list(struct store *store, const struct caller *caller,
                                    const struct job_filter *filter, job_visitor *visit,
                                    void *context, struct berm_error *err);

struct job_event {
    int64_t event_id; /* grows over all jobs */
    enum job_state state;
    int64_t at_s;
};
enum { JOB_EVENTS_MAX = 64 };
/** The changes of a job's state after an event (0: all), oldest first, at most JOB_EVENTS_MAX. */
MUST_USE enum berm_status job_events(struct store *store, const struct caller *caller,
                                     int64_t job_id, int64_t after_id,
                                     struct job_event ret_events[JOB_EVENTS_MAX], size_t *ret_count,
                                     struct berm_error *err);

/**
 * Stop a job: a queued one at once, a running one as soon as its process hears of it; what is at
 * its end stays so. A job in this process is told by job_runner_cancel: try that first, because
 * while a job holds SQLite's write lock nothing can be written.
 * Errors  BERM_NOT_FOUND, BERM_CONFLICT (it is at its end), BERM_BUSY.
 */
MUST_USE enum berm_status job_cancel(struct store *store, const struct caller *caller,
                                     const struct actor *actor, int64_t job_id,
                                     struct berm_error *err);

/**
 * The path of the file that a job made, for its owner.
 * Errors  BERM_NOT_FOUND (no such job, no file, gone, or the roles are held no more).
 */
MUST_USE enum berm_status job_file(struct store *store, const struct caller *caller, int64_t job_id,
                                   struct arena *arena, char ret_path[JOB_PATH_BYTES_MAX],
                                   struct text *ret_file_name, struct berm_error *err);

/** Note in the journal that a job's file goes out: a transaction of its own, before its bytes. */
MUST_USE enum berm_status job_note_download(struct store *store, const struct actor *actor,
                                            int64_t job_id, struct berm_error *err);

/** Remove what is old: jobs, their files, uploads. Several transactions. */
MUST_USE enum berm_status jobs_sweep(struct store *store, int64_t now_s, int64_t *ret_count,
                                     struct berm_error *err);

/* ---- What a job's function gets -------------------------------------------------------------- */

struct job_run {
    struct office *office; /* open for writing, with its key where there is one; its actor asked */
    const struct caller *caller; /* with the rights that its account has now */
    int64_t job_id;
    struct text task;
    struct arena *arena;
    struct buffer result; /* the function writes JSON here */
    /* Private to the runner. */
    struct job_slot *slot;
    int64_t attempt;
    bool is_finished;
    char file_name[64];
};

typedef enum berm_status job_function(struct job_run *run, struct berm_error *err);

#define JOB_KIND_ROW(id, name, permission, lane, function) job_function function;
JOB_KINDS(JOB_KIND_ROW)
#undef JOB_KIND_ROW

/**
 * Tell how far it is; cheap, so call it for every chunk. false: stop now, leave nothing behind and
 * return BERM_CANCELLED. phase: a literal, "" where there is one only.
 */
MUST_USE bool job_run_progress(struct job_run *run, const char *phase, int64_t done, int64_t total);
/**
 * Write the job's end into the work's own transaction, with what run->result holds.
 * Errors  BERM_CONFLICT: another server took the job over; roll back.
 */
MUST_USE enum berm_status job_run_finish(struct job_run *run, struct berm_error *err);
/**
 * Where to make the job's file, which its owner downloads as name for JOB_FILE_KEPT_S. What an
 * attempt before left there is removed. Mode 0600 is the function's business.
 */
MUST_USE enum berm_status job_run_file(struct job_run *run, const char *name,
                                       char ret_path[JOB_PATH_BYTES_MAX], struct berm_error *err);
/** A job's file that is written line by line: lines are appended to the buffer. */
struct job_lines {
    char path[JOB_PATH_BYTES_MAX];
    int file; /* -1: none */
    struct buffer lines;
};
MUST_USE enum berm_status job_lines_open(struct job_run *run, const char *name,
                                         struct job_lines *lines, struct berm_error *err);
/** After each line: write them where there are many. */
MUST_USE enum berm_status job_lines_next(struct job_lines *lines, struct berm_error *err);
/** Write what is left. */
MUST_USE enum berm_status job_lines_flush(struct job_lines *lines, struct berm_error *err);
void job_lines_close(struct job_lines *lines);

/** There is no file after all. */
void job_run_drop_file(struct job_run *run);

/* ---- Running --------------------------------------------------------------------------------- */

struct job_runner;

/** 0 and NULL take what stands in the comment. */
struct job_runner_options {
    struct text store_url;
    job_function *const *functions; /* one for each kind */
    void *context;                  /* of the calls below, which come from the runner's threads */
    /** Open the register for writing, with its key; for each job anew, so its pack is the present
     * one. */
    enum berm_status (*open)(void *context, struct office **ret_office, struct berm_error *err);
    /** A job's state changed, here or elsewhere, or its progress here. NULL is fine. */
    void (*changed)(void *context, int64_t job_id);
    /** Something is wrong that no job can tell: the store cannot be opened. NULL is fine. */
    void (*failed)(void *context, const struct berm_error *error);
    int64_t poll_ms; /* 1,000: how soon a job is seen that another process queued */
};

/** Start a thread for each lane, and one that watches. Errors: BERM_NO_MEMORY, those of opening. */
MUST_USE enum berm_status job_runner_start(const struct job_runner_options *options,
                                           struct job_runner **ret_runner, struct berm_error *err);
/** A job was queued in this process: look now. */
void job_runner_wake(struct job_runner *runner);
/** How far a job is that runs in this process; false where it does not. */
bool job_runner_progress(struct job_runner *runner, int64_t job_id,
                         struct job_progress *ret_progress);
/**
 * Stop a job that runs in this process; false: it does not. The caller must be its owner or hold
 * PERMISSION_JOB_MANAGE in the whole register; only reads.
 * Errors  BERM_NOT_FOUND.
 */
MUST_USE enum berm_status job_runner_cancel(struct job_runner *runner, struct store *store,
                                            const struct caller *caller, int64_t job_id,
                                            bool *ret_is_told, struct berm_error *err);
/** Stop what runs, which is queued again and does not lose an attempt, and end. NULL is fine. */
void job_runner_stop(struct job_runner *runner);
void job_runner_stopp(struct job_runner **runner); /* leaves NULL */

/**
 * Do what is queued in all lanes in the calling thread, until nothing is left.
 * Errors  BERM_BUSY (a server holds the lanes: it does the jobs), those of the store. A job that
 *         fails is no error here.
 */
MUST_USE enum berm_status jobs_run_queued(const struct job_runner_options *options,
                                          int64_t *ret_done, int64_t *ret_failed,
                                          struct berm_error *err);

/* ---- Uploads --------------------------------------------------------------------------------- */

enum {
    UPLOAD_PIECE_BYTES_MAX = 8 << 20,
    UPLOADS_MAX = 16, /* of one account */
    UPLOAD_NAME_BYTES_MAX = 200,
    UPLOAD_KEPT_S = 2 * 86400,
};
#define UPLOAD_BYTES_MAX ((int64_t)8 << 30)   /* one */
#define UPLOADS_BYTES_MAX ((int64_t)16 << 30) /* all of one account */

struct upload_order {
    struct text file_name;
    int64_t total_bytes;
    struct text sha256; /* hexadecimal; empty: not known */
};
struct upload_row {
    int64_t upload_id;
    struct text file_name;
    int64_t total_bytes, received_bytes;
    struct text sha256;
    int64_t created_at_s, expires_at_s;
};

/**
 * Announce a file; needs PERMISSION_IMPORT somewhere. One transaction.
 * Errors  BERM_FORBIDDEN, BERM_INVALID_INPUT (name, size, hash), BERM_LIMIT (too many, too large).
 */
MUST_USE enum berm_status upload_create(struct store *store, const struct caller *caller,
                                        const struct upload_order *order, int64_t *ret_upload_id,
                                        struct berm_error *err);
/** Owner: texts live in arena. Errors: BERM_NOT_FOUND (also: somebody else's, or expired). */
MUST_USE enum berm_status upload_read(struct store *store, const struct caller *caller,
                                      int64_t upload_id, struct arena *arena,
                                      struct upload_row *ret_row, struct berm_error *err);
/**
 * Append a piece at an offset. Writes the file only, never the store: it waits for nobody. The
 * piece is on the disk when it returns.
 * Errors  BERM_NOT_FOUND, BERM_CONFLICT (the offset is not the one reached: *ret_received_bytes
 *         tells it, also then), BERM_LIMIT (more than was announced), BERM_BUSY (another piece is
 *         coming in), BERM_IO.
 */
MUST_USE enum berm_status upload_append(struct store *store, const struct caller *caller,
                                        int64_t upload_id, int64_t offset, struct text piece,
                                        int64_t *ret_received_bytes, struct berm_error *err);
/** BERM_NOT_FOUND. */
MUST_USE enum berm_status upload_delete(struct store *store, const struct caller *caller,
                                        int64_t upload_id, struct berm_error *err);
/**
 * The path of a whole upload, its hash checked where one was told.
 * Errors  BERM_NOT_FOUND, BERM_CONFLICT (bytes are missing), BERM_INVALID_INPUT (another hash).
 */
MUST_USE enum berm_status upload_path(struct store *store, const struct caller *caller,
                                      int64_t upload_id, struct arena *arena,
                                      char ret_path[JOB_PATH_BYTES_MAX], struct text *ret_file_name,
                                      struct berm_error *err);
/** Inside a writing transaction: the row goes now, the file by upload_remove_file or a sweep. */
MUST_USE enum berm_status upload_forget(struct store *store, int64_t upload_id,
                                        struct berm_error *err);
void upload_remove_file(struct store *store, int64_t upload_id);

#endif
