`default_nettype none
// Rotates BANKS groups: out[p] = in[(p + amount) mod BANKS]; INVERSE: out[(p + amount) mod BANKS] = in[p].
// Combinational.
// Protocol:   amount_i < BANKS. The elements are [outer][bank][inner], inner fastest; every outer part rotates alike.
// Parameters: OUTER, BANKS, INNER, WIDTH (bits of an element) >= 1; INVERSE: 0 or 1; AMOUNT_WIDTH is derived, leave it
//             alone.
module bank_rotator #(
    parameter integer OUTER = 1, BANKS = 4, INNER = 1, WIDTH = 8, INVERSE = 0,
    parameter integer AMOUNT_WIDTH = BANKS > 1 ? $clog2(BANKS) : 1
) (
    input  wire [OUTER*BANKS*INNER*WIDTH-1:0] data_i,
    input  wire [AMOUNT_WIDTH-1:0]            amount_i,
    output wire [OUTER*BANKS*INNER*WIDTH-1:0] data_o
);
    localparam integer GROUP = INNER * WIDTH; // bits that move together
    localparam integer BITS  = BANKS * GROUP;

    genvar o, s;
    generate
        if (OUTER < 1 || BANKS < 1 || GROUP < 1) begin : gen_bad bank_rotator_needs_a_bank u_error (); end
        if (BANKS == 1) begin : gen_one
            wire unused_ok = &{1'b0, amount_i};
            assign data_o = data_i;
        end else begin : gen_several
            for (o = 0; o < OUTER; o = o + 1) begin : gen_outer
                for (s = 0; s < AMOUNT_WIDTH; s = s + 1) begin : gen_stage // by 2^s if amount bit s is set
                    localparam integer DOWN = (INVERSE != 0 ? BANKS - (1 << s) : 1 << s) * GROUP;
                    wire [BITS-1:0] source, rotated, result;
                    if (s == 0) begin : gen_first
                        assign source = data_i[o*BITS +: BITS];
                    end else begin : gen_later
                        assign source = gen_stage[s-1].result;
                    end
                    assign rotated = {source[DOWN-1:0], source[BITS-1:DOWN]};
                    assign result   = amount_i[s] ? rotated : source;
                end
                assign data_o[o*BITS +: BITS] = gen_stage[AMOUNT_WIDTH-1].result;
            end
        end
    endgenerate
endmodule
`default_nettype wire
