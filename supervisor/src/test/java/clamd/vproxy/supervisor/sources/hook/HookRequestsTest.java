package clamd.vproxy.supervisor.sources.hook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import clamd.vproxy.hooks.spool.HookAnswer;
import clamd.vproxy.hooks.spool.RequestName;
import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicyLoader;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.RecordedNews;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import clamd.vproxy.supervisor.testing.HookScript;
import clamd.vproxy.supervisor.testing.LogTap;
import clamd.vproxy.supervisor.testing.TestGuest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of requests, at times that the test chooses. */
@Timeout(60)
class HookRequestsTest {
    private static final String SYSTEM = "qemu:///system";
    private static final TestGuest V1 = new TestGuest("v1", 3);
    private static final TestGuest V2 = new TestGuest("v2", 3);

    private final RegistryWriter writer = new RegistryWriter(new GuestRegistry(new RecordedNews()));
    private final GuestRegistry registry = writer.registry();
    private final LogTap log = LogTap.on("clamd.vproxy.supervisor.sources.hook");
    private PolicySet policies = PolicySet.withoutFile(Limits.standard());
    private final HookRequests requests = requests(List.of(SYSTEM));

    /** The host's uptime, in hundredths of a second. */
    private long now = 100_000;

    @AfterEach
    void closeAll() {
        writer.close();
        log.close();
    }

    private HookRequests requests(List<String> uris) {
        return new HookRequests(uris, writer, this::policyOf, this::nanos, () -> now);
    }

    private GuestPolicy policyOf(Guest guest) {
        return policies.resolve(
                new GuestIdentity(
                        Optional.of(guest.name()),
                        Optional.of(guest.uuid()),
                        guest.cid(),
                        guest.metadataClasses()));
    }

    private long nanos() {
        return now * 10_000_000;
    }

    private Optional<String> hear(long time, byte[] request) throws Exception {
        return requests.hear(new RequestName(time + "-1", time), request).map(HookAnswer::line);
    }

    private static byte[] starts(TestGuest guest, int id) {
        return HookScript.request("start begin", guest, id);
    }

    private static byte[] stopped(TestGuest guest) {
        return HookScript.request("stopped end", guest, -1);
    }

    private static Guest known(TestGuest guest, int id) {
        return new Guest(
                SYSTEM, guest.uuid(), guest.name(), id, OptionalLong.of(guest.cid()), Set.of());
    }

    @Test
    void aStartIsAnsweredWhenTheGuestIsKnown() throws Exception {
        assertThat(hear(now, starts(V1, 7))).contains("admitted");
        assertThat(registry.byCid(3)).contains(known(V1, 7));
    }

    @Test
    void aReconnectMakesTheGuestKnownAndIsNotAnswered() throws Exception {
        assertThat(hear(now, HookScript.request("reconnect begin", V1, 7))).isEmpty();
        assertThat(registry.byCid(3)).contains(known(V1, 7));
    }

    @Test
    void anEndIsTheEndOfTheRunWhateverTheXmlSaysOfItsCid() throws Exception {
        assertThat(hear(now, starts(V1, 7))).isPresent();
        now += 100;
        assertThat(hear(now, starts(V2, 8))).isPresent(); // got the CID before the end is known
        assertThat(hear(now - 10, stopped(V1))).isEmpty();
        assertThat(registry.guests()).containsExactly(known(V2, 8));
        assertThat(registry.byCid(3)).contains(known(V2, 8));
    }

    @Test
    void theLateEndOfARunLeavesTheNextOneAlone() throws Exception {
        assertThat(hear(now, starts(V1, 7))).isPresent();
        long end = now + 100;
        now += 200;
        assertThat(hear(now, starts(V1, 8))).isPresent();
        assertThat(hear(end, stopped(V1))).isEmpty();
        assertThat(registry.guests()).containsExactly(known(V1, 8));
    }

    @Test
    void theLateEndLeavesARunThatLibvirtWasReadOfAfterIt() throws Exception {
        long end = now;
        now += 100;
        writer.submit(to -> to.upsert(known(V1, 8), nanos())).join();
        assertThat(hear(end, stopped(V1))).isEmpty();
        assertThat(registry.guests()).containsExactly(known(V1, 8));
    }

    @Test
    void whatWasReadInTheHundredthOfTheHooksRunCountsAsOlder() throws Exception {
        long sameHundredth = nanos() + 9_999_999;
        long begun = now;
        now += 50;
        writer.submit(to -> to.upsert(known(V1, 7), sameHundredth)).join();
        assertThat(hear(begun, stopped(V1))).isEmpty();
        assertThat(registry.guests()).isEmpty();
    }

    @Test
    void aRequestFromTheFutureCountsAsOfNow() throws Exception {
        assertThat(hear(now + 1_000, starts(V1, 7))).contains("admitted");
        now += 10;
        writer.submit(to -> to.remove(SYSTEM, V1.uuid(), nanos())).join();
        assertThat(registry.guests()).isEmpty();
    }

