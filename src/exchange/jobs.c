/* Which function does which kind of job: here, because from here the work of all modules is seen.
 */
#include "exchange/exchange.h"

job_function *const exchange_job_functions[JOB_KIND_COUNT] = {
#define JOB_KIND_ROW(id, name, permission, lane, function) [JOB_##id] = (function),
    JOB_KINDS(JOB_KIND_ROW)
#undef JOB_KIND_ROW
};
