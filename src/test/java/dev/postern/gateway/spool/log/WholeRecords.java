package dev.postern.gateway.spool.log;

import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** Hands on what was written at once, once it is whole. */
final class WholeRecords implements LogRecords.Sink {
    private final Consumer<byte[]> each;
    private final ByteArrayOutputStream one = new ByteArrayOutputStream();

    WholeRecords(Consumer<byte[]> each) {
        this.each = each;
    }

    @Override
    public void begin() {
        one.reset();
    }

    @Override
    public void add(byte[] bytes, int at, int length) {
        one.write(bytes, at, length);
    }

    @Override
    public void end() {
        each.accept(one.toByteArray());
    }
}
