package clamd.vproxy.supervisor.commands.top;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Looks at the guests again and again, and shows them on a screen until somebody quits. Confined to
 * one thread, but for {@link #resized}.
 */
public final class Top {
    /** The first rates come soon; they are of this time. */
    private static final Duration FIRST_LOOK = Duration.ofMillis(500);

    private final Source source;
    private final Duration delay;
    private final LongSupplier nanoClock;
    private final AtomicBoolean resized = new AtomicBoolean(true);
    private SortKey sort;
    private boolean reversed;
    private boolean byTenant;
    private boolean ended;
    private List<TopRow> rows = List.of();
    private Optional<String> trouble = Optional.empty();

    /** Where samples come from. */
    @FunctionalInterface
    public interface Source {
        /**
         * The guests now.
         *
         * @throws IOException if they are not to be had; the message is one line
         */
        TopSample sample() throws IOException;
    }

    /**
     * @param byTenant whether to begin with a line for each tenant
     * @param delay the time from one look to the next
     * @param nanoClock a monotonic clock in nanoseconds
     */
    public Top(
            Source source, SortKey sort, boolean byTenant, Duration delay, LongSupplier nanoClock) {
        this.byTenant = byTenant;
        this.source = source;
        this.sort = sort;
        this.delay = delay;
        this.nanoClock = nanoClock;
    }

    /** The screen has another size. Any thread. */
    public void resized() {
        resized.set(true);
    }

    /**
     * Shows the guests until somebody quits.
     *
     * @throws IOException if there are none to be had at the beginning, or the screen is gone
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
            // it may be restarting, and whoever looks wants to see it come back
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
                        screenOf(rows, sort, reversed, byTenant, trouble)
                                .lines(size.width(), size.height()));
            }
            OptionalInt key = screen.key();
            show = key.isPresent();
            key.ifPresent(this::pressed);
        }
        return size;
    }

    private void pressed(int key) {
        switch (key) {
            case 'q' -> ended = true;
            case 'r' -> reversed = !reversed;
            case 't' -> byTenant = !byTenant;
            default -> SortKey.of(key).ifPresent(chosen -> sort = chosen);
        }
    }

    private static TopScreen screenOf(
            List<TopRow> guests,
            SortKey sort,
            boolean reversed,
            boolean byTenant,
            Optional<String> trouble) {
        List<TopRow> rows = byTenant ? TopRow.byTenant(guests) : guests;
        return new TopScreen(rows, sort, reversed, byTenant, trouble);
    }

    /** All guests, or tenants, as lines, for an output that is no screen. */
    public static List<String> lines(List<TopRow> rows, SortKey sort, boolean byTenant) {
        return screenOf(rows, sort, false, byTenant, Optional.empty()).allLines();
    }

    /** The guests, or tenants, in this order. */
    public static List<TopRow> sorted(List<TopRow> rows, SortKey sort, boolean byTenant) {
        return (byTenant ? TopRow.byTenant(rows) : rows)
                .stream().sorted(sort.order(false)).toList();
    }
}
