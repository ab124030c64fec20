@echo off
rem SPDX-License-Identifier: GPL-3.0-or-later
echo sample: specialize from %1 on %COMPUTERNAME% as %USERNAME% >COM1
mkdir %SystemDrive%\sevend
copy %1\sevend\first-logon.cmd %SystemDrive%\sevend\
