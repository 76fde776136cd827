package dev.postern.gateway.spool;

/**
 * A message that is held back, as its data does not match its checksum. It may still be bounced or removed.
 *
 * @param mid    its ID
 * @param reason what is damaged
 */
public record Damaged(long mid, String reason) {
}
