// SPDX-License-Identifier: GPL-3.0-or-later
// How long the phases of an install take, learnt from earlier ones of the same disc on this host: the job's
// percentage and the client's "left" go by that.
#pragma once

#include "daemon/jobs/engine.h"

#define PHASE_TIMES_RUNS 10u // the last so many count

// Best effort, both. @disc: its name.
void phase_times_expect(Job *job, const char *disc);
// Of a job that has succeeded. Once a job, however often it is called.
void phase_times_learn(Job *job, const char *disc);

// The median of each phase that all of @runs (an array of {"seconds": {phase: number}}) have, as {phase:
// number}; NULL if there is none. The caller owns the reference. Pure.
json_object *phase_times_median(json_object *runs);
