package clamd.vproxy.supervisor.reports.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What becomes of the lines. */
class LogOutputTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final LogOutput output = new LogOutput(written);
    private final Logger logger = logger(output);

    private static Logger logger(LogOutput output) {
        LoggerContext context = new LoggerContext();
        output.setContext(context);
        output.start();
        Logger logger = context.getLogger("clamd.vproxy.Example");
        logger.addAppender(output);
        return logger;
    }

    private Stream<String> writtenLines() {
        return written.toString(UTF_8).lines();
    }

    @Test
    void aLineIsWrittenInTheFormatThatWasChosen() {
        output.setFormat(LogFormat.JOURNAL);
        logger.atWarn().addKeyValue("domain", "web-1").log("slow");
        assertThat(written.toString(UTF_8)).isEqualTo("<4>Example: slow domain=\"web-1\"\n");
    }

    @Test
    void theLastLinesAreKeptAsTheyWereWritten() {
        output.setFormat(LogFormat.JOURNAL);
        IntStream.range(0, 600).forEach(number -> logger.info("line {}", number));
        assertThat(output.recentLines().lines())
                .containsExactlyElementsOf(writtenLines().skip(100).toList());
    }

    @Test
    void aLongLineIsKeptCutButWrittenWhole() {
        logger.info("é".repeat(5000));
        assertThat(writtenLines().findFirst().orElseThrow()).endsWith("é".repeat(5000));
        assertThat(output.recentLines().getBytes(UTF_8)).hasSizeLessThan(2010);
        assertThat(output.recentLines()).endsWith("…\n").containsOnlyOnce("\n");
    }

    @Test
    void linesOfSeveralThreadsAreNotMixed() throws Exception {
        CyclicBarrier start = new CyclicBarrier(4);
        Thread[] threads =
                IntStream.range(0, 4)
                        .mapToObj(number ->
                                Thread.ofPlatform()
                                        .start(() -> {
                                            await(start);
                                            for (int i = 0; i < 500; i++) {
                                                logger.info("{}", ("" + number).repeat(300));
                                            }
                                        }))
                        .toArray(Thread[]::new);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(writtenLines().toList())
                .hasSize(2000)
                .allMatch(line -> line.matches(".* (0{300}|1{300}|2{300}|3{300})"));
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anOutputThatFailsIsNoReasonToStop() {
        LogOutput broken =
                new LogOutput(
                        new OutputStream() {
                            @Override
                            public void write(int value) throws IOException {
                                throw new IOException("Broken pipe");
                            }
                        });
        Logger told = logger(broken);
        told.info("one");
        told.info("two");
        assertThat(broken.recentLines().lines()).hasSize(2);
    }
}
