@echo off
rem SPDX-License-Identifier: GPL-3.0-or-later
echo sample: first logon on %COMPUTERNAME% as %USERNAME% in %USERPROFILE% >COM1
ver >COM1
