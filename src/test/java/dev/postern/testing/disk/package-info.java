/**
 * A disk that fails, and power cuts, without privileges: {@code FaultyDisk} preloads a library under a program ({@code src/test/native});
 * from the journal that it writes, {@code CutFolder} makes the folder that a power cut may leave.
 */
package dev.postern.testing.disk;
