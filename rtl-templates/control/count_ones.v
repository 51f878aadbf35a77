`default_nettype none
// Number of ones. Combinational: the fields of a vector are added in pairs, all at once, until one field is left.
// Parameters: COUNT >= 1 bits; COUNT_WIDTH is derived, leave it alone.
module count_ones #(
    parameter integer COUNT = 4,
    parameter integer COUNT_WIDTH = $clog2(COUNT + 1)
) (
    input  wire [COUNT-1:0]       bits_i,
    output wire [COUNT_WIDTH-1:0] count_o
);
    localparam integer LEVELS = $clog2(COUNT);
    localparam integer SIZE   = 1 << LEVELS;

    genvar i;
    generate
        if (COUNT < 1) begin : gen_bad count_ones_needs_a_bit u_error (); end
        for (i = 0; i <= LEVELS; i = i + 1) begin : gen_level // fields of 2^i bits
            wire [SIZE-1:0] fields;
            if (i > 0) begin : gen_sum
                localparam integer         HALF  = 1 << (i - 1);
                localparam [SIZE-1:0]      LOWER = {(SIZE / (2 * HALF)){{HALF{1'b0}}, {HALF{1'b1}}}};
                assign fields = (gen_level[i-1].fields & LOWER) + ((gen_level[i-1].fields >> HALF) & LOWER);
            end else if (COUNT < SIZE) begin : gen_pad
                assign fields = {{(SIZE - COUNT){1'b0}}, bits_i};
            end else begin : gen_full
                assign fields = bits_i;
            end
        end
        if (SIZE > COUNT_WIDTH) begin : gen_unused
            wire unused_ok = &{1'b0, gen_level[LEVELS].fields[SIZE-1:COUNT_WIDTH]};
        end
    endgenerate
    assign count_o = gen_level[LEVELS].fields[COUNT_WIDTH-1:0];
endmodule
`default_nettype wire
