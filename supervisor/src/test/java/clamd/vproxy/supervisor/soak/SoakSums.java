package clamd.vproxy.supervisor.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Compares what the daemon says of its sessions with what the guests heard and what clamd answered,
 * while no session runs. Immutable.
 */
record SoakSums(SoakClients clients, SoakResults results, SoakClamd clamd) {

    /** What does not agree, a line each; empty if all does. */
    List<String> disagreements() {
        List<String> all = new ArrayList<>();
        if (!results.isWithoutGap()) {
            all.add("a session has no result");
        }
        for (String guest : SoakGuests.ALL) {
            if (SoakGuests.RESTARTED.contains(guest)) {
                // a guest in the backlog of a socket that went away has had no session
                compareTexts(guest, all);
            } else {
                equal(guest + ", sessions", clients.begun().of(guest), sessions(guest), all);
                if (!SoakGuests.LEAVING.contains(guest)) {
                    compareOutcomes(guest, all);
                }
            }
        }
        compareWithClamd(all);
        return all;
    }

    private long sessions(String guest) {
        return results.byOutcome().ofAll(guest + " ");
    }

    private void compareOutcomes(String guest, List<String> all) {
        Set<String> outcomes = new TreeSet<>();
        outcomes.addAll(clients.heard().all().keySet());
        outcomes.addAll(results.byOutcome().all().keySet());
        for (String outcome : outcomes) {
            if (outcome.startsWith(guest + " ")) {
                equal(outcome, clients.heard().of(outcome), results.byOutcome().of(outcome), all);
            }
        }
    }

    private void compareTexts(String guest, List<String> all) {
        for (String outcome : clients.heard().all().keySet()) {
            boolean text = outcome.startsWith(guest + " ") && !outcome.equals(guest + " ");
            if (text && clients.heard().of(outcome) > results.byOutcome().of(outcome)) {
                all.add("heard more often than it was said: " + outcome);
            }
        }
        if (sessions(guest) > clients.begun().of(guest)) {
            all.add("more sessions than connections: " + guest);
        }
    }

    /** Which streams were whose, their second byte says. */
    private void compareWithClamd(List<String> all) {
        Tally answered = clamd.answered();
        equal("clamd's OK", answered.of("clean x"), served("clean"), all);
        equal("clamd's FOUND", answered.of("infected x"), served("infected"), all);
        equal("clamd's errors", answered.of("failed x"), served("failed"), all);
        equal("clamd's versions", answered.of("version"), served("version"), all);
        equal(
                "clamd's cut and odd replies",
                answered.of("malformed x"),
                served("Scanner reply not understood. ERROR"),
                all);
        if (answered.of("died x") > served("Scanner closed the connection. ERROR")) {
            all.add("clamd ended more scans than sessions reported");
        }
        if (answered.of("strange command") > 0) {
            all.add("clamd was sent another command");
        }
    }

    private long served(String outcome) {
        return SoakGuests.SERVED.stream()
                .mapToLong(guest -> results.byOutcome().of(guest + " " + outcome))
                .sum();
    }

    private static void equal(String what, long one, long other, List<String> all) {
        if (one != other) {
            all.add("%s: %d here, %d in the daemon".formatted(what, one, other));
        }
    }

    /** Sessions that are no failure of the daemon's or of this program's, and yet must not be. */
    List<String> violations() {
        return Stream.concat(clients.violations().stream(), results.violations().stream()).toList();
    }
}
