/*
 * Documents on paper: what is handed to a household, posted in a village, taken to a doorstep. Each
 * gets its data from services, so that areas and masks hold as everywhere, and draws it by paper.
 *
 *   document.c  which there are; what all of them share
 *   card.c      a household's card: members, findings, help, money, whom to call
 *   visit.c     the sheet for a visit: what is known, what to ask, signatures
 *   notice.c    the list that is posted in public: names and numbers masked
 *   payment.c   a batch of payments: payees, amounts, accounts masked, two signatures
 *   letter.c    what was decided about a case, and why, in plain words
 *   words.c     values, relations and days as people read them
 */
#ifndef DOCUMENT_DOCUMENT_H
#define DOCUMENT_DOCUMENT_H

#include "paper/paper.h"
#include "view/view.h"

enum document_kind {
    DOCUMENT_CARD,
    DOCUMENT_VISIT,
    DOCUMENT_NOTICE,
    DOCUMENT_PAYMENT,
    DOCUMENT_LETTER,
    DOCUMENT_KIND_COUNT,
};

enum {
    DOCUMENT_ARENA_BYTES = 256 << 20, /* enough for the longest notice */
    NOTICE_ROWS_MAX = 20000,          /* households of a notice, lines of a payment list */
    NOTICE_ROWS_AT_ONCE_MAX = 2000,   /* of one that somebody waits for at a server */
};

struct document_order {
    enum document_kind kind;
    enum language language;
    struct text household; /* card, visit, letter: its code */
    struct text area;      /* notice: its code */
    struct text state;     /* notice: cases in this state; empty: what the month found */
    struct text batch;     /* payment: its code */
    int64_t step_number;   /* letter: of the case; 0: the last one */
    size_t row_max;        /* notice, payment: rows; up to NOTICE_ROWS_MAX */
    month_number month;    /* whose findings; a screened one */
    date_days day;         /* of the printing: on the paper, and in the file */
    struct text printed_by;
};

struct document {
    struct paper_made made;
    int64_t row_count; /* notice: households */
    /* A known sensitive value is on it: whoever hands it out notes this look first (look.h). */
    bool shows_sensitive;
    struct look look;
};

/**
 * Make a document for a caller, as a PDF at the end of pdf.
 * Owner   what ret_document points to is in arena.
 * Errors  BERM_NOT_FOUND (no such household or area, or not the caller's), BERM_FORBIDDEN,
 *         BERM_INVALID_INPUT (archived), BERM_LIMIT (more than row_max: print it area by area),
 *         those of paper_make.
 */
MUST_USE enum berm_status document_make(struct office *office, const struct caller *caller,
                                        const struct document_order *order, struct arena *arena,
                                        struct buffer *pdf, struct document *ret_document,
                                        struct berm_error *err);

/** One sentence where characters were printed as their numbers, with the remedy; else empty. */
struct text document_missing_note(const struct document *document, struct arena *arena);

#endif
