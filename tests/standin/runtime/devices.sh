# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Plug and Play of the installed Windows: in specialize each PCI device gets the staged driver that names it best, or none. What came of it can
# be asked for under HKLM\SYSTEM\CurrentControlSet\Enum\PCI.

# pci_ids DEVICE-FOLDER: the hardware ids of a device, then its compatible ids, as Windows makes them from its configuration space.
pci_ids() {
  local vendor device subsystem revision class
  vendor=$(pci_number "$1/vendor" 4) device=$(pci_number "$1/device" 4)
  subsystem=$(pci_number "$1/subsystem_device" 4)$(pci_number "$1/subsystem_vendor" 4)
  revision=$(pci_number "$1/revision" 2) class=$(pci_number "$1/class" 6)
  printf 'PCI\\VEN_%s&DEV_%s&SUBSYS_%s&REV_%s\n' "$vendor" "$device" "$subsystem" "$revision"
  printf 'PCI\\VEN_%s&DEV_%s&SUBSYS_%s\n' "$vendor" "$device" "$subsystem"
  printf 'PCI\\VEN_%s&DEV_%s&REV_%s\n' "$vendor" "$device" "$revision"
  printf 'PCI\\VEN_%s&DEV_%s\n' "$vendor" "$device"
  printf 'PCI\\VEN_%s&DEV_%s&CC_%s\n' "$vendor" "$device" "$class"
  printf 'PCI\\VEN_%s&CC_%s\n' "$vendor" "$class"
  printf 'PCI\\CC_%s\nPCI\\CC_%s\n' "$class" "${class%??}"
}

# pci_number FILE DIGITS: 0x1af4 → 1AF4
pci_number() { printf "%0$2X" "$(cat "$1")"; }

# install_devices: reads what stage_driver wrote down: signature, INF, service, hardware id.
install_devices() {
  local device ids id found signature inf service
  [ -s "$WINDOWS/System32/config/DRIVERS" ] || return 0
  for device in /sys/bus/pci/devices/*; do
    ids=$(pci_ids "$device")
    found=$(printf '%s\n' "$ids" | while IFS= read -r id; do
      # Not -v: awk would take the backslash away.
      ID=$id awk -F '\t' 'toupper($4) == toupper(ENVIRON["ID"]) { print; exit }' "$WINDOWS/System32/config/DRIVERS"
    done | head -n 1)
    [ -n "$found" ] || continue
    signature=$(printf '%s' "$found" | cut -f1) inf=$(printf '%s' "$found" | cut -f2) service=$(printf '%s' "$found" | cut -f3)
    id=$(printf '%s' "$ids" | head -n 1)
    # A driver that cannot be verified is not loaded: code 52 in the Device Manager.
    if [ "$signature" = ok ]; then
      { registry_text Service "$service"; registry_text InfPath "$inf"; printf '"ConfigFlags"=dword:00000000\n'; }
    else
      { registry_text InfPath "$inf"; printf '"ConfigFlags"=dword:00000040\n"Problem"=dword:00000034\n'; }
    fi | registry_append SYSTEM "System\\\\CurrentControlSet\\\\Enum\\\\$(registry_escape "$id")\\\\0"
    note "device $id: $inf, $signature"
  done
}
