#!/bin/sh
# generator_driver.sh <generator executable with several generators> <directory to work in> <generator of
# programmable_convolution> <orrery>
set -eu
generator=$1
work=$2
programmable=$3
orrery=$4
rm -rf "$work"
mkdir -p "$work"
cd "$work"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# expect_error <part of the message> <arguments>...: exit status 1, the message on standard error, nothing written.
expect_error() {
    part=$1
    shift
    status=0
    "$generator" "$@" >stdout 2>stderr || status=$?
    [ $status -eq 1 ] || fail "$*: exit status $status, expected 1: $(cat stderr)"
    grep -q -- "$part" stderr || fail "$*: no \"$part\" in: $(cat stderr)"
    [ ! -s stdout ] || fail "$*: wrote to standard output"
    [ "$(ls)" = "$(printf 'stderr\nstdout')" ] || fail "$*: left $(ls)"
}

expect_error "conv_layer" -o out                                     # several generators and no -g
expect_error "no generator nothing" -g nothing -o out
expect_error "with -o" -g conv_layer
expect_error "needs a value" -g conv_layer -o
expect_error "neither a flag nor a parameter" -g conv_layer -o out word
expect_error "nonsense" -g conv_layer -o out nonsense=1              # Halide's message
expect_error "no-such-kind" -g conv_layer -o out -e no-such-kind target=host
expect_error "bus_bits(48)" -g conv_layer -o out bus_bits=48         # thrown by schedule()
expect_error "bus_bits(48)" -g conv_layer -o out -e static_library bus_bits=48 target=host

# What Halide emits is still there, alone and beside the accelerator.
mkdir stock
"$generator" -g conv_layer -o stock -e static_library,h,stmt target=host || fail "stock kinds"
for file in conv_layer.a conv_layer.h conv_layer.stmt; do
    [ -s "stock/$file" ] || fail "stock/$file was not made"
done
"$generator" -g conv_layer -o both -e accelerator,h -f mine target=host rows=4 columns=4 || fail "accelerator and header"
for file in design.json design.hwir schedule.txt reference.so rtl/mine.v rtl/filelist.f mine.h; do
    [ -s "both/$file" ] || fail "both/$file was not made"
done

# The same bytes from run to run, and modules of an earlier design do not stay.
echo "old" >both/rtl/old.v
cp -r both first
"$generator" -g conv_layer -o both -e accelerator -f mine target=host rows=4 columns=4
[ ! -e both/rtl/old.v ] || fail "rtl/old.v is still there"
rm first/rtl/old.v
diff -r first both || fail "a second run gives other files"
rm -r first
"$generator" --help | grep -q "accelerator" || fail "--help"

# Values of scalars that the design does not take are refused before anything is built.
expect_refusal() {
    part=$1
    shift
    status=0
    "$orrery" simulate scalars "$@" >stdout 2>stderr || status=$?
    [ $status -eq 1 ] || fail "$*: exit status $status, expected 1: $(cat stderr)"
    grep -q -- "$part" stderr || fail "$*: no \"$part\" in: $(cat stderr)"
    [ ! -e scalars/simulation ] || fail "$*: built a model"
}
"$programmable" -o scalars rows=4 columns=4 || fail "programmable_convolution"
expect_refusal "65 is not possible for scalar channels, which goes from 1 to 64" --set channels=65
expect_refusal "0 is not possible for scalar width" --set width=0
expect_refusal "no scalar depth" --set depth=3
expect_refusal "not an integer" --set channels=3x
expect_refusal "not an integer" --set shift=-1
expect_refusal "has no element" --set width=2 --set kernel=5 --set pad=0
