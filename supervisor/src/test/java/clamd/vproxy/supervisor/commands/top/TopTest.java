package clamd.vproxy.supervisor.commands.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The loop, in manual time, on a screen that only remembers. */
class TopTest {
    private final AtomicLong clock = new AtomicLong();
    private final AtomicLong samples = new AtomicLong();
    private final Recorder screen = new Recorder();

    /** Each wait for a key takes a tenth of a second. */
    private final class Recorder implements Screen {
        final ArrayDeque<Integer> keys = new ArrayDeque<>();
        final List<List<String>> shown = new ArrayList<>();
        Size size = new Size(100, 10);
        int sizesAsked;

        /** So many tenths of a second, then a key. */
        Recorder waits(int tenths, char key) {
            for (int i = 0; i < tenths; i++) {
                keys.add(-1);
            }
            keys.add((int) key);
            return this;
        }

        @Override
        public Size size() {
            sizesAsked++;
            return size;
        }

        @Override
        public void show(Iterable<String> lines) {
            List<String> copy = new ArrayList<>();
            lines.forEach(copy::add);
            shown.add(copy);
        }

        @Override
        public OptionalInt key() {
            clock.addAndGet(Duration.ofMillis(100).toNanos());
            int key = keys.remove();
            return key < 0 ? OptionalInt.empty() : OptionalInt.of(key);
        }
    }

    private Top top(Top.Source source) {
        return new Top(
                source,
                TopView.of(SortKey.BYTES, false, ""),
                "",
                Duration.ofSeconds(2),
                clock::get);
    }

    private TopSample sample() {
        samples.incrementAndGet();
        return new TopSample(clock.get(), List.of());
    }

    @Test
    void theFirstRatesComeSoonAndTheOthersAfterTheDelay() throws Exception {
        top(this::sample).run(screen.waits(45, 'q'));
        // at 0, 0.5, 2.5 and 4.5 seconds
        assertThat(samples).hasValue(4);
        assertThat(screen.shown).hasSize(4);
    }

    @Test
    void aKeySortsAtOnce() throws Exception {
        top(this::sample).run(screen.waits(1, 'n').waits(0, 'r').waits(0, 'x').waits(0, 'q'));
        assertThat(screen.shown)
                .extracting(lines -> lines.getFirst().replaceAll(".*, by ", ""))
                .containsExactly("bytes", "name", "name, reversed", "name, reversed");
    }

    @Test
    void anotherSizeIsAskedForOnceAndShown() throws Exception {
        Top top = top(this::sample);
        screen.waits(1, 'n').waits(1, 'q');
        top.run(
                new Screen() {
                    @Override
                    public Size size() {
                        return screen.size();
                    }

                    @Override
                    public void show(Iterable<String> lines) {
                        screen.show(lines);
                        screen.size = new Size(40, 5);
                        if (screen.shown.size() == 1) {
                            top.resized();
                        }
                    }

                    @Override
                    public OptionalInt key() {
                        return screen.key();
                    }
                });
        assertThat(screen.shown.getFirst()).hasSize(10);
        assertThat(screen.shown.get(1)).hasSize(5);
        assertThat(screen.sizesAsked).isEqualTo(3);
    }

    @Test
    void aDaemonThatGoesAwayIsWaitedFor() throws Exception {
        top(
                        () -> {
                            if (samples.get() == 1) {
                                samples.incrementAndGet();
                                throw new IOException("there is no daemon");
                            }
                            return sample();
                        })
                .run(screen.waits(30, 'q'));
        assertThat(screen.shown.get(1).getLast()).isEqualTo("there is no daemon");
        assertThat(screen.shown.getLast().getLast()).startsWith("q quits");
    }
}
