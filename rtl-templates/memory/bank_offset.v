`default_nettype none
// Address offset of each bank behind a rotated access. Position p of the access goes to bank (p + amount) mod BANKS, at
// the offset (amount + LANE_VALUES[p]) / BANKS. Combinational.
// Protocol:   amount_i < BANKS.
// Parameters: BANKS >= 1; WIDTH: bits of an offset, enough for all of them; LANE_VALUES: 16 bits per position;
//             AMOUNT_WIDTH is derived, leave it alone.
module bank_offset #(
    parameter integer BANKS = 4, WIDTH = 4,
    parameter [BANKS*16-1:0] LANE_VALUES = {BANKS{16'd0}},
    parameter integer AMOUNT_WIDTH = BANKS > 1 ? $clog2(BANKS) : 1
) (
    input  wire [AMOUNT_WIDTH-1:0] amount_i,
    output wire [BANKS*WIDTH-1:0]  offset_o
);
    wire [BANKS*WIDTH-1:0] by_position;

    genvar p;
    generate
        if (BANKS < 1 || WIDTH < 1) begin : gen_bad bank_offset_needs_a_bank_and_a_width u_error (); end
        for (p = 0; p < BANKS; p = p + 1) begin : gen_position
            // amount < BANKS carries at most 1 into the quotient.
            localparam integer            VALUE = {16'd0, LANE_VALUES[p*16 +: 16]};
            localparam integer            BELOW = VALUE / BANKS;
            localparam integer            ABOVE = BELOW + 1;
            localparam integer            CARRY = BANKS - VALUE % BANKS; // the amount from which on it does
            localparam [WIDTH-1:0]        LOW   = BELOW[WIDTH-1:0];
            localparam [WIDTH-1:0]        HIGH  = ABOVE[WIDTH-1:0];
            localparam [AMOUNT_WIDTH-1:0] FROM  = CARRY[AMOUNT_WIDTH-1:0];
            if (CARRY == BANKS) begin : gen_fixed
                wire unused_ok = &{1'b0, HIGH, FROM};
                assign by_position[p*WIDTH +: WIDTH] = LOW;
            end else begin : gen_carry
                assign by_position[p*WIDTH +: WIDTH] = amount_i >= FROM ? HIGH : LOW;
            end
        end
    endgenerate

    bank_rotator #(.BANKS(BANKS), .WIDTH(WIDTH), .INVERSE(1)) u_rotator (
        .data_i(by_position), .amount_i(amount_i), .data_o(offset_o));
endmodule
`default_nettype wire
