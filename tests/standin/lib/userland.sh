# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Windows' userland: folder trees for boot.wim and install.wim, made of Wine's Windows halves and our own small programs.

# What a bare Windows PE has, and what Windows has on top of it. Libraries that these need come along by themselves.
PE_PROGRAMS=(
  attrib.exe cmd.exe conhost.exe expand.exe fc.exe find.exe findstr.exe hostname.exe mountmgr.sys net.exe ping.exe
  reg.exe sc.exe services.exe start.exe subst.exe svchost.exe wineboot.exe winedevice.exe xcopy.exe
  apisetschema.dll bcrypt.dll combase.dll crypt32.dll ole32.dll oleaut32.dll psapi.dll user32.dll version.dll
)
FULL_PROGRAMS=(
  cacls.exe explorer.exe icacls.exe ipconfig.exe netsh.exe plugplay.exe regedit.exe regsvr32.exe robocopy.exe rpcss.exe
  rundll32.exe schtasks.exe setx.exe systeminfo.exe taskkill.exe tasklist.exe taskmgr.exe where.exe whoami.exe
  winver.exe cabinet.dll imm32.dll imagehlp.dll dbghelp.dll winhttp.dll wtsapi32.dll
)
HANDOFFS=(drvload.exe wpeinit.exe wpeutil.exe exitwins.exe shutdown.exe)
# Those that only an installed Windows has; net.exe takes the place of Wine's.
FULL_HANDOFFS=(dism.exe net.exe tzutil.exe wmic.exe)

# build_own_programs: our .exe files, in $WORK/windows.
build_own_programs() {
  local out=$WORK/windows flags=(-std=gnu17 -O2 -Wall -Wextra -Wpedantic -Werror -municode -s)
  local compile=x86_64-w64-mingw32-gcc
  mkdir -p "$out"
  $compile "${flags[@]}" -o "$out/handoff.exe" "$HERE/windows/handoff.c"
  $compile "${flags[@]}" -o "$out/winpeshl.exe" "$HERE"/windows/{winpeshl,commands}.c
  $compile "${flags[@]}" -o "$out/windeploy.exe" "$HERE"/windows/{windeploy,commands}.c
  $compile "${flags[@]}" -o "$out/shell.exe" "$HERE/windows/shell.c"
  $compile "${flags[@]}" -o "$out/reg.exe" "$HERE"/windows/{reg,commands}.c
  printf 'LIBRARY folders.dll\nEXPORTS\nSHGetFolderPathW\n' >"$WORK/folders.def"
  $compile -std=gnu17 -O2 -Wall -Wextra -Werror -s -shared -nostdlib -Wl,--entry=DllMain -o "$out/folders.dll" \
    "$HERE/windows/folders.c" "$WORK/folders.def"
  versioned_file winload.exe "$VERSION_NUMBERS"
  build_shutdown_proxy "$out"
}

# versioned_file NAME 6,1,7601,17514: a program that only has a version resource.
versioned_file() {
  local out=$WORK/windows
  cat >"$WORK/version.rc" <<RESOURCE
1 VERSIONINFO
FILEVERSION $2
PRODUCTVERSION $2
BEGIN
  BLOCK "StringFileInfo" BEGIN BLOCK "040904B0" BEGIN
    VALUE "CompanyName", "not Microsoft: a stand-in"
    VALUE "FileVersion", "${2//,/.}"
    VALUE "OriginalFilename", "$1"
  END END
  BLOCK "VarFileInfo" BEGIN VALUE "Translation", 0x409, 1200 END
END
RESOURCE
  x86_64-w64-mingw32-windres "$WORK/version.rc" "$WORK/version.o"
  x86_64-w64-mingw32-gcc -O2 -s -o "$out/$1" "$HERE/windows/winload.c" "$WORK/version.o"
}

