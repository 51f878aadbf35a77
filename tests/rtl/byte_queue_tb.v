// Random counts and stalls on both sides against a list of bytes; then full words in and all that is ready out, every cycle.
module byte_queue_tb;
    `include "testbench.vh"
    localparam integer IN = `IN_BYTES, OUT = `OUT_BYTES, IN_WIDTH = $clog2(IN + 1), OUT_WIDTH = $clog2(OUT + 1);
    localparam integer RATE = IN < OUT ? IN : OUT; // bytes per cycle that it must sustain
    reg                  in_valid = 0;
    reg  [IN_WIDTH-1:0]  in_count = 0;
    reg  [IN*8-1:0]      in_data = 0;
    reg  [OUT_WIDTH-1:0] take = 0;
    wire                 in_ready;
    wire [OUT_WIDTH-1:0] available;
    wire [OUT*8-1:0]     out_data;
    byte_queue #(.IN_BYTES(IN), .OUT_BYTES(OUT)) dut (
        .clk_i(clk), .rst_i(rst), .idle_i(1'b0), .in_valid_i(in_valid), .in_ready_o(in_ready), .in_count_i(in_count), .in_data_i(in_data),
        .available_o(available), .out_data_o(out_data), .take_i(take));
    reg [7:0] bytes [0:262143];
    integer cycle, put, taken, before, i, full_speed, fill, whole;
    reg ready_before;
    initial begin
        reset;
        put   = 0;
        taken = 0;
        for (cycle = 0; cycle < 3000; cycle = cycle + 1) begin
            full_speed = cycle >= 2000;
            whole      = cycle >= 2500; // take whole portions only
            if (cycle == 2100 || cycle == 2600) before = taken;
            if (cycle == 2500 || cycle == 2900) check(taken - before >= (cycle == 2500 ? 400 : 300) * RATE - OUT, "throughput");
            if (!in_valid) begin
                in_valid = full_speed || chance(cycle < 1000 ? 90 : 30);
                in_count = full_speed && cycle != 2000 ? IN : below(IN + 1); // one odd word before full speed
                for (i = 0; i < IN; i = i + 1) in_data[i*8 +: 8] = $random(seed);
            end
            take = 0;
            settle;
            fill = put - taken;
            check(available === (fill < OUT ? fill : OUT), "available");
            for (i = 0; i < OUT; i = i + 1)
                check(out_data[i*8 +: 8] === (i < fill ? bytes[taken+i] : 8'd0), "bytes");
            ready_before = in_ready;
            take = whole ? (available == OUT ? OUT : 0) : full_speed ? available
                 : chance(cycle < 1000 ? 40 : 90) ? below(available + 1) : 0;
            settle;
            check(in_ready === ready_before, "in_ready depends on take");
            taken = taken + take;
            if (in_valid && in_ready) begin
                for (i = 0; i < in_count; i = i + 1) bytes[put+i] = in_data[i*8 +: 8];
                put = put + in_count;
                @(posedge clk);
                #1 in_valid = 1'b0;
            end
            @(negedge clk);
        end
        finish;
    end
endmodule
