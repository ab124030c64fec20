// SPDX-License-Identifier: GPL-3.0-or-later
// Stands for Microsoft files of which only the version resource is ever looked at (winload.exe, setup's
// DLLs). Does nothing.
int main(void)
{
    return 1;
}
