# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Accounts: a line each in System32/config/ACCOUNTS: name, groups, enabled (yes|no), password expires (yes|no). And the programs
# that show and change them: net.exe, wmic.exe useraccount.

accounts_file() { echo "$WINDOWS/System32/config/ACCOUNTS"; }

make_accounts() {
  local user groups
  printf 'Administrator\tAdministrators\tno\tyes\nGuest\tGuests\tno\tno\n' >"$(accounts_file)"
  sed -n 's/^user\t//p' /run/standin/plan >/run/standin/users
  while IFS='	' read -r user groups; do
    printf '%s\t%s\tyes\tyes\n' "$user" "$groups" >>"$(accounts_file)"
    mkdir -p "/mnt/c/Users/$user/AppData/Local/Temp" "/mnt/c/Users/$user/Desktop"
    note "account $user ($groups)"
  done </run/standin/users
}

account_exists() { awk -F '\t' -v name="$1" 'tolower($1) == tolower(name) { found = 1 } END { exit !found }' "$(accounts_file)"; }

# net user [NAME], net localgroup NAME: only to look.
net_program() {
  local line
  line=$(arguments_of "$1")
  set -- $(printf '%s' "$line" | tr -d '"')
  case $(printf '%s %s' "$1" $# | tr 'A-Z' 'a-z') in
    'user 1') awk -F '\t' '{ printf "%s\r\n", $1 }' "$(accounts_file)" ;;
    user*)
      shift
      account_exists "$*" || { printf 'The user name could not be found.\r\n'; return 2; }
      awk -F '\t' -v name="$*" 'tolower($1) == tolower(name) {
        printf "User name                    %s\r\nAccount active               %s\r\nPassword expires             %s\r\nLocal Group Memberships      ",
          $1, $3 == "yes" ? "Yes" : "No", $4 == "yes" ? "in 42 days" : "Never"
        count = split($2, groups, ";")
        for (i = 1; i <= count; i++) printf "*%s ", groups[i]
        printf "\r\n" }' "$(accounts_file)"
      ;;
    localgroup*)
      shift
      awk -F '\t' -v group="$*" '{ count = split($2, groups, ";")
        for (i = 1; i <= count; i++) if (tolower(groups[i]) == tolower(group)) printf "%s\r\n", $1 }' "$(accounts_file)"
      ;;
    *) printf 'The syntax of this command is:\r\n'; return 1 ;;
  esac
}

# wmic computersystem where name="OLD" call rename name="NEW": counts from the next start on. Windows refuses what is no name.
rename_computer() {
  local old new code=0
  old=$(printf '%s' "$1" | sed 's/^[^"]*"\([^"]*\)".*/\1/') new=$(printf '%s' "$1" | sed 's/.*"\([^"]*\)"$/\1/')
  [ "$(printf '%s' "$old" | tr 'a-z' 'A-Z')" = "$(hostname | tr 'a-z' 'A-Z')" ] || { printf 'No Instance(s) Available.\r\n'; return 0; }
  case $new in
    '' | *[!A-Za-z0-9-]* | ????????????????*) code=2147942523 ;; # ERROR_INVALID_NAME
    *[!0-9]*) printf '%s' "$new" | tr 'a-z' 'A-Z' >"$WINDOWS/System32/config/COMPUTERNAME"; sync ;;
    *) code=2147942523 ;; # digits only
  esac
  printf 'Executing (\\\\%s\\ROOT\\CIMV2:Win32_ComputerSystem.Name="%s")->rename()\r\nMethod execution successful.\r\nOut Parameters:\r\ninstance of __PARAMETERS\r\n{\r\n\tReturnValue = %s;\r\n};\r\n' \
    "$old" "$old" "$code"
}

# wmic useraccount where "…" set PROPERTY=TRUE|FALSE, with the two conditions by which accounts are usually found.
wmic_program() {
  local line name property value column
  line=$(arguments_of "$1")
  case $line in
    'computersystem where name="'*'" call rename name="'*'"') rename_computer "$line"; return ;;
    'useraccount where "'*'" set '*=*) ;;
    *) printf 'Invalid verb.\r\n'; return 1 ;;
  esac
  value=${line##*=} property=${line##*\" set } property=${property%=*}
  case $line in
    *"Name='"*) name=$(printf '%s' "$line" | sed "s/.*Name='//; s/'\" set .*//; s/\\\\'/'/g") ;;
    *"SID like 'S-1-5-21-%-500'"*) name=Administrator ;;
    *) printf 'Invalid query\r\n'; return 1 ;;
  esac
  case $property in
    Disabled) column=3 ;;
    PasswordExpires) column=4 ;;
    *) printf 'Invalid property\r\n'; return 1 ;;
  esac
  account_exists "$name" || { printf 'No Instance(s) Available.\r\n'; return 0; }
  case $(printf '%s' "$value" | tr 'a-z' 'A-Z')$column in
    TRUE3 | FALSE4) value=no ;;
    FALSE3 | TRUE4) value=yes ;;
    *) printf 'Invalid value\r\n'; return 1 ;;
  esac
  awk -F '\t' -v OFS='\t' -v name="$name" -v column=$column -v value=$value \
    'tolower($1) == tolower(name) { $column = value } { print }' "$(accounts_file)" >/run/standin/accounts.new
  cat /run/standin/accounts.new >"$(accounts_file)"
  sync
  printf 'Updating property(s) of an account\r\nProperty(s) update successful.\r\n'
}
