package dev.postern.testing.load;

import io.netty.channel.EventLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The process: prints the sink's port, then takes commands, one a line, and answers each by a line. {@code run …} sends, {@code sofar} says how far it is,
 * {@code stop} begins no further message, {@code result} waits for the end.
 */
public final class LoadTool {
    private static final int POLL_MS = 2;

    private final AtomicReference<Ledger> ledger = new AtomicReference<>(new Ledger("none", 0));
    private final LoadSink sink;
    private final EventLoop loop = Transport.loop().next();
    private final Filler filler = new Filler();
    private final io.netty.handler.ssl.SslContext tls = Transport.clientTls();
    private Sender sender;
    private Thread running;

    private LoadTool(int port) throws IOException {
        sink = new LoadSink(port, ledger);
    }

    /** @param arguments the sink's port; 0 or none: any */
    public static void main(String... arguments) throws Exception {
        LoadTool tool = new LoadTool(arguments.length > 0 ? Integer.parseInt(arguments[0]) : 0);
        PrintStream out = System.out;
        out.println(tool.sink.port());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            try {
                out.println(tool.command(line));
            } catch (IllegalArgumentException | IllegalStateException e) {
                out.println("error text=" + e.getMessage());
            }
        }
        System.exit(0);   // whoever started it is gone
    }

    private String command(String line) throws InterruptedException {
        return switch (line.split(" ", 2)[0]) {
            case "run" -> start(Load.parse(line));
            case "sofar" -> ledger.get().soFar().line();
            case "stop" -> {
                sender.stop();
                yield "stopping";
            }
            case "result" -> {
                if (running == null) {
                    throw new IllegalStateException("nothing was run");
                }
                running.join();
                yield ledger.get().outcome().line();
            }
            default -> throw new IllegalArgumentException("unknown command: " + line);
        };
    }

    private String start(Load load) {
        if (running != null && running.isAlive()) {
            throw new IllegalStateException("a run goes on");
        }
        Ledger book = new Ledger(Long.toString(System.nanoTime(), 36), load.messages());
        ledger.set(book);
        sender = new Sender(load, book, filler, tls, loop);
        running = Thread.ofPlatform().daemon().name("run").start(() -> run(load, sender, book));
        return "started";
    }

    private static void run(Load load, Sender sender, Ledger ledger) {
        try {
            sender.run().get();
            while (load.delivered() && !ledger.allArrived() && ledger.idle() < load.patience()) {
                Thread.sleep(POLL_MS);   // nobody tells of an arrival: the sink has better things to do
            }
        } catch (ExecutionException | InterruptedException e) {
            ledger.failed(e.toString());
        }
    }
}
