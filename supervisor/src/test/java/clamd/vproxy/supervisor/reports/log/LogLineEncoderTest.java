package clamd.vproxy.supervisor.reports.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import clamd.vproxy.supervisor.base.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.event.KeyValuePair;

/** The shapes of a line, also where what is logged means harm. */
class LogLineEncoderTest {
    private static final String HOSTILE =
            "a\"\n<0>2026-01-01T00:00:00Z ERROR session: {}\r\0\u001b[2J\u0085\u2028\u202e\\";

    private final LogLineEncoder encoder = new LogLineEncoder();

    private String encoded(LogFormat format, LoggingEvent event) {
        encoder.setFormat(format);
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }

    private static LoggingEvent event(
            Level level, String message, @Nullable Throwable failure, KeyValuePair... pairs) {
        LoggingEvent event =
                new LoggingEvent(
                        LogLineEncoderTest.class.getName(),
                        new LoggerContext().getLogger("clamd.vproxy.Example"),
                        level,
                        message,
                        failure,
                        null);
        event.setInstant(Instant.parse("2026-03-01T10:00:00.123456Z"));
        List.of(pairs).forEach(event::addKeyValuePair);
        return event;
    }

    private static LoggingEvent usual(Level level) {
        return event(
                level,
                "session ended",
                null,
                new KeyValuePair("domain", "web-1"),
                new KeyValuePair("bytes", 68L));
    }

    @Test
    void textHasTimeAndLevel() {
        assertThat(encoded(LogFormat.TEXT, usual(Level.WARN)))
                .matches(
                        "2026-0\\S+T\\S+:00.123\\S+ WARN  Example: session ended"
                                + " domain=\"web-1\" bytes=\"68\"\n");
        assertThat(encoded(LogFormat.TEXT, event(Level.INFO, "ready", null)))
                .endsWith(" INFO  Example: ready\n");
    }

    @Test
    void linesForTheJournalBeginWithTheirPriority() {
        assertThat(encoded(LogFormat.JOURNAL, usual(Level.WARN)))
                .isEqualTo("<4>Example: session ended domain=\"web-1\" bytes=\"68\"\n");
        assertThat(encoded(LogFormat.JOURNAL, usual(Level.ERROR))).startsWith("<3>");
        assertThat(encoded(LogFormat.JOURNAL, usual(Level.INFO))).startsWith("<6>");
        assertThat(encoded(LogFormat.JOURNAL, usual(Level.DEBUG))).startsWith("<7>");
    }

    @Test
    void jsonHasAllAsFields() {
        assertThat(encoded(LogFormat.JSON, usual(Level.WARN)))
                .isEqualTo(
                        "{\"time\":\"2026-03-01T10:00:00.123Z\",\"level\":\"WARN\","
                                + "\"logger\":\"clamd.vproxy.Example\","
                                + "\"message\":\"session ended\",\"domain\":\"web-1\","
                                + "\"bytes\":68}\n");
    }

    @Test
    void aValueTakesNoFieldsPlace() {
        String line =
                encoded(
                        LogFormat.JSON,
                        event(Level.INFO, "m", null, new KeyValuePair("level", "ERROR")));

        assertThat(line).contains("\"level\":\"INFO\"", "\"level_value\":\"ERROR\"");
    }

    @ParameterizedTest
    @EnumSource
    void nothingHostileBreaksALine(LogFormat format) {
        String line =
                encoded(format, event(Level.INFO, HOSTILE, null, new KeyValuePair("key", HOSTILE)));

        assertThat(line).endsWith("\n").containsOnlyOnce("\n");
        assertThat(line.strip()).matches("[ -~]+");
        if (format == LogFormat.JSON) {
            @SuppressWarnings("unchecked") // the keys of JSON are strings
            Map<String, Object> read = Json.read(line, Map.class);
            assertThat(read).containsEntry("message", HOSTILE).containsEntry("key", HOSTILE);
        } else {
            assertThat(line).endsWith("'\"\n".replace("'", "\\"));
            assertThat(line.substring(line.indexOf("key=\"") + 5, line.length() - 2))
                    .doesNotContain("\"");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStackTracesLinesAreOursAlone(LogFormat format) {
        Exception failure = new IllegalStateException(HOSTILE, new RuntimeException(HOSTILE));
        failure.addSuppressed(new RuntimeException("besides"));

        String text = encoded(format, event(Level.ERROR, "failed", failure));

        assertThat(text).contains("Caused by: ", "Suppressed: ", "LogLineEncoderTest");
        switch (format) {
            case JSON -> assertThat(text).containsOnlyOnce("\n").endsWith("\n");
            case JOURNAL -> assertThat(text.lines()).allMatch(line -> line.startsWith("<3>"));
            case TEXT ->
                    assertThat(text.lines().skip(1))
                            .allMatch(line ->
                                    line.matches("\tat .*|(Caused by: |Suppressed: )?java.*"));
        }
    }
}
