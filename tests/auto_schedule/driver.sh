#!/bin/sh
# driver.sh <directory with the executables> <directory of hardware files> <directory to work in>
#
# The auto-scheduler and mappings at the command line of generators.
set -eu
bin=$1
hardware=$2
work=$3
rm -rf "$work"
mkdir -p "$work"
cd "$work"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# expect_error <part of the message> <generator> <arguments>...: exit status 1, the message on standard error, no design.
expect_error() {
    part=$1
    generator=$2
    shift 2
    status=0
    "$bin/$generator.generator" -g "$generator" -o out "$@" >stdout 2>stderr || status=$?
    [ $status -eq 1 ] || fail "$generator $*: exit status $status, expected 1: $(cat stderr)"
    grep -q -- "$part" stderr || fail "$generator $*: no \"$part\" in: $(cat stderr)"
    [ ! -s stdout ] || fail "$generator $*: wrote to standard output"
    [ ! -e out ] || fail "$generator $*: left a design"
}

tiny="autoscheduler=orrery autoscheduler.hardware=$hardware/tiny-4x4.json"
layer="K=8 C=8 OY=5 OX=6 FY=3 FX=3"
expect_error "autoscheduler.hardware: name the file" matrix_multiply autoscheduler=orrery
expect_error "nothing.json" matrix_multiply autoscheduler=orrery autoscheduler.hardware=nothing.json
expect_error "expected energy, cycles or edp" matrix_multiply $tiny autoscheduler.objective=area
expect_error "there is no such parameter" matrix_multiply $tiny autoscheduler.parallelism=8
expect_error "it schedules for the CPU" matrix_multiply autoscheduler=Mullapudi2016 -e accelerator
expect_error "Ask for one with -e accelerator" matrix_multiply $tiny -e h target=host
expect_error "Give one of the two" matrix_multiply $tiny mapping=mapping.json
expect_error "expected true or false" matrix_multiply $tiny print_schedule=maybe
expect_error "nothing.json: cannot be read" matrix_multiply mapping=nothing.json
expect_error "has a schedule already" line_buffer $tiny
expect_error "sum: dimension 0 of b is read at" gemm a.type=int8 b.type=int8 output.type=int8 b_packed=true $tiny

# The mapping that orrery optimize finds is the one that the auto-scheduler finds, whatever the number of threads.
convolution="$bin/convolution_dataflow.generator -g convolution_dataflow"
$convolution -o found layer="$layer" $tiny autoscheduler.objective=cycles autoscheduler.fix="spatial C=4 K=4" \
    print_schedule=true >schedule
grep -q "hw.pe_array(sum.update(), {cl}, {kl});" schedule || fail "print_schedule: $(cat schedule)"
$convolution -o again layer="$layer" $tiny autoscheduler.objective=cycles autoscheduler.fix="spatial C=4 K=4" \
    autoscheduler.threads=3
diff -r found again || fail "another design with three threads"
"$bin/orrery" optimize --layer "$layer" --hardware "$hardware/tiny-4x4.json" --objective cycles --fix "spatial C=4 K=4" >log
grep -v '"name": "\(output\|layer\)"' mapping.json >expected
grep -v '"name": "\(output\|layer\)"' found/mapping.json | diff expected - || fail "another mapping than that of orrery optimize"
$convolution -o given layer="$layer" mapping=mapping.json
cmp mapping.json given/mapping.json || fail "another mapping beside the design than the one that was given"
diff -x mapping.json -r found given || fail "mapping=mapping.json gives another design"

# Its cycles are those that both predict.
exact=$(sed -n 's/ *"exact_cycles": \([0-9]*\),/\1/p' mapping.json)
grep -q "^// candidate .* pJ, $exact cycles, at least [0-9]*$" schedule || fail "not $exact cycles: $(cat schedule)"
grep -q "^// optimal" schedule || fail "no proof: $(cat schedule)"
"$bin/orrery" simulate given --quick >log 2>&1 || fail "given: $(cat log)"
tr -d " ," <log | grep -qx "cycles$exact" || fail "not $exact cycles: $(cat log)"
# The mapping beside a design is its own: one of a design before is gone, and one that lies there can be given.
$convolution -o given layer="$layer" mapping=given/mapping.json
cmp mapping.json given/mapping.json || fail "a mapping beside the design is lost when it is given"
"$bin/matrix_multiply.generator" -g matrix_multiply -o given
[ ! -e given/mapping.json ] || fail "the mapping of the design before is left beside one without a mapping"
expect_error "Optimize that layer: orrery optimize --layer \"N=1 K=64" convolution_dataflow mapping=mapping.json

