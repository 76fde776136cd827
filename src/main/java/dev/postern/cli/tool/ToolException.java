package dev.postern.cli.tool;

/** Something that cannot be done. The message is for people, and holds no key and no password. */
public final class ToolException extends RuntimeException {
    public ToolException(String message) {
        super(message);
    }
}
