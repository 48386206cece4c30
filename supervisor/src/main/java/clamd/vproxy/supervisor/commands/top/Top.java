package clamd.vproxy.supervisor.commands.top;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Samples the guests regularly, and shows them on a screen until the user quits. Confined to one
 * thread, except for {@link #resized}.
 */
public final class Top {
    /** The time to the second sample: short, so that the first rates appear soon. */
    private static final Duration FIRST_LOOK = Duration.ofMillis(500);

    private final Source source;
    private final Duration delay;
    private final LongSupplier nanoClock;
    private final AtomicBoolean resized = new AtomicBoolean(true);
    private final String host;
    private TopView view;
    private boolean ended;
    private List<TopRow> rows = List.of();
    private Optional<String> trouble = Optional.empty();

    /** The source of samples. */
    @FunctionalInterface
    public interface Source {
        /**
         * Returns the current guests.
         *
         * @throws IOException if they are not available; the message is one line
         */
        TopSample sample() throws IOException;
    }

    /**
     * @param view the initial view
     * @param host the host's name; may be empty
     * @param delay the time from one sample to the next
     * @param nanoClock a monotonic clock in nanoseconds
     */
    Top(Source source, TopView view, String host, Duration delay, LongSupplier nanoClock) {
        this.source = source;
        this.view = view;
        this.host = host;
        this.delay = delay;
        this.nanoClock = nanoClock;
    }

    /** Records that the screen's size has changed. Any thread. */
    public void resized() {
        resized.set(true);
    }

    /**
     * Shows the guests until the user quits.
     *
     * @throws IOException if they are not available at the beginning, or the terminal is gone
     */
    public void run(TtyScreen screen) throws IOException {
        run((Screen) screen);
    }

    void run(Screen screen) throws IOException {
        TopSample before = source.sample();
        rows = TopRow.between(before, before);
        Screen.Size size = screen.size();
        Duration wait = delay.compareTo(FIRST_LOOK) < 0 ? delay : FIRST_LOOK;
        while (!ended) {
            size = showUntil(nanoClock.getAsLong() + wait.toNanos(), screen, size);
            wait = delay;
            if (!ended) {
                before = look(before);
            }
        }
    }

    private TopSample look(TopSample before) {
        try {
            TopSample now = source.sample();
            rows = TopRow.between(before, now);
            trouble = Optional.empty();
            return now;
        } catch (IOException e) {
            // the daemon may be restarting: keep trying until it is back
            trouble = Optional.of(String.valueOf(e.getMessage()));
            return before;
        }
    }

    private Screen.Size showUntil(long deadlineNanos, Screen screen, Screen.Size known)
            throws IOException {
        Screen.Size size = known;
        boolean show = true;
        while (!ended && (show || nanoClock.getAsLong() - deadlineNanos < 0)) {
            if (resized.getAndSet(false)) {
                size = screen.size();
                show = true;
            }
            if (show) {
                screen.show(
                        new TopScreen(rows, view, host, trouble)
                                .lines(size.width(), size.height()));
            }
            OptionalInt key = screen.key();
            show = key.isPresent();
            key.ifPresent(this::pressed);
        }
        return size;
    }

    private void pressed(int key) {
        if (key == 'q' && !view.typing()) {
            ended = true;
        } else {
            view = view.after(key);
            // otherwise as many key presses would be needed to scroll back
            view = view.within(view.rows(rows).size());
        }
    }
}
