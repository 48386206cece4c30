package clamd.vproxy.supervisor.sources.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.RecordedNews;
import clamd.vproxy.supervisor.guests.RecordedNews.News;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import clamd.vproxy.supervisor.testing.LogTap;
import clamd.vproxy.worker.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.libvirt.Domain;

/**
 * The watcher and the native connection against libvirt's own code, by its in-process test driver.
 */
@Tag("libvirt")
class TestDriverTest {
    private static final Duration GENEROUS = Duration.ofSeconds(30);

    private final RecordedNews news = new RecordedNews();
    private final LogTap log = LogTap.on(LibvirtWatcher.class.getPackageName(), Level.DEBUG);
    private TestHypervisor hypervisor;
    private NativeLibvirt libvirt;
    private RegistryWriter writer;
    private GuestRegistry registry;
    private LibvirtWatcher watcher;
    private boolean mayLogErrors;

    @BeforeEach
    void watch() throws Exception {
        hypervisor = new TestHypervisor();
        libvirt = NativeLibvirt.load();
        writer = new RegistryWriter(new GuestRegistry(news));
        registry = writer.registry();
        watcher = watcher(TestHypervisor.URI);
        assertThat(watcher.awaitFirstList(GENEROUS)).isTrue();
    }

    @AfterEach
    void close() throws Exception {
        watcher.close();
        writer.close();
        hypervisor.close();
        log.close();
        assertThat(log.at(Level.WARN)).isEmpty();
        assertThat(mayLogErrors || log.at(Level.ERROR).isEmpty()).isTrue();
    }

    private LibvirtWatcher watcher(String uri) {
        LibvirtTiming onEventsOnly =
                new LibvirtTiming(
                        Duration.ofHours(1), Duration.ofMillis(1), Duration.ofMillis(4), GENEROUS);
        return new LibvirtWatcher(
                libvirt, uri, writer, onEventsOnly, SystemClock::nanoTime, SystemClock.utc());
    }

