/*
 * Casework: the way of a case from lead to closed, as a pack's states.csv and workflow.csv lay it
 * down. Pure: what is known of a case comes in as struct case_view, what may be done comes out;
 * storing it is the service's.
 *
 * Files: workflow (reading the tables), sound (what every workflow must hold, looked at when it is
 * read), step (what a person may do now, and what is missing), words (the same in plain words),
 * calendar (days that count).
 *
 * A state is where a case is; a step leads from one state to another (or stays: planning measures).
 * The stage of a state says what the state means to the program, whatever the pack calls it.
 */
#ifndef CASEWORK_CASEWORK_H
#define CASEWORK_CASEWORK_H

#include "register/register.h"

/* ---- Calendar -------------------------------------------------------------------------------- */

/** A day that differs from its weekday: holidays.csv. */
struct special_day {
    date_days date;
    bool is_working;
    struct text label; /* for people */
};

struct calendar {
    const struct special_day *days; /* by date */
    size_t count;
};

/**
 * Read holidays.csv: date, kind (holiday, workday), label.
 * Owner   in arena; texts are copied.
 * Errors  BERM_INVALID_INPUT with line, column and file: a date twice, a kind that is none, ...
 */
MUST_USE enum berm_status calendar_read(struct arena *arena, struct text csv,
                                        struct calendar *ret_calendar, struct berm_error *err);
/** Monday to Friday, but for special days. */
bool calendar_is_working(const struct calendar *calendar, date_days day);

enum day_kind { CALENDAR_DAYS, WORKING_DAYS };

/** A number of days; count 0: none are set. */
struct clock_days {
    int count;
    enum day_kind kind;
};

/** The last day of a clock that an event on this day started; the day itself does not count. */
date_days clock_end(const struct calendar *calendar, date_days event, struct clock_days days);

/* ---- Workflow -------------------------------------------------------------------------------- */

enum {
    WORKFLOW_STATES_MAX = 64,
    WORKFLOW_STEPS_MAX = 256,
    WORKFLOW_STEPS_OF_STATE_MAX = 32,
};

/** In the order in which a case goes through them. */
enum case_stage {
    STAGE_LEAD,           /* somebody told of a danger; nobody has looked yet */
    STAGE_IDENTIFICATION, /* is it so? */
    STAGE_MONITORED,      /* it is, and help is given */
    STAGE_ELIMINATION,    /* is the danger gone? */
    STAGE_WATCHED,        /* it is: the risk is eliminated, and the household stays in sight */
    STAGE_ENDED,          /* nothing more is done in this case */
    STAGE_COUNT,
};
const char *case_stage_name(enum case_stage stage);
bool case_stage_find(struct text name, enum case_stage *ret_stage);

/** What a step may want besides the role: proof that stands in the register. */
enum need {
    NEED_VISIT,              /* a visit since the case came into this stage */
    NEED_REASON,             /* words of the person who does it */
    NEED_SIGNATURE,          /* a signed paper of the household in this case */
    NEED_DATA_MATCH,         /* a match of its data since the case came into this stage */
    NEED_SECOND_PERSON,      /* somebody else than who did the step before */
    NEED_NOTICE,             /* a notice was posted in this state and its days have passed */
    NEED_NO_OBJECTION,       /* no objection is open */
    NEED_MEASURES_PLANNED,   /* each finding has its measure */
    NEED_MEASURES_DELIVERED, /* each measure has its result */
    NEED_INCOME_HELD,        /* yearly income above the range at so many month-ends in a row */
    NEED_GUARANTEES_HELD,    /* schooling, medical care and housing */
    NEED_WATER_HELD,         /* safe water */
    NEED_EXPENSES_SOLVED,    /* no large expense is open */
    NEED_LABOUR,             /* somebody of the household can work */
    NEED_MONTHS_PASSED,      /* so many months in this state */
    NEED_COUNT,
};
const char *need_name(enum need need);

typedef uint32_t need_set; /* 1 << need */

struct workflow_state {
    struct text code;
    enum case_stage stage;
    struct text label_en, label_zh;
    struct text source;
    size_t first_step, step_count; /* its steps, in the file's order */
};

