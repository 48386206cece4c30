package clamd.vproxy.supervisor.soak;

import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * The daemon's own results, as {@link SoakDaemon} writes them: each session's number once, and the
 * count of each guest's sessions by their results. Thread-safe, guarded by itself.
 */
final class SoakResults {
    private final Tally byOutcome = new Tally();
    private final Tally byTermination = new Tally();
    private final CountDownLatch ready = new CountDownLatch(1);

    @GuardedBy("this")
    private final BitSet numbers = new BitSet();

    @GuardedBy("this")
    private final List<String> violations = new ArrayList<>();

    /** One line. */
    void line(String line) {
        if (line.equals("ready")) {
            ready.countDown();
            return;
        }
        String[] words = line.split(" ", -1);
        Termination termination = Termination.valueOf(words[3]);
        number(Integer.parseInt(words[0]), line);
        byTermination.add(termination.code());
        byOutcome.add(words[1] + " " + outcome(words[2], termination, Verdict.valueOf(words[4])));
    }

    private synchronized void number(int number, String line) {
        if (numbers.get(number)) {
            violations.add("a second result: " + line);
        }
        numbers.set(number);
    }

    /** What the guest hears of it, if it listens. */
    private static String outcome(String command, Termination termination, Verdict verdict) {
        if (termination != Termination.COMPLETED) {
            boolean namesPath =
                    termination == Termination.COMMAND_REFUSED && command.endsWith("SCAN");
            return (namesPath ? command.substring(1) + ": " : "")
                    + termination.guestText().orElse("");
        }
        return switch (verdict) {
            case CLEAN -> "clean";
            case INFECTED -> "infected";
            case INCOMPLETE -> "incomplete";
            case ANSWERED -> command.equals("PING") ? "pong" : "version";
            case ERROR -> "failed";
            case REFUSED, NONE -> "strange verdict " + verdict;
        };
    }

    void awaitReady() throws InterruptedException {
        ready.await();
    }

    /** How many sessions there were. */
    synchronized int count() {
        return numbers.cardinality();
    }

    /** Whether each number up to the last one has its result. */
    synchronized boolean isWithoutGap() {
        // the first session is number 1
        return numbers.length() == numbers.cardinality() + 1 || numbers.isEmpty();
    }

    /** What must not be. */
    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    /** By guest and outcome, such as {@code a clean}. */
    Tally byOutcome() {
        return byOutcome;
    }

    /** By termination code. */
    Tally byTermination() {
        return byTermination;
    }
}
