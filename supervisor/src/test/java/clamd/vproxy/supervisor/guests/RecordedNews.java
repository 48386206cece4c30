package clamd.vproxy.supervisor.guests;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A listener that records its calls, for tests. Thread-safe. */
public final class RecordedNews implements GuestListener {
    /** One call. */
    public sealed interface News {
        /** {@link GuestListener#started}. */
        record Started(Guest guest) implements News {}

        /** {@link GuestListener#changed}. */
        record Changed(Guest before, Guest after) implements News {}

        /** {@link GuestListener#stopped}. */
        record Stopped(Guest guest) implements News {}
    }

    private static final Duration GENEROUS = Duration.ofSeconds(30);

    private final BlockingQueue<News> told = new LinkedBlockingQueue<>();

    @Override
    public void started(Guest guest) {
        told.add(new News.Started(guest));
    }

    @Override
    public void changed(Guest before, Guest after) {
        told.add(new News.Changed(before, after));
    }

    @Override
    public void stopped(Guest guest) {
        told.add(new News.Stopped(guest));
    }

    /** Returns the calls since the last time, without waiting. */
    public List<News> drain() {
        List<News> all = new ArrayList<>();
        told.drainTo(all);
        return all;
    }

    /** Waits for the next call. */
    public News next() throws InterruptedException {
        News news = told.poll(GENEROUS.toSeconds(), TimeUnit.SECONDS);
        if (news == null) {
            throw new AssertionError("no call within " + GENEROUS);
        }
        return news;
    }
}
