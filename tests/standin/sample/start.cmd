@echo off
rem SPDX-License-Identifier: GPL-3.0-or-later
wpeinit
echo sample: winpe >COM1
if exist X:\sevend\drvload.txt for /f "usebackq delims=" %%i in ("X:\sevend\drvload.txt") do drvload "%%i"
for %%d in (C D E F G H I J K L) do if exist %%d:\sevend\config.tag set CONFIG=%%d:
for %%d in (C D E F G H I J K L) do if exist %%d:\sources\install.wim set MEDIA=%%d:
echo sample: config %CONFIG% media %MEDIA% >COM1
%MEDIA%\sources\setup.exe /unattend:%CONFIG%\Autounattend.xml
echo sample: setup ended with %ERRORLEVEL% >COM1
