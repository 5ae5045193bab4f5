/*
 * Grievances: what households and others object to or complain of, and appeals against decisions.
 * Part of the service's face; its files are in grievance/. docs/guide/grievances.md walks through
 * it.
 *
 * A grievance is taken down by anybody who works with households, belongs to an owner who had no
 * part in what it is about, has a clock, and ends with an answer in words. Upheld, it may put right
 * what it is about: open the case again, or begin one. Whoever is not content with the answer has
 * it looked at once more, by somebody else.
 *
 *   take.c    taking down           handle.c  owner, answer, once more, closed, withdrawn
 *   outside.c who has a part in it  remedy.c  what an upheld one puts right
 *   words.c   states, channels, ... read.c    one, and lists
 */
#ifndef SERVICE_GRIEVANCE_H
#define SERVICE_GRIEVANCE_H

#include "service/access.h"
#include "service/look.h"

enum { GRIEVANCE_TEXT_BYTES_MAX = 4000, GRIEVANCE_NAME_BYTES_MAX = 200, GRIEVANCE_LEVELS_MAX = 9 };

enum grievance_state {
    GRIEVANCE_RECEIVED,    /* nobody owns it yet */
    GRIEVANCE_IN_PROGRESS, /* its owner looks into it */
    GRIEVANCE_RESOLVED,    /* answered; who complained may want it looked at once more */
    GRIEVANCE_CLOSED,
    GRIEVANCE_WITHDRAWN,
    GRIEVANCE_STATE_COUNT,
};
enum grievance_kind { GRIEVANCE_COMPLAINT, GRIEVANCE_APPEAL, GRIEVANCE_KIND_COUNT };
enum grievance_subject {
    ABOUT_DECISION, /* a step of a case */
    ABOUT_MEASURE,
    ABOUT_PAYMENT,
    ABOUT_DATA,
    ABOUT_CONDUCT,
    ABOUT_OTHER,
    GRIEVANCE_SUBJECT_COUNT,
};
enum grievance_channel {
    CHANNEL_OFFICE,
    CHANNEL_VISIT,
    CHANNEL_PHONE,
    CHANNEL_LETTER,
    CHANNEL_LINK, /* self-report */
    GRIEVANCE_CHANNEL_COUNT,
};
enum grievance_outcome {
    OUTCOME_NONE,
    OUTCOME_UPHELD,
    OUTCOME_PARTLY_UPHELD,
    OUTCOME_REJECTED,
    GRIEVANCE_OUTCOME_COUNT,
};
/** What an upheld grievance puts right, in the answer's own transaction. */
enum grievance_remedy {
    REMEDY_NONE,   /* the answer's words say what was done */
    REMEDY_REOPEN, /* the step of the household's last case that takes it up again */
    REMEDY_LEAD,   /* a lead, so that somebody looks at the household */
    GRIEVANCE_REMEDY_COUNT,
};

/** The lists of words of the enumerations above, as they are written everywhere. */
enum grievance_word {
    WORD_STATE,
    WORD_KIND,
    WORD_ABOUT,
    WORD_CHANNEL,
    WORD_OUTCOME, /* OUTCOME_NONE: "" */
    WORD_REMEDY,
};
const char *grievance_word(enum grievance_word list, int position);
/** BERM_INVALID_INPUT with the words that there are. */
MUST_USE enum berm_status grievance_word_find(enum grievance_word list, struct text word,
                                              int *ret_position, struct berm_error *err);

/** As it is told: texts; empty: not given. */
struct grievance_input {
    struct text kind, about, channel; /* words of the enumerations above */
    struct text household;            /* code; empty: of nobody in the register */
    struct text area;                 /* code: where it lies, where no household is named */
    struct text complainant, contact; /* empty: without a name */
    struct text details;              /* what is complained of */
};

/**
 * Take one down: one transaction. Its clock begins today.
 * Errors  BERM_INVALID_INPUT (*ret_field: the member that is wrong), BERM_NOT_FOUND (household or
 *         area, or not the caller's), BERM_FORBIDDEN, BERM_BUSY.
 */
