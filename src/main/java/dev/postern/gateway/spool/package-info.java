/**
 * What is accepted and not yet delivered, on disk. {@code Spool} is the interface; {@code RocksSpool} keeps it in an
 * embedded store. A stage that completes means that the data is synced, not that it was handed to the system.
 */
package dev.postern.gateway.spool;
