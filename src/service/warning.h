/*
 * Warnings: what a health, school, water or banking register tells of a person or a household. Part
 * of the service's face; its files are in warning/. docs/reference/warnings.md is the contract with
 * those who send.
 *
 * A warning is kept whatever it says. Where it matches one household, what its kind sets becomes
 * fact and the household is screened again, all in one transaction; where it matches nobody or
 * several, a person decides.
 *
 *   body.c     a JSON text to what was sent      check.c    is it complete, can it be
 *   match.c    whom it means                     apply.c    what it sets, and the screening again
 *   receive.c  one, and many lines               decide.c   by a person: whom it means, or nobody
 *   read.c     one, and lists
 */
#ifndef SERVICE_WARNING_H
#define SERVICE_WARNING_H

#include "service/access.h"
#include "service/look.h"
#include "service/screen_again.h"

enum { WARNING_BODY_BYTES_MAX = 1 << 16, WARNING_REASON_BYTES_MAX = 1000 };

enum warning_state {
    WARNING_MATCHED,
    WARNING_UNMATCHED, /* nobody in the register, or nobody where the sender may send */
    WARNING_AMBIGUOUS, /* several, or what it says of them does not agree */
    WARNING_DISMISSED,
    WARNING_STATE_COUNT,
};
const char *warning_state_name(enum warning_state state);
MUST_USE enum berm_status warning_state_find(struct text name, enum warning_state *ret_state,
                                             struct berm_error *err);

/** A warning as it was sent: texts; empty: not given. */
struct warning_input {
    struct text source, reference, kind;
    struct text month, date; /* of the event: one of the two */
    struct text amount, value, note;
    struct text household, person; /* codes */
    struct text id_type, id_number;
    struct text name, birth_date;
    struct text area; /* code: where they live, by the sender's books */
};

/** What came of it. */
struct warning_answer {
    const char *field; /* with BERM_INVALID_INPUT: the member that is wrong; "": the whole */
    int64_t warning_id;
    bool is_repeated; /* it was delivered before, and this is what came of it then */
    /* All below: only for who may read the warning, which a sender need not; else zero. Whether
     * somebody is in the register is nothing that a sender is told. */
    bool is_told;
    enum warning_state state;
    struct text household, person; /* codes */
    const struct finding_began *began;
    size_t began_count;
};

/**
 * Read a JSON object. *ret_field as in struct warning_answer.
 * Owner   in arena.
 * Errors  BERM_INVALID_INPUT (no JSON, no object, an unknown member with a suggestion, no text
 *         where one is wanted), BERM_LIMIT (more than WARNING_BODY_BYTES_MAX).
 */
MUST_USE enum berm_status warning_body_read(struct text body, struct arena *arena,
                                            struct warning_input *ret_input, const char **ret_field,
                                            struct berm_error *err);

/**
 * Take a warning: one transaction. A second delivery of the same source and reference changes
 * nothing and is answered as the first.
 * Owner   ret_answer in arena; written on failure too (field).
 * Errors  BERM_INVALID_INPUT, BERM_CONFLICT (the reference was used for something else),
 *         BERM_NOT_FOUND (the area, or it is not the sender's), BERM_FORBIDDEN, BERM_BUSY, those of
 *         screen_again.
 */
MUST_USE enum berm_status warning_receive(struct office *office, const struct caller *caller,
                                          const struct actor *actor,
                                          const struct warning_input *input, struct arena *arena,
                                          struct warning_answer *ret_answer,
                                          struct berm_error *err);

/** One line of many: its answer, or what is wrong with it. */
struct warning_line {
    struct warning_answer answer;
    struct berm_error error; /* status BERM_OK: it was taken */
};
/**
 * Take a JSON text of a line. Each is a transaction of its own, so that a broken line hurts no
 * other; put a store_batch around several hundred.
 * Errors  only those that stop all: the store's, BERM_NO_MEMORY. What is wrong with the line is
 *         told in ret_line.
 */
MUST_USE enum berm_status warning_receive_line(struct office *office, const struct caller *caller,
                                               const struct actor *actor, struct text body,
                                               struct arena *arena, struct warning_line *ret_line,
                                               struct berm_error *err);

/** A warning on record. Texts that are above the caller's class are HIDDEN_VALUE. */
struct warning_row {
    int64_t warning_id;
    struct text received_at, account, source, reference, kind;
    enum warning_state state;
    month_number month;
    struct text payload;                 /* JSON, or HIDDEN_VALUE */
    struct text household, person, area; /* codes; empty: none */
    struct text decided_at, decided_by, reason;
    bool kind_is_sensitive;    /* and told: showing it is a look (look.h) */
    bool payload_is_sensitive; /* the same of what was sent */
};
enum { WARNING_NUMBER_MAX = 24 };
/** The look that showing it is: at its household; at the warning, by its number, where it has none.
 */
struct look warning_look(const struct warning_row *row, char number[WARNING_NUMBER_MAX]);

typedef enum berm_status warning_visitor(void *context, const struct warning_row *row,
                                         struct berm_error *err);
struct warning_filter {
    bool has_state;
    enum warning_state state;
    struct text area; /* code; empty: everywhere */
    int64_t before;   /* only warnings with a lower id; 0: from the newest on */
    int64_t limit;    /* 0: all */
};
/** Newest first, in one snapshot. Errors: BERM_FORBIDDEN, BERM_NOT_FOUND (area); the visitor's. */
MUST_USE enum berm_status warnings_list(struct office *office, const struct caller *caller,
                                        const struct warning_filter *filter, warning_visitor *visit,
                                        void *context, struct berm_error *err);
/** One warning, with what its screening opened. Owner: in arena. Errors: BERM_NOT_FOUND,
 * BERM_FORBIDDEN. */
MUST_USE enum berm_status warning_read(struct office *office, const struct caller *caller,
                                       int64_t warning_id, struct arena *arena,
                                       struct warning_row *ret_row,
                                       const struct finding_began **ret_began,
                                       size_t *ret_began_count, struct berm_error *err);

/*
 * A person decides about a warning that is unmatched or ambiguous: one transaction each. The caller
 * must be allowed to read the warning, and to send where the household is.
 * Errors  BERM_NOT_FOUND (warning, person or household, or not the caller's), BERM_CONFLICT (it was
 *         decided already), BERM_INVALID_INPUT, BERM_FORBIDDEN, those of screen_again.
 */

/** It means this person, or this household as a whole: codes, one of them empty. */
MUST_USE enum berm_status warning_resolve(struct office *office, const struct caller *caller,
                                          const struct actor *actor, int64_t warning_id,
                                          struct text person, struct text household,
                                          struct arena *arena, struct warning_answer *ret_answer,
                                          struct berm_error *err);
/** It means nobody, for a reason that is kept. */
MUST_USE enum berm_status warning_dismiss(struct office *office, const struct caller *caller,
                                          const struct actor *actor, int64_t warning_id,
                                          struct text reason, struct berm_error *err);

#endif
