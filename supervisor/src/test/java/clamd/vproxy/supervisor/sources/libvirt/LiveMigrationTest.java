package clamd.vproxy.supervisor.sources.libvirt;

import static clamd.vproxy.supervisor.sources.libvirt.FakeLibvirt.uuid;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.RecordedNews;
import clamd.vproxy.supervisor.guests.RecordedNews.News;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import clamd.vproxy.worker.testing.Eventually;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two hosts, and the events that libvirt sends at each of them while a guest moves. */
class LiveMigrationTest {
    private static final Duration GENEROUS = Duration.ofSeconds(30);
    private static final int NOMAD = 1;
    private static final long OLD_CID = 3;
    private static final long NEW_CID = 4;

    private final Host source = new Host("qemu:///system");
    private final Host destination = new Host("qemu+tls://other/system");

    /** One host's libvirt and registry. */
    private static final class Host {
        final String uri;
        final FakeLibvirt libvirt = new FakeLibvirt();
        final RecordedNews news = new RecordedNews();
        final RegistryWriter writer = new RegistryWriter(new GuestRegistry(news));
        final LibvirtWatcher watcher;

        Host(String uri) {
            this.uri = uri;
            this.watcher =
                    new LibvirtWatcher(
                            libvirt,
                            uri,
                            writer,
                            new LibvirtTiming(Duration.ofHours(1), GENEROUS, GENEROUS, GENEROUS),
                            SystemClock::nanoTime,
                            SystemClock.utc());
        }

        Guest guest(int id, long cid) {
            return new Guest(uri, uuid(NOMAD), "v" + NOMAD, id, OptionalLong.of(cid), Set.of());
        }

        /** Sends an event, and waits until the domain is read for it. */
        void event() throws InterruptedException {
            int before = libvirt.readings.get();
            libvirt.event(NOMAD);
            Eventually.holds("a reading", () -> libvirt.readings.get() > before);
        }

        /** Waits until what happened so far is in the registry. */
        void settle() throws Exception {
            assertThat(watcher.awaitFirstList(GENEROUS)).isTrue();
            assertThat(watcher.listFromNow().get(GENEROUS.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }

        void close() {
            watcher.close();
            writer.close();
        }
    }

    @BeforeEach
    void runTheGuestAtTheSource() throws Exception {
        source.libvirt.run(NOMAD, 7, OLD_CID);
        source.settle();
        destination.settle();
        assertThat(source.news.drain()).containsExactly(new News.Started(source.guest(7, OLD_CID)));
    }

    @AfterEach
    void close() {
        source.close();
        destination.close();
    }

    private void prepareDestination() throws Exception {
        destination.libvirt.run(NOMAD, 2, NEW_CID);
        destination.event(); // STARTED, MIGRATED
        assertThat(destination.news.next())
                .isEqualTo(new News.Started(destination.guest(2, NEW_CID)));
    }

    @Test
    void theDestinationKnowsTheGuestBeforeItRunsThereAndTheSourceUntilItHasLeft() throws Exception {
        prepareDestination();
        assertThat(destination.writer.registry().byCid(NEW_CID))
                .contains(destination.guest(2, NEW_CID));
        source.event(); // SUSPENDED, MIGRATED
        source.settle();
        assertThat(source.writer.registry().byCid(OLD_CID)).isPresent();
        destination.event(); // RESUMED, MIGRATED
        source.libvirt.forget(NOMAD);
        source.event(); // STOPPED, MIGRATED
        source.settle();
        destination.settle();
        assertThat(source.news.drain()).containsExactly(new News.Stopped(source.guest(7, OLD_CID)));
        assertThat(destination.news.drain()).isEmpty();
    }

    @Test
    void aGuestThatRunsAtTheDestinationWhileItsMemoryFollowsIsStartedThereOnce() throws Exception {
        prepareDestination();
        source.event(); // SUSPENDED, POSTCOPY
        destination.event(); // RESUMED, POSTCOPY
        destination.event(); // RESUMED, MIGRATED
        source.libvirt.off(NOMAD);
        source.event(); // STOPPED, MIGRATED, of a persistent domain
        source.settle();
        destination.settle();
        assertThat(source.news.drain()).containsExactly(new News.Stopped(source.guest(7, OLD_CID)));
        assertThat(destination.news.drain()).isEmpty();
    }

    @Test
    void aMigrationThatFailsEndsTheGuestAtTheDestinationOnly() throws Exception {
        prepareDestination();
        destination.libvirt.forget(NOMAD);
        destination.event(); // STOPPED, FAILED
        source.event(); // RESUMED, MIGRATED, if it had been paused
        source.settle();
        destination.settle();
        assertThat(source.news.drain()).isEmpty();
        assertThat(source.writer.registry().byCid(OLD_CID)).isPresent();
        assertThat(destination.news.drain())
                .containsExactly(new News.Stopped(destination.guest(2, NEW_CID)));
    }
}
