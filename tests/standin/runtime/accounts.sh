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

passwords_file() { echo "$WINDOWS/System32/config/PASSWORDS"; }
digest_of() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }

# What passes for a password: its digest, a line each. Accounts of the answer file have none there, and log on with any.
set_password() { # NAME PASSWORD
  { awk -F '\t' -v name="$1" 'tolower($1) != tolower(name)' "$(passwords_file)" 2>/dev/null; printf '%s\t%s\n' "$1" "$(digest_of "$2")"; } >/run/standin/passwords.new
  cat /run/standin/passwords.new >"$(passwords_file)"
}
password_fits() { # NAME PASSWORD
  local wanted
  wanted=$(awk -F '\t' -v name="$1" 'tolower($1) == tolower(name) { print $2 }' "$(passwords_file)" 2>/dev/null)
  [ -z "$wanted" ] || [ "$wanted" = "$(digest_of "$2")" ]
}

# net user NAME PASSWORD [/add | /active:yes] [/y]. What Windows refuses: an account that is there already or is not there, and, where nobody
# answers its question, a password of more than 14 characters.
change_user() { # NAME PASSWORD OPTIONS
  case " $3 " in *' /y '*) ;; *) [ ${#2} -le 14 ] || { printf 'No valid response was provided.\r\n'; return 2; } ;; esac
  case " $3 " in
    *' /add '*)
      ! account_exists "$1" || { printf 'The account already exists.\r\n'; return 2; }
      printf '%s\tUsers\tyes\tyes\n' "$1" >>"$(accounts_file)"
      mkdir -p "/mnt/c/Users/$1/AppData/Local/Temp" "/mnt/c/Users/$1/Desktop"
      ;;
    *)
      account_exists "$1" || { printf 'The user name could not be found.\r\n'; return 2; }
      case " $3 " in *' /active:yes '*) change_account "$1" 3 yes ;; esac
      ;;
  esac
  set_password "$1" "$2"
  sync
  printf 'The command completed successfully.\r\n'
}

change_account() { # NAME COLUMN VALUE
  awk -F '\t' -v OFS='\t' -v name="$1" -v column="$2" -v value="$3" \
    'tolower($1) == tolower(name) { $column = value } { print }' "$(accounts_file)" >/run/standin/accounts.new
  cat /run/standin/accounts.new >"$(accounts_file)"
  sync
}

groups_of() { awk -F '\t' -v name="$1" 'tolower($1) == tolower(name) { print $2 }' "$(accounts_file)"; }
# Those that Windows has, in this language.
is_group() { case $(printf %s "$1" | tr 'A-Z' 'a-z') in administrators | 'backup operators' | 'cryptographic operators' | 'distributed com users' | 'event log readers' | guests | iis_iusrs | \
  'network configuration operators' | 'performance '*' users' | 'power users' | 'remote desktop users' | replicator | users) ;; *) false ;; esac; }

add_to_group() { # GROUP NAME
  is_group "$1" || { printf 'System error 1376 has occurred.\r\n'; return 2; }
  account_exists "$2" || { printf 'There is no such global user or group: %s.\r\n' "$2"; return 2; }
  case ";$(groups_of "$2");" in *";$1;"*) printf 'System error 1378 has occurred.\r\n'; return 2 ;; esac
  change_account "$2" 2 "$(groups_of "$2");$1"
  printf 'The command completed successfully.\r\n'
}

# The words of a command line, a line each, as Windows programs take it apart.
words_of() {
  printf '%s\n' "$1" | awk '{ word = ""; open = 0; any = 0
    for (i = 1; i <= length($0); i++) { c = substr($0, i, 1)
      if (c == "\"") { open = !open; any = 1 }
      else if (c == " " && !open) { if (any) print word; word = ""; any = 0 }
      else { word = word c; any = 1 } }
    if (any) print word }'
}

# net user [NAME [PASSWORD OPTIONS]], net localgroup NAME [USER /add].
net_program() {
  local words what first second rest
  words=$(words_of "$(arguments_of "$1")")
  what=$(printf '%s\n' "$words" | sed -n 1p | tr 'A-Z' 'a-z')
  first=$(printf '%s\n' "$words" | sed -n 2p) second=$(printf '%s\n' "$words" | sed -n 3p)
  rest=$(printf '%s\n' "$words" | sed 1,3d | tr 'A-Z\n' 'a-z ')
  case $what in
    user)
      [ -n "$first" ] || { awk -F '\t' '{ printf "%s\r\n", $1 }' "$(accounts_file)"; return; }
      [ -z "$second" ] || { change_user "$first" "$second" "$rest"; return; }
      account_exists "$first" || { printf 'The user name could not be found.\r\n'; return 2; }
      awk -F '\t' -v name="$first" 'tolower($1) == tolower(name) {
        printf "User name                    %s\r\nAccount active               %s\r\nPassword expires             %s\r\nLocal Group Memberships      ",
          $1, $3 == "yes" ? "Yes" : "No", $4 == "yes" ? "in 42 days" : "Never"
        count = split($2, groups, ";")
        for (i = 1; i <= count; i++) printf "*%s ", groups[i]
        printf "\r\n" }' "$(accounts_file)"
      ;;
    localgroup)
      is_group "$first" || { printf 'System error 1376 has occurred.\r\n'; return 2; }
      [ -z "$second" ] || { add_to_group "$first" "$second"; return; }
      awk -F '\t' -v group="$first" '{ count = split($2, groups, ";")
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
  change_account "$name" $column $value
  printf 'Updating property(s) of an account\r\nProperty(s) update successful.\r\n'
}
