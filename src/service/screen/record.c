/*
 * What a run found, stored: the run's record, spells that end and begin, standings, and the entry
 * in the journal. A month's run and the screening of changed households go through here alike, so
 * that every spell points to a run of one of the two kinds.
 */
#include "service/screen/record.h"

#include <stdio.h>

static const char *const STATES[] = {[RUN_OF_MONTH] = "published", [RUN_AGAIN] = "again"};
static const char *const ACTIONS[] = {[RUN_OF_MONTH] = "screen", [RUN_AGAIN] = "screen_again"};

enum berm_status run_writer_prepare(struct run_writer *writer, struct berm_error *err)
{
    struct store *store = writer->office->store;

    TRY(statement_prepare(store, STATEMENT_FINDING_INSERT, &writer->insert, err));
    TRY(statement_prepare(store, STATEMENT_FINDING_CLOSE, &writer->close, err));
    TRY(statement_prepare(store, STATEMENT_STANDING_INSERT, &writer->standing, err));
    return statement_prepare(store, STATEMENT_SEARCH_HOUSEHOLD_SET_RISK, &writer->risk, err);
}

void run_writer_close(struct run_writer *writer)
{
    statement_closep(&writer->insert);
    statement_closep(&writer->close);
    statement_closep(&writer->standing);
    statement_closep(&writer->risk);
}

enum berm_status run_writer_begin(struct run_writer *writer, enum run_kind kind, month_number month,
                                  int64_t change_id, struct berm_error *err)
{
    struct store *store = writer->office->store;
    const struct pack *pack = writer->pack;
    CLEANUP(statement_closep) struct statement *run = NULL;
    char now[32];

    writer->kind = kind;
    writer->month = month;
    writer->change_id = change_id;
    TRY(id_take(store, "run", 1, &writer->run_id, err));
    TRY(statement_prepare(store, STATEMENT_RUN_INSERT, &run, err));
    statement_bind_int64(run, RUN_INSERT__RUN_ID, writer->run_id);
    statement_bind_month(run, RUN_INSERT__MONTH, month);
    statement_bind_text(run, RUN_INSERT__STATE, text_of(STATES[kind]));
    statement_bind_text(run, RUN_INSERT__PACK, pack->name);
    statement_bind_text(run, RUN_INSERT__PACK_VERSION, pack->version);
    statement_bind_text(run, RUN_INSERT__PACK_SHA256, pack->sha256);
    statement_bind_text(run, RUN_INSERT__STARTED_AT, instant_now(now));
    if (change_id == 0)
        statement_bind_null(run, RUN_INSERT__CHANGE_ID);
    else
        statement_bind_int64(run, RUN_INSERT__CHANGE_ID, change_id);
    return statement_run(run, err);
}

static enum berm_status store_openings(struct run_writer *writer,
                                       const struct screen_outcome *outcome, struct berm_error *err)
{
    const struct pack *pack = writer->pack;
    struct statement *insert = writer->insert;
    int64_t finding_id;

    if (outcome->opening_count == 0)
        return BERM_OK;
    TRY(id_take(writer->office->store, "finding", (int64_t)outcome->opening_count, &finding_id,
                err));
    for (size_t i = 0; i < outcome->opening_count; i++) {
        const struct finding_opening *opening = &outcome->openings[i];
        enum severity severity = (enum severity)opening->found.severity;

        statement_bind_int64(insert, FINDING_INSERT__FINDING_ID, finding_id + (int64_t)i);
        statement_bind_int64(insert, FINDING_INSERT__HOUSEHOLD_ID, opening->household_id);
        statement_bind_text(insert, FINDING_INSERT__CODE,
                            pack->findings[opening->found.finding].code);
        statement_bind_int64(insert, FINDING_INSERT__IS_UNDETERMINED,
                             opening->found.is_undetermined);
        statement_bind_text(insert, FINDING_INSERT__SEVERITY, text_of(severity_name(severity)));
        statement_bind_month(insert, FINDING_INSERT__FROM_MONTH, writer->month);
        statement_bind_int64(insert, FINDING_INSERT__RUN_ID, writer->run_id);
        statement_bind_text(insert, FINDING_INSERT__EVIDENCE, opening->evidence);
        TRY(statement_queue(insert, err));
    }
    return BERM_OK;
}

/*
 * What was found becomes leads. Of changed households one after the other, as they may lie far
 * apart; a month's run has them all at its end.
 */
