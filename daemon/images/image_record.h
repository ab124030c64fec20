// SPDX-License-Identifier: GPL-3.0-or-later
// What the store knows of an image, as a document that travels with it. Holds no secret.
#pragma once

#include "common/json.h"
#include "daemon/jobs/store.h"

// {"machine","template","disc","edition","architecture","request","agent","created"}; a new reference.
json_object *image_record_to_json(const StoreImage *image);
// The same of a document that somebody else wrote: fills the members that it names of a new image; its name,
// UUID and state are the caller's to set. NULL if @faults was added to, at pointers below "/image.json".
StoreImage *image_record_parse(json_object *document, Faults *faults);
