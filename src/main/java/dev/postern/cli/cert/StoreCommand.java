package dev.postern.cli.cert;

import dev.postern.api.Certificate;
import dev.postern.cli.cert.store.CertificateStore;
import dev.postern.cli.tool.ToolCommand;
import dev.postern.cli.tool.ToolException;
import java.util.Optional;
import picocli.CommandLine.Mixin;

/** A command that works on the Certificates of a store. */
abstract class StoreCommand extends ToolCommand {
    @Mixin
    StoreOptions where;

    /** @return the exit code */
    abstract int run(CertificateStore store) throws InterruptedException;

    @Override
    protected final int run() throws InterruptedException {
        try (CertificateStore store = where.open(clock)) {
            return run(store);
        }
    }

    static Certificate get(CertificateStore store, String name) {
        Optional<Certificate> found = store.find(name);
        return found.orElseThrow(() -> new ToolException("there is no Certificate '" + name + "' in " + store.place()));
    }
}
