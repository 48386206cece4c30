package clamd.vproxy.worker.benchmark;

/**
 * How long a section of the benchmark goes on: in whole rounds, until its time is used up, so that
 * a slow machine measures less and not longer.
 *
 * @param part of the time that a default run has for a section
 */
record Pace(double part) {
    private static final int LEAST_ROUNDS = 3;

    /** Decides before each round whether there is one more. */
    static final class Rounds {
        private final long begin = System.nanoTime();
        private final double seconds;
        private int begun;

        private Rounds(double seconds) {
            this.seconds = seconds;
        }

        boolean another() {
            double taken = (System.nanoTime() - begin) / 1e9;
            // the first is not counted: it warms everything up
            double perRound = begun == 0 ? 0 : taken / begun;
            boolean go = begun <= LEAST_ROUNDS || taken + perRound <= seconds;
            begun++;
            return go;
        }

        /** Whether the round that runs is the one that nobody counts. */
        boolean isWarmUp() {
            return begun == 1;
        }
    }

    /** Rounds for a section that has {@code seconds} in a default run. */
    Rounds rounds(double seconds) {
        return new Rounds(seconds * part);
    }

    /** A size or a duration of one measurement, smaller in a quick run. */
    double scaled(double full) {
        return full * Math.sqrt(part);
    }
}
