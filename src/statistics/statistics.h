/* Poverty measures over weighted observations. Pure. */
#ifndef STATISTICS_STATISTICS_H
#define STATISTICS_STATISTICS_H

#include "base/base.h"

/**
 * Foster-Greer-Thorbecke sums, added up one observation at a time; zero-initialised it is empty.
 * Source  Foster, Greer, Thorbecke (1984): FGT(a) is the sum of w * ((z - y) / z)^a over y < z,
 *         divided by the sum of w.
 */
struct fgt {
    double weight;      /* of all observations */
    double poor_weight; /* of those below the line */
    double gap;         /* weighted relative gaps */
    double squared_gap;
    double shortfall; /* weighted absolute gaps, in the units of the values */
};

/** weight >= 0; line > 0. A value equal to the line is not poor. */
void fgt_add(struct fgt *fgt, double value, double line, double weight);
void fgt_merge(struct fgt *into, const struct fgt *from);
double fgt_headcount(const struct fgt *fgt); /* FGT(0); 0 where there is no weight */
double fgt_gap(const struct fgt *fgt);       /* FGT(1) */
double fgt_severity(const struct fgt *fgt);  /* FGT(2) */

#endif
