package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes one log line for each session, naming its guest, within the guest's budget of lines.
 * Infected streams and internal errors always get a line, and at level DEBUG every session does.
 * The thread {@code session-log} summarises the sessions without a line. The log's encoder escapes
 * characters that could break the line; names come from libvirt, signatures and texts from the
 * worker's own parsing. Thread-safe.
 */
final class SessionLog implements AutoCloseable {
    /** How many lines one guest may cause in one span. */
    static final int LINES = 100;

    static final Duration SPAN = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger("session");
    private static final Duration SUMMARY_INTERVAL = Duration.ofSeconds(5);

    /**
     * Commands that would make clamd read the host's files, stop, reload or list other clients'
     * jobs, as far as the filter reads them.
     */
    private static final List<String> DANGEROUS =
            List.of(
                    "SCAN",
                    "CONTSCAN",
                    "MULTISCAN",
                    "ALLMATCHS",
                    "FILDES",
                    "SHUTDOWN",
                    "RELOAD",
                    "STATS",
                    "DETSTATS");

    private final LongSupplier nanoClock;
    private final Set<GuestLines> leftOut = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    /**
     * Starts the thread that writes the summaries.
     *
     * @param nanoClock a monotonic clock in nanoseconds
     */
    SessionLog(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.thread = SupervisorThreads.start("session-log", this::run);
    }

    private void run() {
        try {
            while (!closed.await(SUMMARY_INTERVAL.toNanos(), TimeUnit.NANOSECONDS)) {
                sumUp();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    /**
     * Writes a summary line for each guest with sessions that were left out since the last call.
     */
    void sumUp() {
        for (GuestLines lines : Set.copyOf(leftOut)) {
            // removed first: a session that is left out from now on adds the guest again
            leftOut.remove(lines);
            lines.sumUp();
        }
    }

    /** Returns the log of a new run of a guest. */
    GuestLines linesOfGuest() {
        return new GuestLines();
    }

    /** Logs the sessions of one run of a guest. Thread-safe. */
    final class GuestLines {
        private final LineBudget budget = new LineBudget(LINES, SPAN, nanoClock);
        private volatile @Nullable EndedSession last;

        private GuestLines() {}

        /** Writes the session's line, or counts the session as left out. */
        void ended(EndedSession session) {
            SessionResult result = session.result();
            last = session;
            if (isAlwaysWritten(result) || log.isDebugEnabled() || budget.admit(kind(result))) {
                write(session);
            } else {
                leftOut.add(this);
            }
        }

        private void sumUp() {
            EndedSession session = last;
            Map<String, Long> kinds = budget.takeLeftOut();
            if (session == null || kinds.isEmpty()) {
                return;
            }
            Guest guest = session.guest();
            boolean dangerous = kinds.keySet().stream().anyMatch(kind -> kind.contains(" "));
            log.atLevel(dangerous ? Level.WARN : Level.INFO)
                    .addKeyValue("domain", guest.logName())
                    .addKeyValue("uuid", session.isOfDomain() ? guest.uuid().toString() : "none")
                    .addKeyValue("cid", cid(guest))
                    .addKeyValue("tenant", session.policy().tenant().tenant().label())
                    .addKeyValue(
                            "sessions", kinds.values().stream().mapToLong(Long::longValue).sum())
                    .addKeyValue(
                            "kinds",
                            kinds.entrySet().stream()
                                    .map(kind -> kind.getKey() + ": " + kind.getValue())
                                    .collect(Collectors.joining(", ")))
                    .log("sessions without a line");
        }
    }

    private static boolean isAlwaysWritten(SessionResult result) {
        return result.verdict() == Verdict.INFECTED
                || result.termination() == Termination.INTERNAL_ERROR;
    }

    /**
     * Returns the verdict if clamd gave one, else the termination code, with any dangerous command.
     */
    private static String kind(SessionResult result) {
        if (result.termination() == Termination.COMPLETED) {
            return result.verdict().label();
        }
        return dangerousCommand(result)
                .map(command -> result.termination().code() + " " + command)
                .orElse(result.termination().code());
    }

    private static Optional<String> dangerousCommand(SessionResult result) {
        String name = result.attempt().replaceFirst("^[zn]", "");
        return result.termination() == Termination.COMMAND_REFUSED
                ? DANGEROUS.stream().filter(name::startsWith).findFirst()
                : Optional.empty();
    }

    private static void write(EndedSession session) {
        Guest guest = session.guest();
        GuestPolicy policy = session.policy();
        LoggingEventBuilder line =
                line(
                        guest.logName(),
                        session.isOfDomain() ? guest.uuid().toString() : "none",
                        cid(guest),
                        policy.tenant().tenant().label(),
                        policy.origin().label(),
                        session.result());
        if (session.dryRun().isPresent() && policy.dryRun().isPresent()) {
            String rule = policy.dryRun().get().origin().label();
            line =
                    line.addKeyValue("dry_run", session.dryRun().get().code())
                            .addKeyValue("dry_run_rule", rule);
        }
        line.log("session ended");
    }

    /** Writes the line of a connection from a peer that is not a guest. */
    void writeUnknown(long cid, SessionResult result) {
        line("unknown", "none", Long.toString(cid), "none", "none", result).log("session ended");
    }

    private static LoggingEventBuilder line(
            String domain,
            String uuid,
            String cid,
            String tenant,
            String rule,
            SessionResult result) {
        boolean warns =
                result.verdict() == Verdict.INFECTED || dangerousCommand(result).isPresent();
        Level level = warns ? Level.WARN : Level.INFO;
        LoggingEventBuilder line =
                log.atLevel(level)
                        .addKeyValue("domain", domain)
                        .addKeyValue("uuid", uuid)
                        .addKeyValue("cid", cid)
                        .addKeyValue("tenant", tenant)
                        .addKeyValue("rule", rule)
                        .addKeyValue("session", result.session())
                        .addKeyValue(
                                "command",
                                result.commandText().isEmpty() ? "none" : result.commandText())
                        .addKeyValue("verdict", result.verdict().label())
                        .addKeyValue("termination", result.termination().code())
                        .addKeyValue("bytes", result.streamBytes())
                        .addKeyValue("queue_ms", millis(result.queueWait()))
                        .addKeyValue("place_ms", millis(result.permitWait()))
                        .addKeyValue("pause_ms", millis(result.pause()))
                        .addKeyValue("slot_ms", millis(result.slotWait()))
                        .addKeyValue("scan_ms", millis(result.scan()))
                        .addKeyValue("total_ms", millis(result.total()));
        if (result.request() > 0) {
            line = line.addKeyValue("request", result.request());
        }
        if (result.cached()) {
            line = line.addKeyValue("cached", true);
        }
        if (result.signature().isPresent()) {
            String signature = result.signature().get().replace('"', '\'');
            line = line.addKeyValue("signature", signature);
            if (result.verdict() == Verdict.INFECTED) {
                // in the format of clamd's own log, so that rules written for that log match
                line = line.addKeyValue("raw", signature + " FOUND");
            }
            if (result.sha256().isPresent()) {
                line = line.addKeyValue("sha256", result.sha256().get());
            }
        }
        if (result.detail().isPresent()) {
            line = line.addKeyValue("detail", result.detail().get());
        }
        return line;
    }

    private static String cid(Guest guest) {
        return guest.cid().isPresent() ? Long.toString(guest.cid().getAsLong()) : "none";
    }

    private static long millis(Duration duration) {
        return duration.toMillis();
    }

    /** Stops the thread and writes the remaining summaries. */
    @Override
    public void close() {
        closed.countDown();
        SupervisorThreads.join(thread);
        sumUp();
    }
}
