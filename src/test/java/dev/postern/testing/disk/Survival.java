package dev.postern.testing.disk;

import java.util.random.RandomGenerator;

/** What a power cut leaves of that which was not synced. Everything that was synced is always left. */
public interface Survival {
    /** How much a sector holds: what is written to one is there whole, or not. */
    int SECTOR = 512;

    /** Of {@code pending} changes of names in a folder, which a file system writes in order, so many survive. */
    int names(int pending);

    /** Of one write of {@code length} bytes at {@code offset}, so many survive. A change of size is a write of one byte. */
    int bytes(long offset, int length);

    /** Called before each file. */
    default void file() {
    }

    /** Nothing at all: POSIX promises no more. */
    static Survival synced() {
        return of(0);
    }

    /** Everything: as after kill -9. */
    static Survival everything() {
        return of(1);
    }

    private static Survival of(int all) {
        return new Survival() {
            @Override
            public int names(int pending) {
                return all * pending;
            }

            @Override
            public int bytes(long offset, int length) {
                return all * length;
            }
        };
    }

    /** Some names, and of each file nothing, all, or some writes in any order, one in four of them torn. */
    static Survival random(RandomGenerator random) {
        return new Survival() {
            private int chance;

            @Override
            public void file() {
                chance = random.nextInt(3);
            }

            @Override
            public int names(int pending) {
                return random.nextInt(pending + 1);
            }

            @Override
            public int bytes(long offset, int length) {
                if (random.nextInt(2) >= chance) {
                    return 0;
                }
                long end = (offset + random.nextInt(length + 1)) / SECTOR * SECTOR;
                return random.nextInt(4) == 0 ? (int) Math.max(0, end - offset) : length;
            }
        };
    }
}
