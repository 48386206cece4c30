package clamd.vproxy.supervisor.sources.libvirt;

import static clamd.vproxy.supervisor.sources.libvirt.FakeLibvirt.uuid;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.RecordedNews;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import clamd.vproxy.supervisor.testing.LogTap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** What the tests of {@link LibvirtWatcher} share. */
abstract class LibvirtWatcherFixture {
    static final String URI = "fake:///system";
    static final Duration GENEROUS = Duration.ofSeconds(30);
    static final Duration SELDOM = Duration.ofHours(1);
    final LogTap log = LogTap.on(LibvirtWatcher.class.getPackageName(), Level.DEBUG);
    final FakeLibvirt libvirt = new FakeLibvirt();
    final RecordedNews news = new RecordedNews();
    final RegistryWriter writer = new RegistryWriter(new GuestRegistry(news));
    final GuestRegistry registry = writer.registry();
    final List<LibvirtWatcher> watchers = new ArrayList<>();

    @AfterEach
    void closeAll() {
        libvirt.openGate.countDown();
        libvirt.listGate.countDown();
        libvirt.readGate.countDown();
        watchers.forEach(LibvirtWatcher::close);
        writer.close();
        log.close();
    }

    LibvirtWatcher watch(LibvirtTiming timing) {
        LibvirtWatcher watcher =
                new LibvirtWatcher(
                        libvirt, URI, writer, timing, SystemClock::nanoTime, SystemClock.utc());
        watchers.add(watcher);
        return watcher;
    }

    LibvirtWatcher watch() throws InterruptedException {
        LibvirtWatcher watcher = watch(timing(SELDOM, GENEROUS));
        assertThat(watcher.awaitFirstList(GENEROUS)).isTrue();
        return watcher;
    }

    static LibvirtTiming timing(Duration relist, Duration openLimit) {
        return new LibvirtTiming(relist, Duration.ofMillis(1), Duration.ofMillis(4), openLimit);
    }

    static Guest guest(int number, int id, long cid, String... classes) {
        return new Guest(
                URI, uuid(number), "v" + number, id, OptionalLong.of(cid), Set.of(classes));
    }

    static boolean list(LibvirtWatcher watcher) throws Exception {
        return watcher.listFromNow().get(GENEROUS.toSeconds(), TimeUnit.SECONDS);
    }
}
