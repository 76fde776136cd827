package dev.postern.testing.load;

/** The destinations of a bench: their names, and the addresses of the loopback network at which the sink plays their hosts. */
public final class Destinations {
    /** How many have an address of their own. */
    public static final int MANY = 1000;

    private Destinations() {
    }

    /** Address of {@code d0.DOMAIN}, {@code d1.DOMAIN} …. */
    public static String address(int destination) {
        return "127.1." + destination / 200 + "." + (destination % 200 + 1);
    }
}
