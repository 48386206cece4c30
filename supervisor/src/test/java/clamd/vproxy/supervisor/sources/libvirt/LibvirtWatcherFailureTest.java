package clamd.vproxy.supervisor.sources.libvirt;

import static clamd.vproxy.supervisor.sources.libvirt.FakeLibvirt.uuid;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import clamd.vproxy.supervisor.guests.RecordedNews.News;
import clamd.vproxy.supervisor.sources.libvirt.FakeLibvirt.Behaviour;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A libvirt that is away, fails or hangs. */
class LibvirtWatcherFailureTest extends LibvirtWatcherFixture {
    @Test
    void guestsStayWhileLibvirtIsAwayAndAreListedWhenItIsBack() throws Exception {
        libvirt.run(1, 7, 3);
        libvirt.run(2, 8, 4);
        LibvirtWatcher watcher = watch();
        libvirt.stop();
        for (int i = 0; i < 5; i++) {
            libvirt.await("refused");
        }
        assertThat(registry.guests()).hasSize(2);
        assertThat(watcher.state().connected()).isFalse();
        assertThat(watcher.state().guests()).isEqualTo(2);
        assertThat(libvirt.openConnections()).isZero();
        news.drain();
        libvirt.forget(1);
        libvirt.run(3, 9, 3);
        libvirt.down = false;
        assertThat(news.next()).isEqualTo(new News.Stopped(guest(1, 7, 3)));
        assertThat(news.next()).isEqualTo(new News.Started(guest(3, 9, 3)));
        log.await("2 domains run");
        log.await("2 domains run");
        assertThat(log.at(Level.WARN))
                .containsExactly(
                        "lost libvirt at "
                                + URI
                                + ", known guests stay, retrying: libvirtd closed the connection");
        assertThat(log.at(Level.INFO)).hasSize(2);
        assertThat(watcher.state().connected()).isTrue();
    }

    @Test
    void aListThatBreaksOffChangesNothingAndIsMadeAgain() throws Exception {
        libvirt.run(1, 7, 3);
        libvirt.run(2, 8, 4);
        libvirt.run(3, 9, 5);
        LibvirtWatcher watcher = watch();
        news.drain();
        libvirt.forget(1);
        libvirt.behaviour(3, Behaviour.BREAKS);
        assertThat(list(watcher)).isFalse();
        assertThat(registry.guests()).hasSize(3);
        assertThat(news.drain()).isEmpty();
        libvirt.calm();
        assertThat(news.next()).isEqualTo(new News.Stopped(guest(1, 7, 3)));
    }

    @Test
    void aDomainThatCannotBeReadNowStaysAsKnown() throws Exception {
        libvirt.run(1, 7, 3);
        libvirt.run(2, 8, 4);
        LibvirtWatcher watcher = watch();
        libvirt.behaviour(1, Behaviour.FAILS);
        libvirt.run(2, 8, 6);
        assertThat(list(watcher)).isTrue();
        assertThat(registry.guests()).containsExactlyInAnyOrder(guest(1, 7, 3), guest(2, 8, 6));
        assertThat(watcher.state().connected()).isTrue();
        assertThat(watcher.state().lastError()).contains("cannot acquire state change lock");
    }

    @Test
    void aDomainKnownFromBeforeDoesNotTakeItsCidBack() throws Exception {
        libvirt.run(1, 7, 3);
        LibvirtWatcher watcher = watch();
        libvirt.behaviour(1, Behaviour.FAILS);
        libvirt.run(2, 8, 3);
        assertThat(list(watcher)).isTrue();
        assertThat(registry.byCid(3)).contains(guest(2, 8, 3));
    }

    @Test
    void aReadingThatFailedIsMadeUpForByAnEarlyList() throws Exception {
        watch();
        libvirt.behaviour(1, Behaviour.FAILS);
        libvirt.run(1, 7, 3);
        libvirt.event(1);
        libvirt.await("read");
        libvirt.calm();
        assertThat(news.next()).isEqualTo(new News.Started(guest(1, 7, 3)));
    }

    @Test
    void readingsThatFailDoNotPutOffTheNextList() throws Exception {
        Duration soon = Duration.ofMillis(200);
        watch(new LibvirtTiming(soon, SELDOM, SELDOM, GENEROUS));
        libvirt.await("list");
        libvirt.behaviour(1, Behaviour.FAILS);
        libvirt.event(1);
        libvirt.await("read");
        libvirt.run(2, 8, 4);
        assertThat(news.next()).isEqualTo(new News.Started(guest(2, 8, 4)));
    }

    @Test
    void aDomainWithDamagedXmlIsNotServedAndToldOnce() throws Exception {
        libvirt.run(1, 7, 3);
        libvirt.run(2, 8, 4);
        libvirt.behaviour(1, Behaviour.UNREADABLE);
        LibvirtWatcher watcher = watch();
        assertThat(list(watcher)).isTrue();
        assertThat(registry.guests()).containsExactly(guest(2, 8, 4));
        assertThat(log.at(Level.WARN)).hasSize(1);
        assertThat(log.at(Level.WARN).getFirst())
                .contains(uuid(1) + " is not served: domain XML cannot be parsed at line 1");
    }

    @Test
    void aBugInTheBindingCostsTheConnectionOnly() throws Exception {
        watch();
        libvirt.behaviour(1, Behaviour.THROWS);
        libvirt.run(1, 7, 3);
        libvirt.event(1);
        libvirt.await("close");
        libvirt.calm();
        assertThat(news.next()).isEqualTo(new News.Started(guest(1, 7, 3)));
        assertThat(log.at(Level.ERROR)).isNotEmpty();
    }

    @Test
    void attemptsThatHangAreLeftBehindButNeverMany() throws Exception {
        libvirt.run(1, 7, 3);
        libvirt.openGate = new CountDownLatch(1);
        LibvirtWatcher watcher = watch(timing(SELDOM, Duration.ofMillis(5)));
        log.await("no answer to an attempt to connect within 5 ms");
        log.await("3 attempts to connect hang");
        assertThat(libvirt.mostHanging).hasValue(ConnectionOpener.MOST_ATTEMPTS);
        assertThat(watcher.awaitFirstList(Duration.ZERO)).isFalse();
        libvirt.openGate.countDown();
        for (int i = 0; i < ConnectionOpener.MOST_ATTEMPTS; i++) {
            libvirt.await("close"); // each that comes too late closes what it got
        }
        assertThat(watcher.awaitFirstList(GENEROUS)).isTrue();
        assertThat(libvirt.openConnections()).isEqualTo(1);
        assertThat(log.at(Level.WARN)).hasSize(1);
    }

    @Test
    void withoutLibvirtAtTheStartTheWatcherGoesOnTrying() throws Exception {
        libvirt.down = true;
        libvirt.run(1, 7, 3);
        LibvirtWatcher watcher = watch(timing(SELDOM, GENEROUS));
        for (int i = 0; i < 5; i++) {
            libvirt.await("refused");
        }
        assertThat(watcher.awaitFirstList(Duration.ZERO)).isFalse();
        assertThat(list(watcher)).isFalse();
        assertThat(watcher.state().connected()).isFalse();
        assertThat(watcher.state().lastError()).contains("Connection refused");
        libvirt.down = false;
        assertThat(watcher.awaitFirstList(GENEROUS)).isTrue();
        assertThat(registry.byCid(3)).isPresent();
        assertThat(log.at(Level.WARN))
                .containsExactly(
                        "cannot reach libvirt at " + URI + ", retrying: Connection refused");
        assertThat(log.at(Level.INFO))
                .containsExactly("libvirt at " + URI + ": connected, 1 domains run");
    }
}