    private static List<String> ourThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("libvirt-") || name.equals("guest-registry"))
                .sorted()
                .toList();
    }

    private Guest started() throws InterruptedException {
        News next = news.next();
        assertThat(next).isInstanceOf(News.Started.class);
        return ((News.Started) next).guest();
    }

    private Guest stopped() throws InterruptedException {
        News next = news.next();
        assertThat(next).isInstanceOf(News.Stopped.class);
        return ((News.Stopped) next).guest();
    }

    @Test
    void aGuestIsFollowedFromItsStartToItsEnd() throws Exception {
        hypervisor.define(TestHypervisor.withCid("v1", 3));
        hypervisor.with("v1", Domain::create);
        Guest v1 = started();
        assertThat(v1.source()).isEqualTo(TestHypervisor.URI);
        assertThat(v1.uuid()).isEqualTo(TestHypervisor.uuid("v1"));
        assertThat(v1.name()).isEqualTo("v1");
        assertThat(v1.cid()).hasValue(3);
        hypervisor.with("v1", domain -> assertThat(domain.getID()).isEqualTo(v1.domainId()));
        assertThat(registry.byCid(3)).contains(v1);
        hypervisor.with("v1", Domain::destroy);
        assertThat(stopped()).isEqualTo(v1);
        hypervisor.with("v1", Domain::create);
        assertThat(started().epoch()).isNotEqualTo(v1.epoch());
        hypervisor.with("v1", Domain::shutdown);
        assertThat(stopped().uuid()).isEqualTo(v1.uuid());
        hypervisor.with("v1", Domain::undefine);
        assertThat(registry.guests()).isEmpty();
        assertThat(watcher.state().lastEvent()).isPresent();
    }

    @Test
    void neitherDefinitionNorPauseNorUndefinitionEndsOrStartsAGuest() throws Exception {
        hypervisor.define(TestHypervisor.withCid("off", 77));
        hypervisor.define(TestHypervisor.withCid("v1", 3));
        hypervisor.with("v1", Domain::create);
        Guest v1 = started();
        hypervisor.with("v1", Domain::suspend);
        hypervisor.with("v1", Domain::resume);
        hypervisor.with("v1", Domain::undefine);
        assertThat(watcher.listFromNow().get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(registry.guests()).containsExactly(v1);
        hypervisor.with("v1", Domain::destroy);
        assertThat(stopped()).isEqualTo(v1);
        assertThat(registry.byCid(77)).isEmpty();
    }

    @Test
    void aTransientGuestIsGoneWhenItsEndIsRead() throws Exception {
        hypervisor.createTransient(TestHypervisor.withCid("t", 5));
        Guest t = started();
        hypervisor.with("t", Domain::destroy);
        assertThat(stopped()).isEqualTo(t);
    }

    @Test
    void aDomainWithoutVsockRunsWithoutACid() throws Exception {
        hypervisor.createTransient(TestHypervisor.xml("plain", "", ""));
        Guest plain = started();
        assertThat(plain.cid()).isEmpty();
        assertThat(registry.byUuid(plain.uuid())).contains(plain);
    }

    @Test
    void theMetadataClassIsReadAndFollowed() throws Exception {
        hypervisor.createTransient(
                TestHypervisor.xml(
                        "v1",
                        "<p:policy xmlns:p='urn:clamd-vproxy:policy:1' class='gold'/>",
                        TestHypervisor.vsock(3)));
        Guest gold = started();
        assertThat(gold.metadataClasses()).containsExactly("gold");
        int elementOfLiveXml = 2; // VIR_DOMAIN_METADATA_ELEMENT
        hypervisor.with(
                "v1",
                domain ->
                        domain.setMetadata(
                                elementOfLiveXml,
                                "<policy class=\"silver\"/>",
                                "clamd-vproxy",
                                "urn:clamd-vproxy:policy:1",
                                1));
        News next = news.next();
        assertThat(next).isInstanceOf(News.Changed.class);
        assertThat(((News.Changed) next).after().metadataClasses()).containsExactly("silver");
        assertThat(((News.Changed) next).after().epoch()).isEqualTo(gold.epoch());
    }

    @Test
    void aCidTakenOverByTheNextGuestBelongsToItAlone() throws Exception {
        hypervisor.createTransient(TestHypervisor.withCid("v1", 4));
        Guest v1 = started();
        hypervisor.createTransient(TestHypervisor.withCid("v3", 4));
        News lost = news.next();
        assertThat(lost).isInstanceOf(News.Changed.class);
        assertThat(((News.Changed) lost).before()).isEqualTo(v1);
        Guest v3 = started();
        assertThat(registry.byCid(4)).contains(v3);
        hypervisor.with("v1", Domain::destroy);
        assertThat(stopped().epoch()).isEqualTo(v1.epoch());
        assertThat(registry.byCid(4)).contains(v3);
    }

    @Test
    void aGuestThatConnectsAtOnceIsFoundByItsCid() throws Exception {
        GuestLookup lookup = new GuestLookup(registry, List.of(watcher), SystemClock::nanoTime);
        hypervisor.createTransient(TestHypervisor.withCid("v1", 8));
        assertThat(lookup.find(8, GENEROUS)).isPresent();
        assertThat(lookup.find(9, GENEROUS)).isEmpty();
    }

    @Test
    void closedConnectionsLeaveNothingBehind(@TempDir Path folder) throws Exception {
        Path node = Files.writeString(folder.resolve("node.xml"), node());
        String uri = "test://" + node;
        LibvirtListener deaf = new NoListener();
        libvirt.open(uri, deaf).close();
        long descriptors = Footprint.openDescriptors();
        for (int round = 0; round < 20; round++) {
            LibvirtConnection connection = libvirt.open(uri, deaf);
            for (UUID uuid : connection.activeDomains()) {
                assertThat(connection.describe(uuid)).isPresent();
            }
            assertThat(connection.isAlive()).isTrue();
            connection.close();
            connection.close();
            assertThat(connection.isAlive()).isFalse();
        }
        assertThat(Footprint.openDescriptors()).isEqualTo(descriptors);
    }

    @Test
    void aConnectionClosedAmidEventsIsReallyClosed() throws Exception {
        for (int round = 0; round < 200; round++) {
            LibvirtConnection connection = libvirt.open(TestHypervisor.URI, new NoListener());
            hypervisor.createTransient(TestHypervisor.withCid("v", 3));
            hypervisor.with("v", Domain::destroy);
            connection.close(); // warns of references left, which the end of each test looks for
        }
        assertThat(log.at(Level.WARN)).isEmpty();
    }

    @Test
    void aClosedWatcherLeavesNothingBehind(@TempDir Path folder) throws Exception {
        Path node = Files.writeString(folder.resolve("node.xml"), node());
        List<String> threads = ourThreads();
        long descriptors = Footprint.openDescriptors();
        for (int round = 0; round < 5; round++) {
            LibvirtWatcher second = watcher("test://" + node);
            assertThat(second.awaitFirstList(GENEROUS)).isTrue();
            assertThat(second.state().guests()).isEqualTo(2);
            second.close();
        }
        assertThat(Footprint.openDescriptors()).isEqualTo(descriptors);
        // the one that opened the connection has handed it over, and ends
        Eventually.holds("no further thread", () -> ourThreads().equals(threads));
    }

    @Test
    void aFileOfDomainsIsListed(@TempDir Path folder) throws Exception {
        Path node = Files.writeString(folder.resolve("node.xml"), node());
        try (LibvirtConnection connection = libvirt.open("test://" + node, new NoListener())) {
            assertThat(connection.activeDomains()).hasSize(2);
            UUID alpha = UUID.fromString("11111111-1111-1111-1111-111111111111");
            assertThat(connection.describe(alpha).orElseThrow().cid()).hasValue(3);
            assertThat(connection.describe(alpha).orElseThrow().id()).isPresent();
            assertThat(connection.describe(new UUID(0, 9))).isEmpty();
        }
    }

    @Test
    void aListenerThatThrowsHarmsNeitherNativeCodeNorTheNextEvent() throws Exception {
        BlockingQueue<UUID> touched = new LinkedBlockingQueue<>();
        LibvirtListener listener =
                new LibvirtListener() {
                    @Override
                    public void touched(UUID uuid) {
                        touched.add(uuid);
                        throw new IllegalStateException("must not reach native code");
                    }

                    @Override
                    public void lost(String reason) {}
                };
        try (LibvirtConnection connection = libvirt.open(TestHypervisor.URI, listener)) {
            assertThat(connection.isAlive()).isTrue();
            hypervisor.createTransient(TestHypervisor.withCid("v1", 3));
            assertThat(touched.poll(30, TimeUnit.SECONDS)).isEqualTo(TestHypervisor.uuid("v1"));
            hypervisor.with("v1", Domain::destroy);
            assertThat(touched.poll(30, TimeUnit.SECONDS)).isEqualTo(TestHypervisor.uuid("v1"));
        }
        log.await("was not handled");
        log.await("was not handled");
        mayLogErrors = true;
    }

    @Test
    void whatCannotBeOpenedIsOneLine() throws Exception {
        for (String uri :
                Set.of(
                        "nonsense:///",
                        "test:///no/such/file.xml",
                        "qemu+unix:///system?socket=/nowhere")) {
            assertThatThrownBy(() -> libvirt.open(uri, new NoListener()).close())
                    .isInstanceOf(LibvirtCallException.class)
                    .message()
                    .isNotBlank()
                    .doesNotContain("\n");
        }
        // what libvirt by itself prints on stderr
        log.await("libvirt: ");
    }

    private static String node() {
        return """
        <node>
          <domain type='test'><name>alpha</name><uuid>11111111-1111-1111-1111-111111111111</uuid>
            <memory unit='MiB'>64</memory><os><type>hvm</type></os>
            <devices><vsock model='virtio'><cid auto='no' address='3'/></vsock></devices></domain>
          <domain type='test'><name>beta</name><uuid>22222222-2222-2222-2222-222222222222</uuid>
            <memory unit='MiB'>64</memory><os><type>hvm</type></os></domain>
          <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>off</name>
            <uuid>33333333-3333-3333-3333-333333333333</uuid><memory unit='MiB'>64</memory>
            <os><type>hvm</type></os><test:runstate>5</test:runstate></domain>
        </node>
        """;
    }

    private static final class NoListener implements LibvirtListener {
        @Override
        public void touched(UUID uuid) {}

        @Override
        public void lost(String reason) {}
    }
}
