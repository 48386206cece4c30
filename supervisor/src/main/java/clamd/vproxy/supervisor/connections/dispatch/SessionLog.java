package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Verdict;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes one line for each session, naming its guest. The log's encoder escapes what could break
 * the line; names come from libvirt, signatures and texts from the worker's own parsing.
 * Thread-safe.
 */
final class SessionLog {
    private static final Logger log = LoggerFactory.getLogger("session");

    /**
     * @param leftOut how many of the guest's refusals before this one have no line
     */
    void write(EndedSession session, long leftOut) {
        Guest guest = session.guest();
        GuestPolicy policy = session.policy();
        LoggingEventBuilder line =
                line(
                        guest.logName(),
                        session.isOfDomain() ? guest.uuid().toString() : "none",
                        cid(guest),
                        policy.origin().label(),
                        session.result());
        if (session.dryRun().isPresent() && policy.dryRun().isPresent()) {
            String rule = policy.dryRun().get().origin().label();
            line =
                    line.addKeyValue("dry_run", session.dryRun().get().code())
                            .addKeyValue("dry_run_rule", rule);
        }
        if (leftOut > 0) {
            line = line.addKeyValue("refusals_left_out", leftOut);
        }
        line.log("session ended");
    }

    /** For a peer that is no guest. */
    void writeUnknown(long cid, SessionResult result) {
        line("unknown", "none", Long.toString(cid), "none", result).log("session ended");
    }

    private static LoggingEventBuilder line(
            String domain, String uuid, String cid, String rule, SessionResult result) {
        Level level = result.verdict() == Verdict.INFECTED ? Level.WARN : Level.INFO;
        LoggingEventBuilder line =
                log.atLevel(level)
                        .addKeyValue("domain", domain)
                        .addKeyValue("uuid", uuid)
                        .addKeyValue("cid", cid)
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
        if (result.signature().isPresent()) {
            String signature = result.signature().get().replace('"', '\'');
            line = line.addKeyValue("signature", signature);
            if (result.verdict() == Verdict.INFECTED) {
                // as clamd's own log has it, so that rules made for that one fire
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
}
