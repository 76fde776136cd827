package dev.postern.cli.tool;

/** Names in certificates come from strangers: nothing of them may move a terminal's cursor. */
public final class Printable {
    private static final int LONGEST = 2_000;

    private Printable() {
    }

    /** One line of bounded length without control characters. */
    public static String line(String text) {
        String clean = text.replaceAll("\\p{C}", "?");
        return clean.length() > LONGEST ? clean.substring(0, LONGEST) + "…" : clean;
    }
}
