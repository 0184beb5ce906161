#!/bin/sh
# Assembles the programs of this folder, or those named on the command line. Needs GNU binutils for arm-none-eabi.
set -e
cd "$(dirname "$0")"
[ $# -gt 0 ] || set -- *.s
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for source in "$@"; do
    name=${source%.s}
    arm-none-eabi-as -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mthumb -o "$work/$name.o" "$source"
    arm-none-eabi-ld -Ttext=0 -e 0 -o "$work/$name.elf" "$work/$name.o"
    arm-none-eabi-objcopy -O binary -j .text "$work/$name.elf" "$name.bin"
    chmod 644 "$name.bin"
done
