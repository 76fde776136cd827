package dev.postern.gateway.spool;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A spool with everything around it in view. */
final class SpoolFixture implements AutoCloseable {
    /** Small enough for buffers to be flushed and files to be collected within a test. */
    static final SpoolOptions SMALL = new SpoolOptions(1 << 20, 256 << 10, 1 << 20, 4 << 20, 1 << 20, 64, 2, 2, 4_096, 1 << 20, 1_000);

    final List<Envelope> committed = new CopyOnWriteArrayList<>();
    final List<Damaged> damaged = new CopyOnWriteArrayList<>();
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    final AtomicLong usable = new AtomicLong(Long.MAX_VALUE / 4);
    final RocksSpool spool;

    SpoolFixture(Path folder) throws SpoolOpenException {
        this(folder, SMALL);
    }

    SpoolFixture(Path folder, SpoolOptions options) throws SpoolOpenException {
        this(folder, options, SpoolKeys.NONE);
    }

    SpoolFixture(Path folder, SpoolOptions options, SpoolKeys keys) throws SpoolOpenException {
        spool = RocksSpool.open(folder, options, keys, committed::add, damaged::add, registry, usable::get, allocator);
    }

    SpoolFixture(Path folder, SpoolOptions options, LongSupplier usableBytes) throws SpoolOpenException {
        spool = RocksSpool.open(folder, options, SpoolKeys.NONE, committed::add, damaged::add, registry, usableBytes, allocator);
    }

    /** Bytes of buffers that the spool has not given back. */
    long buffersHeld() {
        return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
    }

    @Override
    public void close() {
        spool.close();
    }
}
