package clamd.vproxy.supervisor.reports.audit;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.connections.dispatch.EndedSession;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.reports.audit.AuditRecord.Kind;
import clamd.vproxy.worker.daily.DailyAmount;
import clamd.vproxy.worker.session.Demand;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/** Records of sessions that never were. */
final class Records {
    static final Instant AT = Instant.parse("2026-03-01T10:00:00.123Z");
    static final UUID GUEST = UUID.fromString("6f0a7a54-3c1e-4f0b-9d55-0c2f5f1b7a01");
    static final UUID RECORD = UUID.fromString("00000000-0000-4000-8000-000000000001");
    static final String HASH = "0123456789abcdef".repeat(4);

    private Records() {}

    static AuditRecord detection(String domain, String signature) {
        SessionResult result =
                result("INSTREAM", Termination.COMPLETED, Verdict.INFECTED, Optional.of(signature));
        return new AuditRecord(Kind.DETECTION, AT, RECORD, session(domain, result), 0);
    }

    static AuditRecord blocked(String domain, String command, long leftOut) {
        SessionResult result =
                result(command, Termination.COMMAND_REFUSED, Verdict.REFUSED, Optional.empty());
        return new AuditRecord(Kind.BLOCKED_COMMAND, AT, RECORD, session(domain, result), leftOut);
    }

    static EndedSession session(String domain, SessionResult result) {
        Guest guest = new Guest("test:///", GUEST, domain, 7, OptionalLong.of(3), Set.of());
        PolicySet policies = PolicySet.withoutFile(Limits.standard()).named("2-abc");
        GuestIdentity identity =
                new GuestIdentity(
                        Optional.of(domain), Optional.of(GUEST), OptionalLong.of(3), Set.of());
        return new EndedSession(guest, policies.resolve(identity), result, Optional.empty());
    }

    static SessionResult result(
            String command, Termination termination, Verdict verdict, Optional<String> signature) {
        return new SessionResult(
                "guest",
                11,
                command,
                68,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                new Demand(
                        1,
                        0,
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ZERO,
                        new DailyAmount(LocalDate.EPOCH, 0, 0)),
                verdict,
                signature,
                signature.map(_ -> HASH),
                termination,
                Optional.empty());
    }
}
