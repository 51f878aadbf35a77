`default_nettype none
// Counts tokens or free places: taken before they are used, given back afterwards.
// Protocol:   take_i only while available_o is 1; give_i never more often than take_i (beyond INITIAL, up to CREDITS).
// Latency:    available_o is registered state: a credit given in cycle t is available in t + 1.
// Reset:      INITIAL credits.
// Parameters: CREDITS >= 1, the most there can be; INITIAL: as many as CREDITS unless stated.
module credit_counter #(
    parameter integer CREDITS = 2, INITIAL = CREDITS
) (
    input  wire clk_i, rst_i,
    input  wire take_i,
    input  wire give_i,
    output wire available_o
);
    localparam integer     WIDTH = $clog2(CREDITS + 1);
    localparam [WIDTH-1:0] ALL   = CREDITS[WIDTH-1:0];
    localparam [WIDTH-1:0] START = INITIAL[WIDTH-1:0];

    reg [WIDTH-1:0] count_q;
    assign available_o = count_q != {WIDTH{1'b0}};

    always @(posedge clk_i) begin
        if (rst_i)                  count_q <= START;
        else if (take_i && !give_i) count_q <= count_q - 1'b1;
        else if (give_i && !take_i) count_q <= count_q + 1'b1;
    end

    generate
        if (CREDITS < 1 || INITIAL < 0 || INITIAL > CREDITS) begin : gen_bad
            credit_counter_needs_a_credit u_error ();
        end
    endgenerate

`ifndef SYNTHESIS
    always @(posedge clk_i) begin
        if (!rst_i && take_i && !available_o) begin $display("%m: taken without a credit"); $stop; end
        if (!rst_i && give_i && !take_i && count_q == ALL) begin $display("%m: more credits given than there are"); $stop; end
    end
`else
    wire unused_ok = &{1'b0, ALL};
`endif
endmodule
`default_nettype wire
