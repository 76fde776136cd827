package dev.postern.testing.mta;

/** A mail server that relays everything to the sink. */
public interface Mta extends AutoCloseable {
    /** Name and version. */
    String name();

    /** Where it takes mail, on 127.0.0.1. */
    int port();

    /** The process of which all others of it are descendants. */
    ProcessHandle process();

    /** What it does with a message before it answers 250, and how it delivers; for the report. */
    String setup();

    /** Whether it can be sent to with STARTTLS. */
    default boolean encryptsInbound() {
        return true;
    }

    /** Its log so far, where it has one that can be had; for messages. */
    default String log() {
        return "";
    }

    @Override
    void close() throws Exception;
}
