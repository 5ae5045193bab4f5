/*
 * The journal for people. An entry's subject may be anything: a household, a file, an account, the
 * whole register. It names areas only by chance, so it cannot be told which area an entry belongs
 * to, and a reader of one area could learn of another's households from the rest. So the whole
 * journal is for those who hold the permission in the whole register; everybody else with an
 * account sees what they did themselves, through the server.
 */
#include "service/access.h"
#include "service/journal/private.h"

/* Whether the caller reads all entries, in the present transaction. */
static enum berm_status reads_all(struct store *store, const struct caller *caller,
                                  bool *ret_reads_all, struct berm_error *err)
{
    enum berm_status status;

    if (!caller_holds(caller, PERMISSION_JOURNAL_READ)) {
        *ret_reads_all = false;
        return BERM_OK;
    }
    status = caller_check_everywhere(store, caller, PERMISSION_JOURNAL_READ, err);
    *ret_reads_all = status == BERM_OK;
    return status == BERM_FORBIDDEN ? BERM_OK : status;
}

/* Each list has the same columns and parameters and goes by an index of its own. */
static enum statement_id statement_for(const struct journal_filter *filter, struct text actor)
{
    if (!filter->is_newest_first)
        return STATEMENT_JOURNAL_OLDEST_FIRST;
    if (filter->subject.length > 0)
        return STATEMENT_JOURNAL_OF_SUBJECT;
    return actor.length > 0 ? STATEMENT_JOURNAL_OF_ACTOR : STATEMENT_JOURNAL_NEWEST_FIRST;
}

_Static_assert((int)JOURNAL_OLDEST_FIRST__ACTOR == (int)JOURNAL_OF_SUBJECT__ACTOR &&
                   (int)JOURNAL_OLDEST_FIRST__ACTOR == (int)JOURNAL_OF_ACTOR__ACTOR &&
                   (int)JOURNAL_OLDEST_FIRST__ACTOR == (int)JOURNAL_NEWEST_FIRST__ACTOR &&
                   (int)JOURNAL_OLDEST_FIRST__COUNT == (int)JOURNAL_OF_SUBJECT__COUNT &&
                   (int)JOURNAL_OLDEST_FIRST__COUNT == (int)JOURNAL_OF_ACTOR__COUNT &&
                   (int)JOURNAL_OLDEST_FIRST__COUNT == (int)JOURNAL_NEWEST_FIRST__COUNT,
               "the parameters are bound by one statement's numbers");

/* A beginning of 2020-09-30T08:00:00.000Z: anything else would be compared all the same, and find
 * nothing or everything. */
enum berm_status journal_time_check(struct text time, struct berm_error *err)
{
    static const char FORM[] = "dddd-dd-ddTdd:dd:dd.dddZ";
    bool is_good = time.length == 0 || (time.length >= 4 && time.length < sizeof FORM);
    date_days date;

    for (size_t i = 0; is_good && i < time.length; i++)
        is_good = FORM[i] == 'd' ? time.bytes[i] >= '0' && time.bytes[i] <= '9'
                                 : time.bytes[i] == FORM[i];
    if (!is_good)
        return fail_with(err, BERM_INVALID_INPUT,
                         "\"%.*s\" is no time; write a day or an instant in UTC, or its beginning, "
                         "such as 2020-09, 2020-09-30 or 2020-09-30T08:00",
                         (int)(time.length < 40 ? time.length : 40), time.bytes);
    return time.length < 10 ? BERM_OK : date_parse((struct text){time.bytes, 10}, &date, err);
}

enum berm_status journal_list(struct store *store, const struct caller *caller,
                              const struct journal_filter *filter, journal_visitor *visit,
                              void *context, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct text actor = filter->actor;
    bool is_all, has_row;

    TRY(journal_time_check(filter->from, err));
    TRY(journal_time_check(filter->to, err));
    TRY(store_begin_read(store, err));
    snapshot = store;
    TRY(reads_all(store, caller, &is_all, err));
    if (!is_all && actor.length > 0 && !text_equal(actor, caller->name))
        return BERM_OK; /* somebody else's entries are not there */
    if (!is_all)
        actor = caller->name;
    TRY(statement_prepare(store, statement_for(filter, actor), &list, err));
    statement_bind_int64(list, JOURNAL_OLDEST_FIRST__AFTER, filter->after_id);
    statement_bind_int64(list, JOURNAL_OLDEST_FIRST__BEFORE,
                         filter->before_id ? filter->before_id : INT64_MAX);
    statement_bind_text(list, JOURNAL_OLDEST_FIRST__ACTOR, actor);
    statement_bind_text(list, JOURNAL_OLDEST_FIRST__SUBJECT, filter->subject);
    statement_bind_text(list, JOURNAL_OLDEST_FIRST__ACTION, filter->action);
    statement_bind_text(list, JOURNAL_OLDEST_FIRST__FROM, filter->from);
    statement_bind_text(list, JOURNAL_OLDEST_FIRST__TO, filter->to);
    statement_bind_int64(list, JOURNAL_OLDEST_FIRST__OWN, !is_all);
    statement_bind_int64(list, JOURNAL_OLDEST_FIRST__COUNT,
                         filter->limit > 0 ? filter->limit : INT64_MAX);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        struct journal_entry entry = entry_of_row(list);

        TRY(visit(context, &entry, statement_int64(list, 12), err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}
