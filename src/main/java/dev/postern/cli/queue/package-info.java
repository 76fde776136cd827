/**
 * {@code postern queue}: looks at the mail that waits, and changes it, in a running gateway of this machine, in the pods of a cluster, or in a spool that no gateway
 * has open. {@code Place} is where, {@code QueueRequest} is what; every command but {@code wire} is options around these two.
 */
package dev.postern.cli.queue;
