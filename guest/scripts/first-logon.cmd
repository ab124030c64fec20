@echo off
rem SPDX-License-Identifier: GPL-3.0-or-later
rem Runs elevated at the first logon, from %SystemDrive%\sevend: has the agent run the request's commands, which reports
rem each of them. After a restart between two commands the agent's service starts it again. It changes nothing else.

set SEVEND_FOLDER=%SystemDrive%\sevend
call "%SEVEND_FOLDER%\job.cmd"
"%SEVEND_FOLDER%\sevend-agent.exe" --run-list "%SEVEND_FOLDER%\first-logon.txt"
if errorlevel 1 goto :eof
rem Commands may carry passwords, and are not needed again.
if exist "%SEVEND_FOLDER%\first-logon.txt" del "%SEVEND_FOLDER%\first-logon.txt"