    @Test
    void aDomainWithoutVsockIsAdmittedWhateverThePolicy(@TempDir Path folder) throws Exception {
        policies = policy(folder, "{\"version\": 1, \"unmatched\": \"deny\"}");
        String xml = new String(starts(V1, 7), UTF_8).replaceAll("<vsock.*</vsock>", "");
        assertThat(hear(now, xml.getBytes(UTF_8))).contains("admitted");
        assertThat(registry.byUuid(V1.uuid()))
                .hasValueSatisfying(guest -> assertThat(guest.cid()).isEmpty());
    }

    @Test
    void aDeniedGuestIsRefusedWithItsRuleAndKnownAllTheSame(@TempDir Path folder) throws Exception {
        policies =
                policy(
                        folder,
                        """
                        {"version": 1, "unmatched": "deny", "rules": [
                          {"match": {"name": "v1"}, "deny": true}]}
                        """);
        assertThat(hear(now, starts(V1, 7)))
                .contains("refused denied by rules[0]@" + folder + "/policy.json:2");
        assertThat(registry.byCid(3)).contains(known(V1, 7));
        assertThat(hear(now, starts(V2, 8)))
                .contains("refused unmatched: no rule of the policy file admits it");
        assertThat(log.lines()).extracting(LogTap.Line::level).containsOnly(Level.INFO);
    }

    private static PolicySet policy(Path folder, String text) throws Exception {
        Path file = Files.writeString(folder.resolve("policy.json"), text);
        return PolicyLoader.load(file, Limits.standard());
    }

    @Test
    void whatCannotBeReadIsFailedAndToldOncePerDomain() throws Exception {
        TestGuest odd = new TestGuest("v\"3é", 3);
        byte[] bad = new String(starts(odd, 7), UTF_8).replace("<uuid>", "<u>").getBytes(UTF_8);
        for (int i = 0; i < 3; i++) {
            assertThat(hear(now, bad))
                    .hasValueSatisfying(line ->
                            assertThat(line)
                                    .startsWith("failed domain XML cannot be parsed at line"));
            assertThat(hear(now, new byte[] {1}))
                    .hasValueSatisfying(line ->
                            assertThat(line).startsWith("failed the request does not begin with"));
        }
        assertThat(hear(now, starts(V1, -1))).contains("failed the domain XML has no id");
        assertThat(log.lines())
                .extracting(line -> line.level() + " " + line.value("domain"))
                .containsExactly("WARN v'3é", "WARN unknown", "WARN v1");
        assertThat(registry.guests()).isEmpty();
    }

    @Test
    void anEndThatCannotBeReadIsNotAnswered() throws Exception {
        byte[] bad = new String(stopped(V1), UTF_8).replace("<uuid>", "<u>").getBytes(UTF_8);
        assertThat(hear(now, bad)).isEmpty();
        assertThat(log.lines()).hasSize(1);
    }

    @Test
    void aRegistryThatIsClosedMeansFailed() throws Exception {
        writer.close();
        assertThat(hear(now, starts(V1, 7))).contains("failed the guest registry refused it");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "test:///a qemu:///session | qemu:///system",
                "qemu+ssh://far/system qemu+unix:///system?socket=/s | qemu+unix:///system?socket=/s",
                "lxc:///system qemu:///system | qemu:///system"
            })
    void guestsAreThoseOfTheSystemsLibvirtdHere(String uris, String source) throws Exception {
        HookRequests others = requests(List.of(uris.split(" ", -1)));
        assertThat(others.hear(new RequestName(now + "-1", now), starts(V1, 7))).isPresent();
        assertThat(registry.guests()).extracting(Guest::source).containsExactly(source);
    }

    /** One run of the script. */
    private record Run(long time, TestGuest guest, Optional<Integer> startedAs) {
        byte[] request() {
            return startedAs.map(id -> starts(guest, id)).orElseGet(() -> stopped(guest));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 20_261_123})
    void theLatestRunOfTheScriptCountsInWhateverOrderTheyCome(long seed) throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<Run> history = new ArrayList<>();
        Map<TestGuest, Run> latest = new HashMap<>();
        int id = 0;
        for (int step = 0; step < 500; step++) {
            now += 2 + random.nextInt(100);
            int number = random.nextInt(4);
            TestGuest guest = new TestGuest("v" + number, 3 + number);
            boolean start = random.nextBoolean();
            history.add(new Run(now, guest, start ? Optional.of(++id) : Optional.empty()));
            // late, twice, never
            for (int left = random.nextInt(3); left > 0; left--) {
                int from = Math.max(0, history.size() - 8);
                Run run = history.get(random.nextInt(from, history.size()));
                Optional<String> answer = hear(run.time(), run.request());
                assertThat(answer.isPresent()).isEqualTo(run.startedAs().isPresent());
                latest.merge(
                        run.guest(), run, (old, other) -> old.time() > other.time() ? old : other);
            }
            assertThat(registry.guests())
                    .as("seed %d, step %d", seed, step)
                    .containsExactlyInAnyOrderElementsOf(
                            latest.values().stream()
                                    .filter(run -> run.startedAs().isPresent())
                                    .map(run -> known(run.guest(), run.startedAs().orElseThrow()))
                                    .toList());
        }
    }
}