# Wine's InitiateSystemShutdown does nothing: an advapi32.dll of ours does these few and forwards all others to Wine's.
build_shutdown_proxy() {
  local out=$1 original=$WINE_PE/advapi32.dll
  {
    echo 'LIBRARY advapi32.dll'
    echo EXPORTS
    x86_64-w64-mingw32-objdump -p "$original" |
      sed -n '/^\[Ordinal\/Name Pointer\] Table/,/^$/s/^\t*\[ *[0-9]*\] *//p' | awk '{ print $NF }' |
      awk '/^Initiate(System)?Shutdown(Ex)?[AW]$/ { print $1; next } { print $1 " = advapi3w." $1 }'
  } >"$WORK/advapi32.def"
  x86_64-w64-mingw32-gcc -std=gnu17 -O2 -Wall -Wextra -Werror -s -shared -nostdlib -Wl,--entry=DllMain \
    -o "$out/advapi32.dll" "$HERE/windows/shutdownapi.c" "$WORK/advapi32.def" -lkernel32
  cp "$original" "$out/advapi3w.dll"
}

# pe_file NAME: where a Windows file of the packages is; Wine's zlib1.dll comes with another package.
pe_file() {
  local file
  for file in "$WINE_PE/$1" "$PACKAGES_TREE/usr/x86_64-w64-mingw32/lib/$1"; do
    [[ -f $file ]] && echo "$file" && return
  done
  return 1
}

