package dev.postern.gateway.delivery;

/**
 * Recipients of one message in one domain that travel together, as they are given out to be tried.
 *
 * @param rids       in ascending order
 * @param due        milliseconds since the epoch
 * @param receivedAt when the message came in, likewise
 * @param ring       its sender's
 * @param tellsDelay whether the sender is still to be told should they be delayed for long
 */
record Entry(long mid, int[] rids, long due, long receivedAt, int ring, boolean tellsDelay) {
}
