package clamd.vproxy.supervisor.guests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegistryWriterTest {
    private final RecordedNews news = new RecordedNews();
    private final RegistryWriter writer = new RegistryWriter(new GuestRegistry(news));

    @AfterEach
    void close() {
        writer.close();
    }

    private static Guest guest(int number) {
        return new Guest(
                "test:///a",
                new UUID(0, number),
                "v" + number,
                1,
                OptionalLong.of(number),
                Set.of());
    }

    @Test
    void aChangeIsVisibleAndToldWhenItsFutureIsDone() throws Exception {
        writer.submit(registry -> registry.upsert(guest(3), 0)).get(30, TimeUnit.SECONDS);
        assertThat(writer.registry().byCid(3)).contains(guest(3));
        assertThat(news.drain()).hasSize(1);
    }

    @Test
    void everybodysChangesAreMadeByOneThread() {
        ConcurrentLinkedQueue<String> threads = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<Void>> all =
                IntStream.range(3, 203)
                        .parallel()
                        .mapToObj(number ->
                                writer.submit(registry -> {
                                    threads.add(Thread.currentThread().getName());
                                    registry.upsert(guest(number), 0);
                                }))
                        .toList();
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
        assertThat(threads).hasSize(200).containsOnly("guest-registry");
        assertThat(writer.registry().guests()).hasSize(200);
    }

    @Test
    void aChangeThatThrowsHarmsOnlyItself() throws Exception {
        CompletableFuture<Void> bad =
                writer.submit(_ -> {
                    throw new IllegalStateException("on purpose");
                });
        writer.submit(registry -> registry.upsert(guest(3), 0)).get(30, TimeUnit.SECONDS);
        assertThatThrownBy(bad::get)
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("on purpose");
        assertThat(writer.registry().guests()).hasSize(1);
    }

    @Test
    void closedItMakesWhatWasSubmittedAndTakesNothingMore() throws Exception {
        CompletableFuture<Void> before = writer.submit(registry -> registry.upsert(guest(3), 0));
        writer.close();
        writer.close();
        before.get(30, TimeUnit.SECONDS);
        assertThatThrownBy(() -> writer.submit(_ -> {}).get(30, TimeUnit.SECONDS))
                .hasCauseInstanceOf(RejectedExecutionException.class);
    }
}
