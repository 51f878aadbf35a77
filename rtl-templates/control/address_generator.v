`default_nettype none
// base + sum(coefficient x index) of a sequencer's point, with one adder: every loop keeps the address that it restarts
// from.
// Protocol:   start_i, step_i and increment_i are start_i, fire_o and increment_o of the sequencer. base_i is taken
//             with start_i; coefficient_i must not change during a run. Independent of the extents.
// Latency:    address_o belongs to the point that the sequencer presents.
// Throughput: one address per cycle, modulo 2^WIDTH (a coefficient may be negative).
// Reset:      none; the address is undefined before the first start_i.
// Parameters: LOOPS >= 1, loop 0 is the outermost; WIDTH: bits of the address; USED: bit i is 0 if coefficient i is
//             always 0; MODULUS: the address goes round at this number instead of 2^WIDTH (0: it does not); base_i and
//             all coefficients are then below it.
module address_generator #(
    parameter integer LOOPS = 2, WIDTH = 8,
    parameter [LOOPS-1:0] USED = {LOOPS{1'b1}},
    parameter integer MODULUS = 0
) (
    input  wire                   clk_i,
    input  wire                   start_i,
    input  wire                   step_i,
    input  wire [LOOPS-1:0]       increment_i,
    input  wire [WIDTH-1:0]       base_i,
    input  wire [LOOPS*WIDTH-1:0] coefficient_i,
    output wire [WIDTH-1:0]       address_o
);
    wire [WIDTH-1:0] next_address;

    assign address_o = gen_loop[LOOPS-1].level;

    genvar i;
    generate
        if (MODULUS == 0) begin : gen_sum
            assign next_address = gen_loop[0].from + gen_loop[0].amount;
        end else begin : gen_circle
            localparam [WIDTH:0] ROUND = MODULUS[WIDTH:0];
            wire [WIDTH:0] sum     = {1'b0, gen_loop[0].from} + {1'b0, gen_loop[0].amount};
            wire [WIDTH:0] wrapped = sum >= ROUND ? sum - ROUND : sum;
            wire           unused_ok = &{1'b0, wrapped[WIDTH]};
            assign next_address = wrapped[WIDTH-1:0];
        end
        if (LOOPS < 1 || WIDTH < 1) begin : gen_bad address_generator_needs_a_loop_and_a_width u_error (); end
        for (i = 0; i < LOOPS; i = i + 1) begin : gen_loop
            wire [WIDTH-1:0] level;                         // the address with all loops inside this one at 0
            wire [WIDTH-1:0] inner_from, inner_amount;      // operands of the adder if a loop inside this one advances
            wire [WIDTH-1:0] from, amount;                  // ... or this one
            assign from   = increment_i[i] ? level : inner_from;
            if (i == LOOPS - 1) begin : gen_innermost
                assign inner_from   = level; // the run ends: whatever this is, the next start loads all levels
                assign inner_amount = {WIDTH{1'b0}};
            end else begin : gen_outer
                assign inner_from   = gen_loop[i+1].from;
                assign inner_amount = gen_loop[i+1].amount;
            end
            if (USED[i]) begin : gen_used
                reg [WIDTH-1:0] level_q;
                always @(posedge clk_i) begin
                    if (start_i)                           level_q <= base_i;
                    else if (step_i && |increment_i[i:0]) level_q <= next_address;
                end
                assign level  = level_q;
                assign amount = increment_i[i] ? coefficient_i[i*WIDTH +: WIDTH] : inner_amount;
            end else begin : gen_unused
                wire unused_ok = &{1'b0, coefficient_i[i*WIDTH +: WIDTH]};
                assign amount = inner_amount;
                if (i == 0) begin : gen_base
                    reg [WIDTH-1:0] base_q;
                    assign level = base_q;
                    always @(posedge clk_i) begin
                        if (start_i) base_q <= base_i;
                    end
                end else begin : gen_around
                    assign level = gen_loop[i-1].level;
                end
            end
        end
        if (!(|USED)) begin : gen_constant
            wire unused_ok = &{1'b0, step_i, increment_i, next_address};
        end
    endgenerate
endmodule
`default_nettype wire
