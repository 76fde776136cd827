package dev.postern.testing;

import java.util.Arrays;

/** Prints measured times. */
public final class Figures {
    private Figures() {
    }

    /** One line: how many, median, 99th percentile and maximum. */
    public static void print(String what, double[] ms) {
        double[] sorted = ms.clone();
        Arrays.sort(sorted);
        System.out.printf("%s: %d changes, median %.0f ms, p99 %.0f ms, max %.0f ms%n", what, sorted.length, sorted[sorted.length / 2],
                sorted[(int) Math.ceil(sorted.length * 0.99) - 1], sorted[sorted.length - 1]);
    }
}
