// SPDX-License-Identifier: GPL-3.0-or-later
// A certificate of its own for 127.0.0.1, made at the test's run.
#pragma once

// Writes a new key and a self-signed certificate as PEM files.
void certificate_make(const char *certificate_path, const char *key_path);