struct workflow_step {
    int from, to;            /* states */
    struct text action;      /* unique in its state */
    struct text role;        /* who may */
    struct clock_days clock; /* it is due so many days after the case came into the state */
    need_set needs;
    struct clock_days notice; /* NEED_NOTICE */
    int income_months;        /* NEED_INCOME_HELD */
    int months;               /* NEED_MONTHS_PASSED */
    struct text label_en, label_zh;
    struct text source;
    int32_t line;
};

struct workflow {
    const struct workflow_state *states;
    size_t state_count;
    const struct workflow_step *steps; /* by state */
    size_t step_count;
    int first_state; /* of a new case */
};

/**
 * Read states.csv (code, stage, label_en, label_zh, source) and workflow.csv (from, action, to,
 * role, clock_days, clock_kind, needs, label_en, label_zh, source). from: a state, or a stage's
 * name in angle brackets for all states of it, "<any>" for all that are not ended. needs: names
 * with blanks between, "notice=5", "notice=5w" (working days), "income_held=6", "months_passed=12".
 * Owner   in arena; texts are copied.
 * Errors  BERM_INVALID_INPUT with line, column and file: what is no state, stage, action or need
 *         (with a suggestion), a step twice, and all that workflow_check_sound finds; BERM_LIMIT.
 */
MUST_USE enum berm_status workflow_read(struct arena *arena, struct text states_csv,
                                        struct text workflow_csv,
                                        const struct workflow **ret_workflow,
                                        struct berm_error *err);
/**
 * What holds for every workflow: one state begins; each is reached from it, and from each that is
 * not ended an end is reached; no stage is left out, and none but the ended ones leads back before
 * monitored (an appeal); nobody comes to be monitored without a visit and a second person; no way
 * leads from monitored to watched without delivered measures, income that held, guarantees, water,
 * expenses and a second person; a case ends with a reason, or after months of watching.
 */
MUST_USE enum berm_status workflow_check_sound(const struct workflow *workflow,
                                               struct berm_error *err);

int workflow_state_find(const struct workflow *workflow, struct text code); /* -1: none */
/** The step of a state by its action; NULL: none. */
const struct workflow_step *workflow_step_find(const struct workflow *workflow, int state,
                                               struct text action);
/** The action of this state that is nearest to a word, for a suggestion; length 0 where none is. */
struct text workflow_action_nearest(const struct workflow *workflow, int state, struct text word);

/* ---- A case ---------------------------------------------------------------------------------- */

/** What the register knows of a case, so far as steps ask for it. */
struct case_view {
    int state;
    date_days entered; /* when it came into the state */
    uint32_t done;     /* steps of the state that stay in it and were done since: 1 << position */
    need_set met;      /* those that do not ask for numbers and persons below */
    bool has_notice;
    date_days notice_posted; /* in this state */
    int income_months;       /* month-ends in a row above the range, up to the last one screened */
    bool is_same_person;     /* who asks did the step before */
};

/** What is missing for a step today; empty: it may be done, by who holds the role. */
need_set case_missing(const struct calendar *calendar, const struct workflow_step *step,
                      const struct case_view *view, date_days today);

/** The clock that runs in the state: the earliest end of its steps that are not done. */
bool case_due(const struct calendar *calendar, const struct workflow *workflow,
              const struct case_view *view, const struct workflow_step **ret_step,
              date_days *ret_due);

/** What is missing and what to do about it, in plain words, without a full stop: "an objection is
 * open: settle it first". step: whose need it is, for its numbers. */
void need_write(const struct workflow_step *step, enum need need, bool is_chinese,
                struct buffer *out);
/** All of a set, one behind the other. */
void needs_write(const struct workflow_step *step, need_set needs, bool is_chinese,
                 struct buffer *out);

/* ---- The account of problems ----------------------------------------------------------------- */

/**
 * Households by what became of them. found: once monitored, cases that came back counted once for
 * each time; it is always open + eliminated + struck off + left.
 */
struct case_account {
    int64_t found;
    int64_t open;       /* monitored, or elimination under way */
    int64_t eliminated; /* watched */
    int64_t struck_off; /* ended after watching */
    int64_t left;       /* ended otherwise: moved away, died, found by mistake */
};
/** So many cases went from one stage to another. */
void case_account_move(struct case_account *account, enum case_stage from, enum case_stage to,
                       int64_t count);
bool case_account_balances(const struct case_account *account);

#endif
