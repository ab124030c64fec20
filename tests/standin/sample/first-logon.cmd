@echo off
rem SPDX-License-Identifier: GPL-3.0-or-later
echo sample: first logon on %COMPUTERNAME% as %USERNAME% in %USERPROFILE% >COM1
ver >COM1
echo %TIME% >COM1
cmd /c rem
echo %TIME% after cmd>COM1
cmd /c rem
echo %TIME% after cmd>COM1
reg query HKLM\Software >nul
echo %TIME% after reg>COM1
cmd /c "dir /s C:\Windows >nul"
echo %TIME% after dir>COM1
whoami >COM1
echo %TIME% after whoami>COM1
