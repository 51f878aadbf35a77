`default_nettype none
// Sum, maximum or minimum of COUNT values in a tree of two-input nodes with a register behind each level.
// Protocol:   none: new values every cycle.
// Latency:    clog2(COUNT) cycles (none for COUNT = 1).
// Reset:      none.
// Parameters: COUNT >= 1; IN_WIDTH, OUT_WIDTH: bits of a value and of the result, which is extended or (sums) taken
//             modulo 2^OUT_WIDTH; SIGNED: 0 or 1; OPERATION: 0 sum, 1 maximum, 2 minimum.
module reduction_tree #(
    parameter integer COUNT = 4, IN_WIDTH = 8, OUT_WIDTH = 10, SIGNED = 1, OPERATION = 0
) (
    input  wire                      clk_i,
    input  wire [COUNT*IN_WIDTH-1:0] data_i,
    output wire [OUT_WIDTH-1:0]      data_o
);
    localparam integer LEVELS = $clog2(COUNT);
    localparam integer GROWN  = OPERATION == 0 ? IN_WIDTH + LEVELS : IN_WIDTH;
    localparam integer LAST   = GROWN < OUT_WIDTH ? GROWN : OUT_WIDTH; // bits of the last node

    genvar l, n;
    generate
        if (COUNT < 1 || IN_WIDTH < 1 || OPERATION < 0 || OPERATION > 2 ||
            (OPERATION != 0 && OUT_WIDTH < IN_WIDTH)) begin : gen_bad
            reduction_tree_has_a_bad_parameter u_error ();
        end
        for (l = 0; l <= LEVELS; l = l + 1) begin : gen_level
            // A level halves the number of nodes, rounding up; a sum grows by a bit, up to the width of the result.
            localparam integer NODES = (COUNT + (1 << l) - 1) >> l;
            localparam integer FULL  = OPERATION == 0 ? IN_WIDTH + l : IN_WIDTH;
            localparam integer WIDTH = FULL < OUT_WIDTH ? FULL : OUT_WIDTH;
            for (n = 0; n < NODES; n = n + 1) begin : gen_node
                wire [WIDTH-1:0] value;
                if (l == 0) begin : gen_leaf
                    assign value = data_i[n*IN_WIDTH +: WIDTH];
                    if (WIDTH < IN_WIDTH) begin : gen_unused
                        wire unused_ok = &{1'b0, data_i[n*IN_WIDTH+WIDTH +: IN_WIDTH-WIDTH]};
                    end
                end else begin : gen_inner
                    localparam integer BELOW  = (COUNT + (1 << (l - 1)) - 1) >> (l - 1); // nodes of the level below
                    localparam integer NARROW = FULL - 1 < OUT_WIDTH && OPERATION == 0 ? FULL - 1 : WIDTH;
                    localparam integer SECOND = 2 * n + 1 < BELOW ? 2 * n + 1 : 2 * n;
                    wire [NARROW-1:0] left  = gen_level[l-1].gen_node[2*n].value;
                    wire [NARROW-1:0] right = gen_level[l-1].gen_node[SECOND].value;
                    wire [WIDTH-1:0]  left_extended, right_extended;
                    reg  [WIDTH-1:0]  value_q;
                    if (WIDTH > NARROW) begin : gen_extend
                        assign left_extended  = {SIGNED != 0 && left[NARROW-1], left};
                        assign right_extended = {SIGNED != 0 && right[NARROW-1], right};
                    end else begin : gen_keep
                        assign left_extended  = left;
                        assign right_extended = right;
                    end
                    if (SECOND == 2 * n) begin : gen_odd // a node without a partner
                        wire unused_ok = &{1'b0, right_extended};
                        always @(posedge clk_i) value_q <= left_extended;
                    end else if (OPERATION == 0) begin : gen_sum
                        always @(posedge clk_i) value_q <= left_extended + right_extended;
                    end else begin : gen_choose
                        wire above = SIGNED != 0 ? $signed(left) > $signed(right) : left > right;
                        always @(posedge clk_i) value_q <= above == (OPERATION == 1) ? left_extended : right_extended;
                    end
                    assign value = value_q;
                end
            end
        end
    endgenerate

    wire                      sign      = SIGNED != 0 && gen_level[LEVELS].gen_node[0].value[LAST-1];
    wire [OUT_WIDTH+LAST-1:0] extended  = {{OUT_WIDTH{sign}}, gen_level[LEVELS].gen_node[0].value};
    wire                      unused_ok = &{1'b0, clk_i, extended[OUT_WIDTH+LAST-1:OUT_WIDTH]}; // one value needs no clock
    assign data_o = extended[OUT_WIDTH-1:0];
endmodule
`default_nettype wire
