// SPDX-License-Identifier: GPL-3.0-or-later
// Telling the screen of a Windows that has stopped (KeBugCheck) from all others. Pure: no libvirt call.
#pragma once

#include <glib.h>

// TRUE if the picture is one dark blue from edge to edge with nothing on it but light text that begins at the
// left: so Windows up to 7 draws it, in the 16 colours of VGA, whose blue is 0000A8 or 000080 by palette
// (ReactOS, bootvid and ke/bug.c, draws the same). Windows' own pictures and dialogs have more colours.
gboolean blue_screen_is(GBytes *png);
