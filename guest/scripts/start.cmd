@echo off
rem SPDX-License-Identifier: GPL-3.0-or-later
rem Runs in WinPE, started by winpeshl.ini or startnet.cmd: loads the boot-critical drivers, finds the config disc and the
rem vendor's disc, starts Setup, tells the host over COM1. It sets up nothing in the installed system.
rem Only what both Windows 7's cmd.exe and Wine's understand; WinPE has no timeout.exe, choice.exe, findstr.exe.

if exist "%~d0\sevend\started.tag" goto :eof
echo started> "%~d0\sevend\started.tag"
set SEVEND_AGENT=%~d0\sevend\sevend-agent.exe
rem Times two seconds to wait for each disc; set beforehand only by tests.
if "%SEVEND_TRIES_MAX%"=="" set SEVEND_TRIES_MAX=30
set SEVEND_LETTERS=C D E F G H I J K L M N O P Q R S T U V W Y Z

if exist "%SystemRoot%\System32\wpeinit.exe" "%SystemRoot%\System32\wpeinit.exe"

rem The nonce is on the config disc, so nothing can be reported before that is found. CDs may come late.
set SEVEND_CONFIG=
set SEVEND_TRIES=0
:find_config
for %%d in (%SEVEND_LETTERS%) do if exist "%%d:\sevend\config.tag" set SEVEND_CONFIG=%%d:
if not "%SEVEND_CONFIG%"=="" goto have_config
set /a SEVEND_TRIES=%SEVEND_TRIES%+1
if %SEVEND_TRIES% GEQ %SEVEND_TRIES_MAX% goto no_config
"%SEVEND_AGENT%" --sleep 2
goto find_config

:have_config
if exist "%SEVEND_CONFIG%\sevend\job.cmd" call "%SEVEND_CONFIG%\sevend\job.cmd"
"%SEVEND_AGENT%" --report phase=winpe status=begin

if not exist "%~d0\sevend\drvload.txt" goto drivers_loaded
for /f "usebackq delims=" %%i in ("%~d0\sevend\drvload.txt") do call :load_driver "%%i"
:drivers_loaded

set SEVEND_VENDOR=
set SEVEND_TRIES=0
:find_vendor
for %%d in (%SEVEND_LETTERS%) do if exist "%%d:\sources\install.wim" set SEVEND_VENDOR=%%d:
if not "%SEVEND_VENDOR%"=="" goto have_vendor
set /a SEVEND_TRIES=%SEVEND_TRIES%+1
if %SEVEND_TRIES% GEQ %SEVEND_TRIES_MAX% goto no_vendor
"%SEVEND_AGENT%" --sleep 2
goto find_vendor

:have_vendor
"%SEVEND_AGENT%" --report phase=copy status=begin
"%SEVEND_VENDOR%\sources\setup.exe" /unattend:%SEVEND_CONFIG%\Autounattend.xml
set SEVEND_EXIT=%ERRORLEVEL%
rem Setup restarts the machine by itself. Where it only ends, WinPE restarts as soon as this script has ended.
if "%SEVEND_EXIT%"=="0" goto :eof
rem Should a restart be on its way all the same, it comes now, and nothing wrong is reported.
"%SEVEND_AGENT%" --sleep 5
call :send_logs "%~d0\$WINDOWS.~BT\Sources\Panther"
call :send_logs "%~d0\Windows\Panther"
call :send_logs "C:\$WINDOWS.~BT\Sources\Panther"
rem What became of drivers: in Windows PE, and in the Windows that was being installed.
call :send_logs "%SystemRoot%\inf"
call :send_logs "C:\Windows\inf"
"%SEVEND_AGENT%" --report phase=copy status=failed exit=%SEVEND_EXIT%
goto shut_down

:no_config
"%SEVEND_AGENT%" --report phase=winpe status=failed reason=no-config-disc
goto shut_down

:no_vendor
"%SEVEND_AGENT%" --report phase=winpe status=failed reason=no-install-wim
goto shut_down

rem Ending instead would restart WinPE, and so the whole, for ever.
:shut_down
wpeutil shutdown
:wait
"%SEVEND_AGENT%" --sleep 3600
goto wait

:load_driver
drvload "%~1"
set SEVEND_EXIT=%ERRORLEVEL%
"%SEVEND_AGENT%" --report phase=winpe status=driver "inf=%~1" exit=%SEVEND_EXIT%
goto :eof

:send_logs
for %%f in (setuperr.log setupact.log setupapi.dev.log setupapi.offline.log setupapi.app.log) do if exist "%~1\%%f" call :send_log "%~1\%%f" %%f
goto :eof

:send_log
"%SEVEND_AGENT%" --report phase=copy status=log-begin file=%2
"%SEVEND_AGENT%" --report-file "%~1" --lines 60
"%SEVEND_AGENT%" --report phase=copy status=log-end file=%2
goto :eof