static enum berm_status take_in(struct run_writer *writer, const struct screen_outcome *outcome,
                                struct berm_error *err)
{
    int64_t last = 0;

    for (size_t o = 0; o < outcome->opening_count; o++) {
        int64_t household_id = outcome->openings[o].household_id;

        if (household_id == last)
            continue;
        last = household_id;
        TRY(case_intake(writer->office, writer->actor->name, writer->run_id, writer->change_id,
                        household_id, household_id, err));
    }
    return BERM_OK;
}

enum berm_status run_writer_store(struct run_writer *writer, const struct screen_outcome *outcome,
                                  struct berm_error *err)
{
    for (size_t i = 0; i < outcome->closing_count; i++) {
        statement_bind_month(writer->close, FINDING_CLOSE__TO_MONTH, writer->month);
        statement_bind_int64(writer->close, FINDING_CLOSE__RUN_ID, writer->run_id);
        statement_bind_int64(writer->close, FINDING_CLOSE__HOUSEHOLD_ID,
                             outcome->closings[i].household_id);
        statement_bind_int64(writer->close, FINDING_CLOSE__FINDING_ID,
                             outcome->closings[i].finding_id);
        TRY(statement_queue(writer->close, err));
    }
    TRY(store_openings(writer, outcome, err));
    for (size_t i = 0; i < outcome->standing_count; i++) {
        const struct standing_change *standing = &outcome->standings[i];
        struct text risk_level = text_of(severity_name(standing->risk_level));

        statement_bind_int64(writer->standing, STANDING_INSERT__HOUSEHOLD_ID,
                             standing->household_id);
        statement_bind_int64(writer->standing, STANDING_INSERT__RUN_ID, writer->run_id);
        statement_bind_month(writer->standing, STANDING_INSERT__MONTH, writer->month);
        statement_bind_text(writer->standing, STANDING_INSERT__RISK_LEVEL, risk_level);
        statement_bind_text(writer->standing, STANDING_INSERT__KIND, standing->kind);
        TRY(statement_queue(writer->standing, err));
        statement_bind_int64(writer->risk, SEARCH_HOUSEHOLD_SET_RISK__HOUSEHOLD_ID,
                             standing->household_id);
        statement_bind_int64(writer->risk, SEARCH_HOUSEHOLD_SET_RISK__RISK_RANK,
                             search_risk_rank(risk_level));
        TRY(statement_queue(writer->risk, err));
    }
    return writer->kind == RUN_AGAIN ? take_in(writer, outcome, err) : BERM_OK;
}

/* The run's entry in the journal. */
static enum berm_status journal_run(struct run_writer *writer, const struct screen_result *result,
                                    struct berm_error *err)
{
    char details[160], digest[DIGEST_TEXT_MAX], month[MONTH_TEXT_MAX];

    TRY(journal_run_digest(writer->office->store, writer->run_id, digest, err));
    snprintf(details, sizeof details,
             "{\"households\":%lld,\"opened\":%lld,\"closed\":%lld,\"unchanged\":%lld}",
             (long long)result->households, (long long)result->opened, (long long)result->closed,
             (long long)result->unchanged);
    return journal_write(writer->office->store,
                         &(struct journal_entry){.actor = *writer->actor,
                                                 .action = text_of(ACTIONS[writer->kind]),
                                                 .subject = month_format(writer->month, month),
                                                 .run_id = writer->run_id,
                                                 .digest = text_of(digest),
                                                 .details = text_of(details)},
                         err);
}

enum berm_status run_writer_finish(struct run_writer *writer, const struct screen_result *result,
                                   struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *run = NULL;
    char now[32];

    TRY(statement_prepare(writer->office->store, STATEMENT_RUN_FINISH, &run, err));
    statement_bind_text(run, RUN_FINISH__FINISHED_AT, instant_now(now));
    statement_bind_int64(run, RUN_FINISH__HOUSEHOLDS, result->households);
    statement_bind_int64(run, RUN_FINISH__OPENED, result->opened);
    statement_bind_int64(run, RUN_FINISH__CLOSED, result->closed);
    statement_bind_int64(run, RUN_FINISH__UNCHANGED, result->unchanged);
    statement_bind_int64(run, RUN_FINISH__RUN_ID, writer->run_id);
    TRY(statement_run(run, err));
    if (writer->kind == RUN_OF_MONTH && result->opened > 0)
        TRY(case_intake(writer->office, writer->actor->name, writer->run_id, 0, 1, INT64_MAX, err));
    return journal_run(writer, result, err);
}
