package clamd.vproxy.supervisor.sources.libvirt;

import static clamd.vproxy.supervisor.sources.libvirt.FakeLibvirt.uuid;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.RecordedNews.News;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** Lists and events of a libvirt, beside the hook. */
class LibvirtWatcherTest extends LibvirtWatcherFixture {
    @Test
    void whatRunsAtTheStartIsKnownAfterTheFirstList() throws Exception {
        libvirt.run(1, 7, 3, "gold");
        libvirt.run(2, 8, 4);
        libvirt.off(3);
        LibvirtWatcher watcher = watch();
        assertThat(registry.guests())
                .containsExactlyInAnyOrder(guest(1, 7, 3, "gold"), guest(2, 8, 4));
        LibvirtState state = watcher.state();
        assertThat(state.uri()).isEqualTo(URI);
        assertThat(state.connected()).isTrue();
        assertThat(state.guests()).isEqualTo(2);
        assertThat(state.lastList()).isPresent();
        assertThat(state.lastEvent()).isEmpty();
        assertThat(state.lastError()).isEmpty();
    }

    @Test
    void anEventMeansReadThisDomainAgain() throws Exception {
        LibvirtWatcher watcher = watch();
        libvirt.run(1, 7, 3);
        libvirt.event(1);
        assertThat(news.next()).isEqualTo(new News.Started(guest(1, 7, 3)));
        libvirt.run(1, 7, 5, "gold");
        libvirt.event(1);
        assertThat(news.next()).isEqualTo(new News.Changed(guest(1, 7, 3), guest(1, 7, 5, "gold")));
        libvirt.off(1);
        libvirt.event(1);
        assertThat(news.next()).isEqualTo(new News.Stopped(guest(1, 7, 5, "gold")));
        libvirt.run(1, 8, 3);
        libvirt.event(1);
        assertThat(news.next()).isEqualTo(new News.Started(guest(1, 8, 3)));
        libvirt.forget(1);
        libvirt.event(1);
        assertThat(news.next()).isEqualTo(new News.Stopped(guest(1, 8, 3)));
        assertThat(watcher.state().lastEvent()).isPresent();
        assertThat(libvirt.lists).hasValue(1);
    }

    @Test
    void aLateStoppedLeavesTheCidWithItsNextOwner() throws Exception {
        libvirt.run(1, 7, 4);
        watch();
        assertThat(news.next()).isEqualTo(new News.Started(guest(1, 7, 4)));
        libvirt.run(3, 8, 4);
        libvirt.event(3);
        assertThat(news.next()).isInstanceOf(News.Changed.class);
        assertThat(news.next()).isEqualTo(new News.Started(guest(3, 8, 4)));
        libvirt.forget(1);
        libvirt.event(1);
        assertThat(news.next()).isInstanceOf(News.Stopped.class);
        assertThat(registry.byCid(4)).contains(guest(3, 8, 4));
    }

    @Test
    void aGuestThatEndsWithoutAnEventIsFoundByTheNextList() throws Exception {
        libvirt.run(1, 7, 3);
        LibvirtWatcher watcher = watch(timing(Duration.ofMillis(5), GENEROUS));
        assertThat(news.next()).isInstanceOf(News.Started.class);
        libvirt.forget(1);
        assertThat(news.next()).isEqualTo(new News.Stopped(guest(1, 7, 3)));
        assertThat(watcher.state().guests()).isZero();
    }

    @Test
    void aStormOfEventsOfOneDomainIsOneReading() throws Exception {
        libvirt.run(1, 7, 3);
        LibvirtWatcher watcher = watch();
        libvirt.readGate = new CountDownLatch(1);
        libvirt.await("read"); // of the first list
        libvirt.event(1);
        libvirt.await("read");
        for (int i = 0; i < 10_000; i++) {
            libvirt.event(1);
        }
        libvirt.readGate.countDown();
        assertThat(list(watcher)).isTrue();
        // the first list, the event, perhaps one for the storm, the last list
        assertThat(libvirt.readings.get()).isLessThanOrEqualTo(4);
    }

