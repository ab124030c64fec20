// SPDX-License-Identifier: GPL-3.0-or-later
// A clone whose image is still being made waits for it.
#pragma once

#include "daemon/daemon.h"

// Parameters of a job whose clone waits: {"image","recipe","job"}, that of the job that makes the image. A
// new text; the caller frees.
char *image_await_parameters(const StoreImage *image);
// Waits until the image that @job's parameters name is ready, and bases the machine on it. Without such
// parameters there is nothing to wait for. Does not count as a running job meanwhile. JOB_ERROR with code
// "image-not-made" when the image will not be there.
gboolean image_await(Job *job, GError **error);
