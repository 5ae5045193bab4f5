/* One household as the rules see it: for why it is at risk, and for what a case or a programme asks
 * of it. */
#include "service/screen/one.h"

#include "service/screen/load.h"

enum berm_status one_household_open(struct office *office, int64_t household_id, month_number month,
                                    struct arena *arena, struct one_household *ret_one,
                                    struct berm_error *err)
{
    CLEANUP(loader_freep) struct loader *loader = NULL;
    const struct id_range range = {household_id, household_id};
    const struct pack *pack;
    struct places places;

    TRY(office_pack_at(office, month, &pack, err));
    TRY(screening_program_create(arena, pack, month, &ret_one->program, err));
    TRY(places_read_few(office->store, pack, month, &range, 1, arena, &places, err));
    TRY(loader_create(office->store, ret_one->program, &places, &loader, err));
    TRY(batch_create(ret_one->program, &ret_one->batch, err));
    TRY(screening_runner_create(ret_one->program, &ret_one->runner, err));
    TRY(loader_load(loader, &range, 1, ret_one->batch, err));
    if (ret_one->batch->row_count == 0)
        return fail_with(err, BERM_NOT_FOUND, "the household is not active and cannot be decided");
    return BERM_OK;
}

void one_household_close(struct one_household *one)
{
    screening_runner_free(one->runner);
    batch_free(one->batch);
    *one = (struct one_household){0};
}
