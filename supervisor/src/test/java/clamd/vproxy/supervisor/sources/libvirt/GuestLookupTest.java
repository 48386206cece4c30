package clamd.vproxy.supervisor.sources.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.RecordedNews;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class GuestLookupTest {
    private static final Duration GENEROUS = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(5);
    private static final Guest V1 =
            new Guest("fake:///a", new UUID(0, 1), "v1", 7, OptionalLong.of(3), Set.of());

    // near the end of the range, because only differences may count
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
    private final AtomicInteger asked = new AtomicInteger();
    private final GuestRegistry registry = new GuestRegistry(new RecordedNews());

    private GuestLookup lookup(GuestLookup.Source... lists) {
        return new GuestLookup(registry, List.of(lists), nanos::get);
    }

    private CompletableFuture<Boolean> nothingFound() {
        asked.incrementAndGet();
        return CompletableFuture.completedFuture(true);
    }

    private CompletableFuture<Boolean> foundNow() {
        asked.incrementAndGet();
        registry.upsert(V1, 0);
        return CompletableFuture.completedFuture(true);
    }

    private CompletableFuture<Boolean> hanging() {
        asked.incrementAndGet();
        return new CompletableFuture<>();
    }

    @Test
    void aKnownCidIsAnsweredWithoutAsking() {
        registry.upsert(V1, 0);
        assertThat(lookup(this::nothingFound).find(3, GENEROUS)).contains(V1);
        assertThat(asked).hasValue(0);
    }

    @Test
    void aGuestThatConnectsBeforeItsEventIsFoundByTheList() {
        assertThat(lookup(this::foundNow).find(3, GENEROUS)).contains(V1);
        assertThat(asked).hasValue(1);
    }

    @Test
    void anUnknownCidIsAskedForOnceASecond() {
        GuestLookup lookup = lookup(this::nothingFound);
        for (int i = 0; i < 10; i++) {
            assertThat(lookup.find(9, GENEROUS)).isEmpty();
        }
        assertThat(asked).hasValue(1);
        assertThat(lookup.find(10, GENEROUS)).isEmpty();
        assertThat(asked).hasValue(2);
        nanos.addAndGet(GuestLookup.REMEMBERED.toNanos() - 1);
        assertThat(lookup.find(9, GENEROUS)).isEmpty();
        assertThat(asked).hasValue(2);
        nanos.addAndGet(1);
        assertThat(lookup.find(9, GENEROUS)).isEmpty();
        assertThat(asked).hasValue(3);
    }

    @Test
    void aCidRememberedAsUnknownIsFoundAsSoonAsItsGuestIsKnown() {
        GuestLookup lookup = lookup(this::nothingFound);
        assertThat(lookup.find(3, GENEROUS)).isEmpty();
        registry.upsert(V1, 0);
        assertThat(lookup.find(3, GENEROUS)).contains(V1);
    }

    @Test
    void theMemoryOfUnknownCidsIsBounded() {
        GuestLookup lookup = lookup(this::nothingFound);
        for (int cid = 0; cid <= GuestLookup.MOST_REMEMBERED; cid++) {
            assertThat(lookup.find(100 + cid, GENEROUS)).isEmpty();
        }
        int before = asked.get();
        assertThat(lookup.find(100 + GuestLookup.MOST_REMEMBERED, GENEROUS)).isEmpty();
        assertThat(asked).hasValue(before);
        assertThat(lookup.find(100, GENEROUS)).as("the oldest was forgotten").isEmpty();
        assertThat(asked).hasValue(before + 1);
    }

    @Test
    void theWaitEndsAtTheLimit() {
        GuestLookup lookup = lookup(this::hanging);
        assertThat(lookup.find(9, SHORT)).isEmpty();
        assertThat(lookup.find(9, GENEROUS)).as("remembered, so no second wait").isEmpty();
        assertThat(asked).hasValue(1);
    }

    @Test
    void aLibvirtThatHangsDoesNotHideWhatAnotherOneKnows() {
        assertThat(lookup(this::hanging, this::foundNow).find(3, GENEROUS)).contains(V1);
    }

    @Test
    void aLibvirtThatFailsDoesNotHideWhatAnotherOneKnows() {
        CompletableFuture<Boolean> failed =
                CompletableFuture.failedFuture(new IllegalStateException("on purpose"));
        assertThat(lookup(() -> failed, this::foundNow).find(3, GENEROUS)).contains(V1);
        assertThat(lookup(() -> failed).find(9, GENEROUS)).isEmpty();
    }

    @Test
    void withoutAnyLibvirtNothingIsFound() {
        assertThat(lookup().find(9, GENEROUS)).isEmpty();
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        CompletableFuture<Boolean> never = new CompletableFuture<>();
        GuestLookup lookup =
                lookup(() -> {
                    waiting.countDown();
                    return never;
                });
        CompletableFuture<Boolean> keptInterrupt = new CompletableFuture<>();
        Thread caller =
                Thread.ofPlatform()
                        .start(() -> {
                            Optional<Guest> found = lookup.find(9, GENEROUS);
                            keptInterrupt.complete(
                                    found.isEmpty() && Thread.currentThread().isInterrupted());
                        });
        waiting.await();
        caller.interrupt();
        assertThat(keptInterrupt.get(30, TimeUnit.SECONDS)).isTrue();
    }
}
