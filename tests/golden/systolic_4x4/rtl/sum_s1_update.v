`default_nettype none
// New value of an element of sum.
module sum_s1_update (
    input wire signed [31:0] old_i,
    input wire signed [17:0] value0_i,
    input wire signed [31:0] initial_i,
    input wire first_i,
    output wire signed [31:0] new_o
);
    wire signed [31:0] choice_1 = first_i ? $unsigned(initial_i) : $unsigned(old_i);
    wire signed [31:0] sum_1 = $unsigned(choice_1) + {{14{value0_i[17]}}, value0_i};
    assign new_o = sum_1;
endmodule
`default_nettype wire
