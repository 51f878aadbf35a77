`default_nettype none
// Gives back a token when all that a stream has asked of memory is done: the fence between what one process stores and
// another one loads.
// Protocol:   leave_i with the last run of a generation (or with a point without one); from the next cycle on, waiting_o
//             is 1 until settled_i is: no run may be issued meanwhile. release_o is the token, a pulse.
// Latency:    release_o at the earliest in the cycle after leave_i.
// Reset:      nothing waits.
module settle_fence (
    input  wire clk_i, rst_i,
    input  wire leave_i,
    input  wire settled_i,
    output wire waiting_o,
    output wire release_o
);
    reg waiting_q;
    assign waiting_o = waiting_q;
    assign release_o = waiting_q && settled_i;

    always @(posedge clk_i) begin
        if (rst_i) waiting_q <= 1'b0;
        else       waiting_q <= leave_i || (waiting_q && !settled_i);
    end

`ifndef SYNTHESIS
    always @(posedge clk_i) begin
        if (!rst_i && leave_i && waiting_q)
            begin $display("%m: a generation is left while the last one is not settled"); $stop; end
    end
`endif
endmodule
`default_nettype wire
