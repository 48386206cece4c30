package clamd.vproxy.supervisor.reports.audit;

import clamd.vproxy.policies.Command;
import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.connections.dispatch.EndedSession;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.reports.audit.AuditRecord.Kind;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.testing.TestResult;
import java.time.Instant;
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
                result().accepted(Command.INSTREAM).infected(signature, HASH).build();
        return new AuditRecord(Kind.DETECTION, AT, RECORD, session(domain, result), 0);
    }

    static AuditRecord incomplete(String domain, String reason) {
        return new AuditRecord(
                Kind.INCOMPLETE_SCAN, AT, RECORD, detection(domain, reason).session(), 0);
    }

    static AuditRecord blocked(String domain, String command, long leftOut) {
        SessionResult result =
                result().attempted(command).ended(Termination.COMMAND_REFUSED).build();
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

    private static TestResult result() {
        return TestResult.result().session(11).streamBytes(68);
    }
}
