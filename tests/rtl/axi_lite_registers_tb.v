// Reads and writes with random gaps and random byte strobes against a model; several invocations with random lengths and bus
// errors, one behind the other.
module axi_lite_registers_tb;
    `include "testbench.vh"
    localparam integer AW = `ADDRESS_WIDTH, WRITES = `WRITE_WORDS, READS = `READ_WORDS;
    reg  [AW-1:0]        awaddr = 0, araddr = 0;
    reg  [31:0]          wdata = 0;
    reg  [3:0]           wstrb = 0;
    reg                  awvalid = 0, wvalid = 0, bready = 0, arvalid = 0, rready = 0, finish_run = 0, bus_error = 0, hold = 0;
    reg  [32*READS-1:0]  read_words = 0;
    wire                 awready, wready, bvalid, arready, rvalid, start, clear, idle;
    wire [1:0]           bresp, rresp;
    wire [31:0]          rdata;
    wire [32*WRITES-1:0] write_words;
    axi_lite_registers #(.ADDRESS_WIDTH(AW), .WRITE_WORDS(WRITES), .READ_WORDS(READS)) dut (
        .clk_i(clk), .rst_i(rst), .s_axi_awaddr_i(awaddr), .s_axi_awvalid_i(awvalid), .s_axi_awready_o(awready),
        .s_axi_wdata_i(wdata), .s_axi_wstrb_i(wstrb), .s_axi_wvalid_i(wvalid), .s_axi_wready_o(wready), .s_axi_bresp_o(bresp),
        .s_axi_bvalid_o(bvalid), .s_axi_bready_i(bready), .s_axi_araddr_i(araddr), .s_axi_arvalid_i(arvalid),
        .s_axi_arready_o(arready), .s_axi_rdata_o(rdata), .s_axi_rresp_o(rresp), .s_axi_rvalid_o(rvalid),
        .s_axi_rready_i(rready), .start_o(start), .clear_o(clear), .idle_o(idle), .hold_i(hold), .finish_i(finish_run), .error_i(bus_error),
        .write_words_o(write_words), .read_words_i(read_words));

    task write(input [AW-1:0] address, input [31:0] data, input [3:0] strobes);
        reg address_done, data_done;
        begin
            address_done = 0;
            data_done    = 0;
            awaddr       = address;
            wdata        = data;
            wstrb        = strobes;
            while (!address_done || !data_done) begin
                if (!address_done && !awvalid) awvalid = chance(60);
                if (!data_done && !wvalid) wvalid = chance(60);
                settle;
                address_done = address_done || (awvalid && awready);
                data_done    = data_done || (wvalid && wready);
                @(posedge clk);
                #1;
                awvalid = awvalid && !address_done;
                wvalid  = wvalid && !data_done;
                @(negedge clk);
            end
            while (!bvalid) @(negedge clk);
            repeat (below(3)) @(negedge clk);
            check(bvalid && bresp == 0, "write response");
            bready = 1;
            @(negedge clk);
            bready = 0;
            check(!bvalid, "one write response");
        end
    endtask

    reg [31:0] result;
    task read(input [AW-1:0] address);
        begin
            araddr  = address;
            arvalid = 1;
            settle;
            while (!arready) @(negedge clk);
            @(negedge clk);
            arvalid = 0;
            check(rvalid, "read response");
            result = rdata;
            repeat (below(3)) @(negedge clk);
            check(rvalid && rresp == 0 && rdata === result, "read data holds");
            rready = 1;
            @(negedge clk);
            rready = 0;
        end
    endtask

    always @(negedge clk) hold = chance(20);
    always @(posedge clk) if (hold) check(!awready && !wready, "nothing is written while held");

    integer starts = 0, clears = 0, ends = 0;
    wire busy = starts != ends; // invocations under way
    always @(posedge clk) if (!rst) ends <= ends + finish_run;
    always @(negedge clk) if (!rst) begin
        starts = starts + start;
        clears = clears + clear;
        check(idle === !busy, "idle");
        if (start) check(busy, "busy with start");
        if (clear) check(start, "clear with start only");
    end

    task end_of_invocation;
        begin
            repeat (below(50)) @(negedge clk);
            finish_run = 1;
            @(negedge clk);
            finish_run = 0;
        end
    endtask

    reg [31:0] words [0:WRITES-1], taken [0:WRITES-1];
    reg [31:0] data;
    reg [3:0]  strobes;
    integer round, i, k, length, with_error;
    initial begin
        for (i = 0; i < WRITES; i = i + 1) begin words[i] = 0; taken[i] = 0; end
        reset;
        for (round = 0; round < 30; round = round + 1) begin
            for (k = 0; k < 10; k = k + 1) begin
                i       = below(WRITES);
                data    = $random(seed);
                strobes = $random(seed);
                write(32 + 4 * i, data, strobes);
                if (strobes[0]) words[i][7:0]   = data[7:0];
                if (strobes[1]) words[i][15:8]  = data[15:8];
                if (strobes[2]) words[i][23:16] = data[23:16];
                if (strobes[3]) words[i][31:24] = data[31:24];
                i = below(WRITES);
                read(32 + 4 * i);
                check(result === words[i], "written word");
                if (round != 0) check(write_words[i*32 +: 32] === taken[i], "words as of the last start");
                for (i = 0; i < READS; i = i + 1) read_words[i*32 +: 32] = $random(seed);
                i = below(READS);
                read(32 + 4 * WRITES + 4 * i);
                check(result === read_words[i*32 +: 32], "read word");
            end
            read(16);
            check(result === 2 * round, "invocations finished");
            read(20);
            check(result === 0, "reserved word");
            if (32 + 4 * (WRITES + READS) < 1 << AW) begin
                read(32 + 4 * (WRITES + READS));
                check(result === 0, "word beyond the last");
            end
            // Without bit 0 the control register does nothing.
            write(0, 32'hfffffffe, 4'hf);
            check(!busy && starts == 2 * round, "no start");
            write(0, 1, 4'h1);
            check(busy && starts == 2 * round + 1 && clears == round + 1, "start");
            for (i = 0; i < WRITES; i = i + 1) taken[i] = words[i];
            // The words for the next one may be written meanwhile.
            words[0] = ~words[0];
            write(32, words[0], 4'hf);
            check(write_words[31:0] === taken[0], "words of the one under way");
            read(4);
            check(result === 1, "status while busy");
            write(0, 1, 4'h1);
            check(busy && starts == 2 * round + 2 && clears == round + 1, "start behind the one under way");
            taken[0] = words[0];
            check(write_words[31:0] === taken[0], "words of the one behind");
            read(4);
            check(result === 17, "status when full");
            write(0, 1, 4'h1);
            check(starts == 2 * round + 2, "a third one is refused");
            with_error = chance(50);
            bus_error  = with_error;
            @(negedge clk);
            bus_error  = 0;
            read(4);
            check(result === (with_error ? 29 : 25), "status after a refusal");
            end_of_invocation;
            check(busy, "the second one is under way");
            read(4);
            check(result === (with_error ? 15 : 11), "status after the first end");
            end_of_invocation;
            check(!busy, "busy after the end");
            read(4);
            check(result === (with_error ? 14 : 10), "status after the end");
            read(8);
            check(result === length, "cycles");
            read(12);
            check(result === 0, "cycles, high word");
        end
        finish;
    end

    // Cycles from clear_o to the last finish_i, both included.
    always @(posedge clk) if (busy) length = clear ? 1 : length + 1;
endmodule