    @Test
    void callersDuringAListShareTheNextOne() throws Exception {
        LibvirtWatcher watcher = watch();
        libvirt.await("list");
        libvirt.listGate = new CountDownLatch(1);
        CompletableFuture<Boolean> running = watcher.listFromNow();
        libvirt.await("list");
        libvirt.run(1, 7, 3);
        List<CompletableFuture<Boolean>> next = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            next.add(watcher.listFromNow());
        }
        libvirt.listGate.countDown();
        for (CompletableFuture<Boolean> one : next) {
            assertThat(one.get(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(running.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(registry.byCid(3)).isPresent();
        assertThat(libvirt.lists).hasValue(3);
    }

    /** The hook speaks now; returns when the registry has heard it. */
    private void hookSays(BiConsumer<GuestRegistry, Long> word) {
        long now = SystemClock.nanoTime();
        writer.submit(to -> word.accept(to, now)).join();
    }

    @Test
    void aListUnderWayDoesNotEndTheGuestThatTheHookAnnounces() throws Exception {
        LibvirtWatcher watcher = watch();
        libvirt.await("list");
        libvirt.listGate = new CountDownLatch(1);
        CompletableFuture<Boolean> running = watcher.listFromNow();
        libvirt.await("list");
        hookSays((to, now) -> to.upsert(guest(1, 7, 3), now));
        libvirt.listGate.countDown();
        assertThat(running.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(registry.byCid(3)).contains(guest(1, 7, 3));
        assertThat(list(watcher)).isTrue(); // its start failed after all
        assertThat(registry.guests()).isEmpty();
    }

    @Test
    void aReadingUnderWayDoesNotBringBackTheGuestThatTheHookSaidIsGone() throws Exception {
        libvirt.run(1, 7, 3);
        watch();
        libvirt.await("read");
        libvirt.readGate = new CountDownLatch(1);
        libvirt.event(1);
        libvirt.await("read");
        hookSays((to, now) -> to.remove(URI, uuid(1), now));
        libvirt.run(2, 8, 4);
        libvirt.event(2);
        libvirt.readGate.countDown();
        assertThat(news.next()).isInstanceOf(News.Started.class);
        assertThat(news.next()).isEqualTo(new News.Stopped(guest(1, 7, 3)));
        assertThat(news.next()).isEqualTo(new News.Started(guest(2, 8, 4)));
        assertThat(registry.guests()).containsExactly(guest(2, 8, 4));
    }

    @Test
    void aListUnderWayDoesNotGiveACidBackToItsOldOwner() throws Exception {
        libvirt.run(1, 7, 3);
        LibvirtWatcher watcher = watch();
        libvirt.await("read");
        libvirt.readGate = new CountDownLatch(1);
        CompletableFuture<Boolean> running = watcher.listFromNow();
        libvirt.await("read");
        hookSays((to, now) -> to.upsert(guest(2, 8, 3), now));
        libvirt.readGate.countDown();
        assertThat(running.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(registry.byCid(3)).contains(guest(2, 8, 3));
    }

    @Test
    void closingGivesBackTheConnectionAndAnswersWaitingCallers() throws Exception {
        libvirt.run(1, 7, 3);
        LibvirtWatcher watcher = watch();
        libvirt.await("list");
        libvirt.listGate = new CountDownLatch(1);
        CompletableFuture<Boolean> running = watcher.listFromNow();
        libvirt.await("list");
        CompletableFuture<Boolean> next = watcher.listFromNow();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(watcher::close);
        assertThat(next.get(30, TimeUnit.SECONDS)).isFalse();
        libvirt.listGate.countDown();
        closing.get(30, TimeUnit.SECONDS);
        assertThat(running.get(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(libvirt.openConnections()).isZero();
        assertThat(list(watcher)).isFalse();
        assertThat(registry.byCid(3)).isPresent();
    }

    @Test
    void twoLibvirtsShareOneRegistry() throws Exception {
        libvirt.run(1, 7, 3);
        watch();
        FakeLibvirt second = new FakeLibvirt();
        second.run(2, 1, 9);
        LibvirtWatcher watcher =
                new LibvirtWatcher(
                        second,
                        "fake:///b",
                        writer,
                        timing(SELDOM, GENEROUS),
                        SystemClock::nanoTime,
                        SystemClock.utc());
        watchers.add(watcher);
        assertThat(watcher.awaitFirstList(GENEROUS)).isTrue();
        assertThat(registry.guests()).hasSize(2);
        assertThat(watcher.state().guests()).isEqualTo(1);
        second.forget(2);
        assertThat(list(watcher)).isTrue();
        assertThat(registry.guests()).containsExactly(guest(1, 7, 3));
    }
}
