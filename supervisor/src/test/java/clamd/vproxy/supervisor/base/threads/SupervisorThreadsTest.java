package clamd.vproxy.supervisor.base.threads;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SupervisorThreadsTest {
    private static final Duration GENEROUS = Duration.ofSeconds(30);

    @Test
    void aThreadIsNamedAndKeepsNoProcessAlive() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        Thread thread =
                SupervisorThreads.start(
                        "some-work",
                        () -> {
                            try {
                                end.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        assertThat(thread.getName()).isEqualTo("some-work");
        assertThat(thread.isDaemon()).isTrue();
        assertThat(thread.isVirtual()).isFalse();
        end.countDown();
        assertThat(thread.join(GENEROUS)).isTrue();
    }

    @Test
    void anUncaughtExceptionIsLogged() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(SupervisorThreads.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        logger.setAdditive(false);
        logger.setLevel(Level.ERROR);
        try {
            Thread thread =
                    SupervisorThreads.start(
                            "bad-work",
                            () -> {
                                throw new IllegalStateException("on purpose");
                            });
            assertThat(thread.join(GENEROUS)).isTrue();
        } finally {
            logger.detachAppender(lines);
            logger.setAdditive(true);
            logger.setLevel(null);
        }
        assertThat(lines.list).hasSize(1);
        ILoggingEvent line = lines.list.getFirst();
        assertThat(line.getLevel()).isEqualTo(Level.ERROR);
        assertThat(line.getThrowableProxy().getMessage()).isEqualTo("on purpose");
        assertThat(line.getKeyValuePairs()).anyMatch(pair -> "bad-work".equals(pair.value));
    }
}