# Which loops are dense in memory is part of the layer: the layer that the message names has them.
expect_error "layer: input=OX: in this convolution channels are innermost" convolution_dataflow \
    layer="$layer input=OX" mapping=mapping.json
planes="input.type=int8 weights.type=int8 output.type=int8 layout=nchw channels=8 filters=8 width=6 height=5"
expect_error "stride=1 groups=1 input=OX" conv2d $planes mapping=mapping.json
"$bin/orrery" optimize --layer "$(sed 's/.*--layer "\([^"]*\)".*/\1/' stderr)" --hardware "$hardware/tiny-4x4.json" --candidates 0 >log
grep -q '"input": "OX"' mapping.json || fail "mapping.json does not say what is dense: $(cat mapping.json)"
"$bin/conv2d.generator" -g conv2d -o nchw $planes mapping=mapping.json
"$bin/conv2d.generator" -g conv2d -o nchw_found $planes $tiny autoscheduler.candidates=0
diff -x mapping.json -r nchw nchw_found || fail "mapping=mapping.json gives another design with planes of pixels"

# Generators with scalar inputs, scales of channels, padding by a zero point, groups and their own layouts: bit for bit.
int8="input.type=int8 weights.type=int8 output.type=int8"
"$bin/conv2d.generator" -g conv2d -o conv2d $int8 layout=nhwc groups=2 channels=4 filters=4 width=6 height=5 \
    $tiny autoscheduler.objective=edp
"$bin/gemm.generator" -g gemm -o gemm a.type=int8 b.type=int8 output.type=int8 height=6 $tiny
"$bin/conv2d.generator" -g conv2d -o dilated $int8 channels=4 filters=4 width=9 height=8 stride_y=2 dilation_x=2 $tiny
"$bin/pool.generator" -g pool -o pool input.type=int8 output.type=int8 channels=6 kernel_width=3 kind=average $tiny
grep -q '"dilation_x": 2,' dilated/mapping.json || fail "no dilation in: $(cat dilated/mapping.json)"
grep -q '"problem": {' pool/mapping.json || fail "no loops and tensors in: $(cat pool/mapping.json)"
"$bin/pool.generator" -g pool -o pool_given input.type=int8 output.type=int8 channels=6 kernel_width=3 kind=average \
    mapping=pool/mapping.json
diff -r pool pool_given || fail "mapping=mapping.json gives another pooling"
# orrery optimize takes what a generator computes, too: the same mapping; a front, each point of which becomes a design.
"$bin/orrery" optimize --problem pool/mapping.json --hardware "$hardware/tiny-4x4.json" >log
grep -v cycles pool/mapping.json >expected
grep -v cycles mapping.json | diff expected - || fail "another mapping than that of the auto-scheduler"
"$bin/orrery" optimize --problem pool/mapping.json --hardware "$hardware/tiny-4x4.json" --objective pareto >log
"$bin/pool.generator" -g pool -o pool_front input.type=int8 output.type=int8 channels=6 kernel_width=3 kind=average \
    mapping=pareto/mapping-1.json
sed 's/"output": true/"output": false/' pool/mapping.json >wrong.json
for arguments in "wrong.json" "wrong.json --layer K=3" "pool/mapping.json --cost-model interstellar" "pool/mapping.json --batch 2"; do
    status=0
    "$bin/orrery" optimize --hardware "$hardware/tiny-4x4.json" --problem $arguments >log 2>&1 || status=$?
    [ $status -eq 1 ] || fail "--problem $arguments: exit status $status, expected 1: $(cat log)"
done
for design in conv2d gemm nchw dilated pool pool_front; do
    "$bin/orrery" simulate $design --quick --seed 3 >log 2>&1 || fail "$design: $(cat log)"
done
echo "passed"
