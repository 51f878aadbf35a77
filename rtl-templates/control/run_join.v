`default_nettype none
// Tells when all parts of a design have finished a run; a part may be a run ahead of the others.
// Protocol:   done_i: a pulse per part and run. finish_o: a pulse per run.
// Latency:    finish_o follows the last done_i of a run by one cycle.
// Reset:      no part has finished anything.
// Parameters: PARTS >= 1.
module run_join #(
    parameter integer PARTS = 2
) (
    input  wire             clk_i, rst_i,
    input  wire [PARTS-1:0] done_i,
    output wire             finish_o
);
    wire [PARTS-1:0] finished;
    assign finish_o = &finished;

    genvar i;
    generate
        if (PARTS < 1) begin : gen_bad run_join_needs_a_part u_error (); end
        for (i = 0; i < PARTS; i = i + 1) begin : gen_part
            credit_counter #(.CREDITS(2), .INITIAL(0)) u_runs (
                .clk_i(clk_i), .rst_i(rst_i), .take_i(finish_o), .give_i(done_i[i]), .available_o(finished[i]));
        end
    endgenerate
endmodule
`default_nettype wire
