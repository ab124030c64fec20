// SPDX-License-Identifier: GPL-3.0-or-later
// What the agent knows of the machine it runs in: the folder %SystemDrive%\sevend with the nonce and the
// state of the first logon, the version of Windows, the computer's name. Reads and writes files, sends
// nothing.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

#define MACHINE_NONCE_LENGTH 32
#define MACHINE_PATH_MAX     300

// Path of a file of the sevend folder, in a buffer of MACHINE_PATH_MAX characters.
void machine_file(const wchar_t *name, wchar_t *path);

// The nonce proves to the host that a message comes from this very install. It is a secret of the machine:
// never print it except as part of a report or a hello. Reads nonce.txt; false (and an empty nonce) when
// there is none.
bool machine_nonce(char nonce[MACHINE_NONCE_LENGTH + 1]);
// True for 32 hexadecimal digits.
bool machine_is_nonce(const char *text);

// One word: running, done, failed, or none when the first logon has not come yet.
const char *machine_first_logon(void);
void machine_set_first_logon(const char *state);

// How many commands of the first-logon list are done when a restart comes between two of them; -1: no restart
// has come.
int machine_first_logon_position(void);
// Survives a power cut once it has returned TRUE. -1 forgets the position.
bool machine_set_first_logon_position(int done);

// "6.1.7601"
void machine_os_version(char *text, size_t size);
// UTF-8.
void machine_computer_name(char *text, size_t size);
// The architecture of Windows, not of this program: "amd64" or "x86".
const char *machine_architecture(void);