MUST_USE enum berm_status grievance_take(struct office *office, const struct caller *caller,
                                         const struct actor *actor,
                                         const struct grievance_input *input,
                                         int64_t *ret_grievance_id, const char **ret_field,
                                         struct berm_error *err);

/*
 * Steps by a person, each one transaction with an entry in the journal.
 * Errors  BERM_NOT_FOUND (no such grievance, or not the caller's), BERM_FORBIDDEN, BERM_CONFLICT
 *         (its state does not allow it, somebody was quicker, or the person has a part in it),
 *         BERM_INVALID_INPUT.
 */

/** Give it to an account that handles grievances there and has no part in what it is about. */
MUST_USE enum berm_status grievance_assign(struct office *office, const struct caller *caller,
                                           const struct actor *actor, int64_t grievance_id,
                                           struct text owner, struct berm_error *err);

struct grievance_answer {
    struct text outcome, remedy; /* words; remedy empty: none */
    struct text answer;          /* for who complained: what was decided, and why */
};
/** By its owner. What remedy names is done in the same transaction, or nothing is answered. */
MUST_USE enum berm_status grievance_resolve(struct office *office, const struct caller *caller,
                                            const struct actor *actor, int64_t grievance_id,
                                            const struct grievance_answer *answer,
                                            struct berm_error *err);
/** Who complained is not content: a new clock, and somebody else than before. */
MUST_USE enum berm_status grievance_escalate(struct office *office, const struct caller *caller,
                                             const struct actor *actor, int64_t grievance_id,
                                             struct text reason, struct berm_error *err);
/** Who complained was told the answer. */
MUST_USE enum berm_status grievance_close(struct office *office, const struct caller *caller,
                                          const struct actor *actor, int64_t grievance_id,
                                          struct text note, struct berm_error *err);
/** Who complained takes it back. */
MUST_USE enum berm_status grievance_withdraw(struct office *office, const struct caller *caller,
                                             const struct actor *actor, int64_t grievance_id,
                                             struct text reason, struct berm_error *err);

/** One on record. Texts above the caller's class are HIDDEN_VALUE. */
struct grievance_row {
    int64_t grievance_id;
    struct text received_at, received_by;
    struct text kind, about, channel, state, outcome, remedy; /* words */
    struct text household, area;                              /* codes; household empty: none */
    struct text complainant, contact, details, answer;
    struct text owner;
    struct text due_on; /* empty: no clock runs */
    bool is_overdue;
    int64_t level;        /* 1; one more each time it is looked at again */
    bool shows_sensitive; /* what was told is in plain sight: showing it is a look */
};
enum { GRIEVANCE_NUMBER_MAX = 24 };
/** The look that showing it is: at its household; at the grievance, by number, where it has none.
 */
struct look grievance_look(const struct grievance_row *row, char number[GRIEVANCE_NUMBER_MAX]);

struct grievance_step_row {
    struct text at, actor, action, from_state, to_state, owner, note;
};

struct grievance_filter {
    struct text area;      /* code; empty: everywhere */
    struct text state;     /* empty: any */
    struct text owner;     /* empty: anybody's */
    struct text household; /* code; empty: any */
    bool is_overdue;       /* only those whose clock has run out */
    int64_t before;        /* only those with a lower number; 0: from the newest on */
    int64_t limit;         /* 0: all */
};
typedef enum berm_status grievance_visitor(void *context, const struct grievance_row *row,
                                           struct berm_error *err);
/** Newest first, in one snapshot. Errors: BERM_FORBIDDEN, BERM_NOT_FOUND (area); the visitor's. */
MUST_USE enum berm_status grievances_list(struct office *office, const struct caller *caller,
                                          const struct grievance_filter *filter,
                                          grievance_visitor *visit, void *context,
                                          struct berm_error *err);
/** One, with what was done. Owner: in arena. Errors: BERM_NOT_FOUND, BERM_FORBIDDEN. */
MUST_USE enum berm_status grievance_read(struct office *office, const struct caller *caller,
                                         int64_t grievance_id, struct arena *arena,
                                         struct grievance_row *ret_row,
                                         const struct grievance_step_row **ret_steps,
                                         size_t *ret_step_count, struct berm_error *err);

#endif
