package clamd.vproxy.supervisor.sources.hook;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.hooks.spool.HookAnswer;
import clamd.vproxy.hooks.spool.RequestName;
import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicyException;
import clamd.vproxy.policies.PolicyParser;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.RecordedNews;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import clamd.vproxy.supervisor.reports.log.PrintedLog;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What libvirt's hook hands over, of any bytes, up to the registry and the answer. */
class HookEventFuzzTest {
    private static final PrintedLog LOG = PrintedLog.listening();
    private static final PolicySet POLICIES =
            policies(
                    """
                    {"version": 1, "rules": [
                      {"match": {"name": "no-*"}, "deny": true},
                      {"match": {"metadataClass": "gold"}, "maxConnections": 1}]}
                    """);

    @FuzzTest(maxDuration = "10m")
    void anyRequestIsTakenInOrFailsAndItsScriptGetsOneLine(byte[] request) throws Exception {
        try (RegistryWriter writer = new RegistryWriter(new GuestRegistry(new RecordedNews()))) {
            HookRequests requests =
                    new HookRequests(
                            List.of("qemu:///system"),
                            writer,
                            HookEventFuzzTest::policyOf,
                            () -> 1_000_000_000,
                            () -> 100);
            Optional<HookAnswer> answer = requests.hear(new RequestName("100-1", 100), request);
            answer.ifPresent(
                    told -> assertThat(told.line()).matches("(admitted|(refused|failed) [ -~]+)"));
            assertKnown(writer.registry(), answer);
        }
        LOG.assertQuiet();
    }

    private static void assertKnown(GuestRegistry registry, Optional<HookAnswer> answer) {
        assertThat(registry.guests()).hasSizeLessThanOrEqualTo(1);
        for (Guest guest : registry.guests()) {
            assertThat(guest.source()).isEqualTo("qemu:///system");
            guest.cid().ifPresent(cid -> assertThat(registry.byCid(cid)).contains(guest));
            boolean denied = guest.cid().isPresent() && policyOf(guest).denied();
            answer.ifPresent(told -> assertThat(told.line().equals("admitted")).isEqualTo(!denied));
        }
    }

    private static GuestPolicy policyOf(Guest guest) {
        return POLICIES.resolve(
                new GuestIdentity(
                        Optional.of(guest.name()),
                        Optional.of(guest.uuid()),
                        guest.cid(),
                        guest.metadataClasses()));
    }

    private static PolicySet policies(String json) {
        try {
            byte[] file = json.getBytes(StandardCharsets.UTF_8);
            return PolicyParser.parse("policy.json", file, Limits.standard());
        } catch (PolicyException e) {
            throw new AssertionError(e);
        }
    }
}
