/**
 * What an administrator may do to the mail that waits: {@code QueueDesk} does it, {@code AdminServer} takes requests on a Unix domain socket that
 * only the gateway's own user can open, {@code AdminClient} makes them.
 *
 * <p>A connection carries one request, a line of JSON ({@code QueueRequest}), and its answer, lines of JSON ({@code QueueLine}): any number with what
 * was found, then one with a summary or an error, which is the last. Lines end with LF.
 */
package dev.postern.gateway.admin;
