`default_nettype none
// Sum of the amounts in the cycles with enable_i, for the performance registers.
// Protocol:   clear_i wins over enable_i.
// Latency:    count_o includes an amount from the cycle after it.
// Reset:      count 0.
// Parameters: WIDTH: bits of the count; AMOUNT_WIDTH: bits of the amount, 1 .. WIDTH.
module event_counter #(
    parameter integer WIDTH = 32, AMOUNT_WIDTH = 1
) (
    input  wire                    clk_i, rst_i,
    input  wire                    clear_i,
    input  wire                    enable_i,
    input  wire [AMOUNT_WIDTH-1:0] amount_i,
    output wire [WIDTH-1:0]        count_o
);
    reg  [WIDTH-1:0] count_q;
    wire [WIDTH-1:0] amount;
    assign count_o = count_q;

    always @(posedge clk_i) begin
        if (rst_i || clear_i) count_q <= {WIDTH{1'b0}};
        else if (enable_i)    count_q <= count_q + amount;
    end

    generate
        if (AMOUNT_WIDTH < 1 || AMOUNT_WIDTH > WIDTH) begin : gen_bad
            event_counter_is_narrower_than_its_amount u_error ();
        end
        if (AMOUNT_WIDTH < WIDTH) begin : gen_extend
            assign amount = {{(WIDTH - AMOUNT_WIDTH){1'b0}}, amount_i};
        end else begin : gen_full
            assign amount = amount_i;
        end
    endgenerate
endmodule
`default_nettype wire
