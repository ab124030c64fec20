@echo off
rem SPDX-License-Identifier: GPL-3.0-or-later
rem Runs as SYSTEM in the specialize pass, with the drive of the config disc ("F:") as its argument: copies the agent and
rem what the first logon needs to %SystemDrive%\sevend, places the request's files and installs the agent's service. It runs
rem no command of the request. It always ends with 0: another exit code would be an order to Setup (restart, run again) or
rem stop it.

set SEVEND_CONFIG=%~1
set SEVEND_FOLDER=%SystemDrive%\sevend
set SEVEND_AGENT=%SEVEND_CONFIG%\sevend\sevend-agent.exe
call "%SEVEND_CONFIG%\sevend\job.cmd"
"%SEVEND_AGENT%" --report phase=specialize status=begin

set SEVEND_STEP=folder
if exist "%SEVEND_FOLDER%\." goto have_folder
md "%SEVEND_FOLDER%"
if not exist "%SEVEND_FOLDER%\." goto failed
:have_folder

rem For SYSTEM (S-1-5-18) and Administrators (S-1-5-32-544) only: the nonce is a secret of the machine. First logon commands
rem run elevated, so they get in. Not being able to restrict the folder is no reason to stop.
if exist "%SystemRoot%\System32\icacls.exe" "%SystemRoot%\System32\icacls.exe" "%SEVEND_FOLDER%" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" /Q >nul 2>&1

set SEVEND_STEP=copy
for %%f in (sevend-agent.exe job.cmd first-logon.cmd first-logon.txt) do call :copy_file %%f
for %%f in (sevend-agent.exe job.cmd first-logon.cmd) do if not exist "%SEVEND_FOLDER%\%%f" goto failed
rem Files on a CD are read-only, which copy keeps; the first logon deletes them.
attrib -r "%SEVEND_FOLDER%\*"

set SEVEND_STEP=nonce
rem With the space: a digit before > would name a handle. The agent reads one word.
echo %SEVEND_NONCE% > "%SEVEND_FOLDER%\nonce.txt"
if not exist "%SEVEND_FOLDER%\nonce.txt" goto failed

rem The agent reports a failure itself.
"%SEVEND_FOLDER%\sevend-agent.exe" --place-files "%SEVEND_CONFIG%\sevend"
if errorlevel 1 exit /b 0

set SEVEND_STEP=service
"%SEVEND_FOLDER%\sevend-agent.exe" --install
set SEVEND_EXIT=%ERRORLEVEL%
if not "%SEVEND_EXIT%"=="0" goto failed_with
"%SEVEND_AGENT%" --report phase=specialize status=done
exit /b 0

:failed
set SEVEND_EXIT=1
:failed_with
"%SEVEND_AGENT%" --report phase=specialize status=failed step=%SEVEND_STEP% exit=%SEVEND_EXIT%
exit /b 0

:copy_file
if exist "%SEVEND_CONFIG%\sevend\%1" copy /y "%SEVEND_CONFIG%\sevend\%1" "%SEVEND_FOLDER%\%1" >nul
goto :eof
