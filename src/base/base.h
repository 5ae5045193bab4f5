/* base: what every module stands on. Lowest layer; knows nothing of households. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include "arena.h"
#include "csv.h"
#include "csv_table.h"
#include "dates.h"
#include "json.h"
#include "json_walk.h"
#include "limits.h"
#include "map.h"
#include "money.h"
#include "random.h"
#include "rows.h"
#include "status.h"
#include "text.h"

#endif