# Names of the given Wine files and of all libraries they need.
wine_closure() {
  local -A seen=()
  local todo=("$@") file path
  while ((${#todo[@]})); do
    file=${todo[0]}
    todo=("${todo[@]:1}")
    [[ -z ${seen[$file]:-} ]] || continue
    path=$(pe_file "$file") || fail "no $file in the packages"
    seen[$file]=1
    mapfile -t -O "${#todo[@]}" todo < <(x86_64-w64-mingw32-objdump -p "$path" |
      awk '/DLL Name/ { print tolower($3) }')
  done
  printf '%s\n' "${!seen[@]}" | LC_ALL=C sort
}

# copy_wine SYSTEM32 LETTER FILE…: stripped, and moved to the system drive's letter.
copy_wine() {
  local system32=$1 letter=$2 file
  shift 2
  while read -r file; do
    cp "$(pe_file "$file")" "$system32/$file"
    x86_64-w64-mingw32-strip "$system32/$file"
    on_drive "$letter" "$system32/$file" "$WORK/moved"
    mv "$WORK/moved" "$system32/$file"
  done < <(wine_closure "$@")
  # ExitWindowsEx starts wineboot.exe to end the session; here it ends the machine.
  perl -0777 -i -pe 's/\\\0w\0i\0n\0e\0b\0o\0o\0t\0\.\0e\0x\0e\0/\\\0e\0x\0i\0t\0w\0i\0n\0s\0.\0e\0x\0e\0/g' "$system32/user32.dll"
  perl -0777 -i -pe 's/\0shell32\.dll\0/\0folders.dll\0/g' "$system32/wineboot.exe"
  # How long a service may take to come up: Wine wants a text, Windows has a number (runtime/system.sh turns one into the other).
  perl -0777 -i -pe 's/(S\0e\0r\0v\0i\0c\0e\0s\0P\0i\0p\0e\0)T\0i\0m\0e\0o\0u\0t\0/$1S\0t\0a\0n\0d\0I\0n\0/g' "$system32/services.exe"
  mkdir -p "$system32/drivers"
  ln "$system32/mountmgr.sys" "$system32/drivers/mountmgr.sys"
}

# Wine's own registry would be 1.7 MB, most of it COM classes: this is what services, drives and programs need.
write_hives() { # CONFIG LETTER DEFAULT-USER
  local config=$1 letter=$2
  mkdir -p "$config"
  {
    printf 'WINE REGISTRY Version 2\n;; All keys relative to \\\\Machine\n\n#arch=win64\n'
    sed "s/@LETTER@/$letter/g; s/@BUILD@/$BUILD/g; s/@SERVICE_PACK@/$SERVICE_PACK/g" "$HERE/windows/registry.txt"
  } >"$config/SYSTEM"
  printf 'WINE REGISTRY Version 2\n;; All keys relative to \\\\User\\\\S-1-5-21-0-0-0-1000\n\n#arch=win64\n\n[Software\\\\Wine] 1\n"Version"="win7"\n' \
    >"$config/DEFAULT"
  printf 'WINE REGISTRY Version 2\n;; All keys relative to \\\\User\\\\.Default\n\n#arch=win64\n' >"$config/USERDEF"
}

# windows_tree TREE LETTER FILE…: the part that Windows PE and Windows have in common.
windows_tree() {
  local tree=$1 letter=$2 file system32=$1/Windows/System32
  shift 2
  mkdir -p "$system32" "$tree/Windows"/{inf,Temp} "$tree/Users/Public"
  copy_wine "$system32" "$letter" "$@"
  cp "$PACKAGES_TREE"/usr/share/wine/nls/*.nls "$system32/"
  write_hives "$system32/config" "$letter"
  for file in "${HANDOFFS[@]}"; do
    cp "$WORK/windows/handoff.exe" "$system32/$file"
  done
  cp "$WORK"/windows/{windeploy,winload}.exe "$WORK"/windows/{advapi32,advapi3w,folders}.dll "$system32/"
  if [[ $letter == X ]]; then
    cp "$WORK/windows/winpeshl.exe" "$system32/"
  else
    for file in "${FULL_HANDOFFS[@]}"; do
      cp "$WORK/windows/handoff.exe" "$system32/$file"
    done
    rm "$system32"/{drvload,wpeinit,wpeutil}.exe
  fi
}

# The tree of boot.wim's first image; the second adds Setup.
pe_tree() {
  local tree=$1
  windows_tree "$tree" X "${PE_PROGRAMS[@]}"
  printf 'wpeinit\r\n' >"$tree/Windows/System32/startnet.cmd"
  ((WITHOUT_COM)) && : >"$tree/Windows/System32/config/no-com-names"
  return 0
}

setup_tree() {
  local tree=$1
  mkdir -p "$tree/sources"
  cp "$WORK/windows/handoff.exe" "$tree/setup.exe"
  cp "$WORK/windows/handoff.exe" "$tree/sources/setup.exe"
  lang_ini >"$tree/sources/lang.ini"
}

lang_ini() {
  printf '[Available UI Languages]\r\n%s = 3\r\n\r\n[Fallback Languages]\r\n%s = en-us\r\n' "$LANGUAGE" "$LANGUAGE"
}

# install_tree TREE INITRAMFS KERNEL
install_tree() {
  local tree=$1
  windows_tree "$tree" C "${PE_PROGRAMS[@]}" "${FULL_PROGRAMS[@]}"
  mkdir -p "$tree"/{PerfLogs,ProgramData,"Program Files/Common Files","Program Files (x86)"} "$tree/Users/Default" \
    "$tree/Windows"/{Boot/PCAT,Panther,Setup/State,Logs,SysWOW64,System32/DriverStore/FileRepository}
  cp "$3" "$tree/Windows/Boot/PCAT/bootmgr"
  cp "$2" "$tree/Windows/Boot/PCAT/boot.sdi"
  cp "$tree/Windows/System32/regedit.exe" "$tree/Windows/regedit.exe"
  cp "$WORK/windows/shell.exe" "$tree/Windows/explorer.exe"
  mv "$tree/Windows/System32/reg.exe" "$tree/Windows/System32/regw.exe"
  cp "$WORK/windows/reg.exe" "$tree/Windows/System32/reg.exe"
  printf 'WINE REGISTRY Version 2\n;; All keys relative to \\\\User\\\\default\n\n#arch=win64\n\n[AppEvents\\\\Schemes\\\\Apps\\\\.Default\\\\.Default\\\\.Current] 1\n@="ding.wav"\n' \
    >"$tree/Users/Default/NTUSER.DAT"
  printf '[State]\r\nImageState=IMAGE_STATE_UNDEPLOYABLE\r\n' >"$tree/Windows/Setup/State/State.ini"
}
