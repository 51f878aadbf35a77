`default_nettype none
// Sum, maximum or minimum of COUNT values in a chain of processing elements: each one combines its value with the
// result of its neighbour of the previous cycle.
// Protocol:   none: new values every cycle. Value i arrives i cycles after value 0 of the same result.
// Latency:    COUNT cycles from value 0, one from the last value.
// Reset:      none.
// Parameters: COUNT >= 1; IN_WIDTH, OUT_WIDTH: bits of a value and of the result, which is extended or (sums) taken
//             modulo 2^OUT_WIDTH; SIGNED: 0 or 1; OPERATION: 0 sum, 1 maximum, 2 minimum.
module reduction_chain #(
    parameter integer COUNT = 4, IN_WIDTH = 8, OUT_WIDTH = 10, SIGNED = 1, OPERATION = 0
) (
    input  wire                      clk_i,
    input  wire [COUNT*IN_WIDTH-1:0] data_i,
    output wire [OUT_WIDTH-1:0]      data_o
);
    localparam integer GROWN = OPERATION == 0 ? IN_WIDTH + $clog2(COUNT) : IN_WIDTH;
    localparam integer LAST  = GROWN < OUT_WIDTH ? GROWN : OUT_WIDTH; // bits of the last partial result

    genvar i;
    generate
        if (COUNT < 1 || IN_WIDTH < 1 || OPERATION < 0 || OPERATION > 2 ||
            (OPERATION != 0 && OUT_WIDTH < IN_WIDTH)) begin : gen_bad
            reduction_chain_has_a_bad_parameter u_error ();
        end
        for (i = 0; i < COUNT; i = i + 1) begin : gen_element
            // A sum of i + 1 values is as wide as it can get, up to the width of the result.
            localparam integer FULL  = OPERATION == 0 ? IN_WIDTH + $clog2(i + 1) : IN_WIDTH;
            localparam integer WIDTH = FULL < OUT_WIDTH ? FULL : OUT_WIDTH;
            wire                      sign     = SIGNED != 0 && data_i[i*IN_WIDTH+IN_WIDTH-1];
            wire [WIDTH+IN_WIDTH-1:0] extended = {{WIDTH{sign}}, data_i[i*IN_WIDTH +: IN_WIDTH]};
            wire [WIDTH-1:0]          own      = extended[WIDTH-1:0];
            wire                      unused_ok = &{1'b0, extended[WIDTH+IN_WIDTH-1:WIDTH]};
            reg  [WIDTH-1:0]          result_q;
            if (i == 0) begin : gen_first
                always @(posedge clk_i) result_q <= own;
            end else begin : gen_later
                localparam integer BEFORE = OPERATION == 0 ? IN_WIDTH + $clog2(i) : IN_WIDTH;
                localparam integer NARROW = BEFORE < OUT_WIDTH ? BEFORE : OUT_WIDTH;
                wire            sign_so_far = SIGNED != 0 && gen_element[i-1].result_q[NARROW-1];
                wire [NARROW:0] so_far_extended = {sign_so_far, gen_element[i-1].result_q};
                wire [WIDTH-1:0] so_far = so_far_extended[WIDTH-1:0];
                wire unused_top = so_far_extended[NARROW];
                if (OPERATION == 0) begin : gen_sum
                    always @(posedge clk_i) result_q <= so_far + own;
                end else begin : gen_choose
                    wire above = SIGNED != 0 ? $signed(so_far) > $signed(own) : so_far > own;
                    always @(posedge clk_i) result_q <= above == (OPERATION == 1) ? so_far : own;
                end
            end
        end
    endgenerate

    wire                      sign      = SIGNED != 0 && gen_element[COUNT-1].result_q[LAST-1];
    wire [OUT_WIDTH+LAST-1:0] extended  = {{OUT_WIDTH{sign}}, gen_element[COUNT-1].result_q};
    wire                      unused_ok = &{1'b0, extended[OUT_WIDTH+LAST-1:OUT_WIDTH]};
    assign data_o = extended[OUT_WIDTH-1:0];
endmodule
`default_nettype wire
