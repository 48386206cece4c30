package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitProblemsTest {
    private static void assertProblem(
            String text, int line, int column, String pointer, String message) {
        assertThat(PolicyTexts.problems(text))
                .containsExactly(new Problem(line, column, pointer, message));
    }

    @Test
    void commandsAreKnownAndListedOnce() {
        assertProblem(
                PolicyTexts.file("'defaults': {'commands': ['SCAN']}"),
                2,
                27,
                "/defaults/commands/0",
                "\"SCAN\" is not a command; there are INSTREAM, PING, VERSION");
        assertProblem(
                PolicyTexts.file("'defaults': {'commands': ['PING', 'PNG']}"),
                2,
                35,
                "/defaults/commands/1",
                "\"PNG\" is not a command; there are INSTREAM, PING, VERSION; did you mean \"PING\"?");
        assertProblem(
                PolicyTexts.file("'defaults': {'commands': ['PING', 'PING']}"),
                2,
                35,
                "/defaults/commands/1",
                "\"PING\" is listed twice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.5", "1.0", "1e3", "-0.5", "1E+2"})
    void fractionsAndExponentsAreNotRounded(String number) {
        String message = number + " is not a whole number; write it without fraction and exponent";
        assertProblem(
                PolicyTexts.file("'defaults': {'maxConnections': " + number + "}"),
                2,
                32,
                "/defaults/maxConnections",
                message);
        assertProblem(
                PolicyTexts.file("'defaults': {'maxChunkSize': " + number + "}"),
                2,
                30,
                "/defaults/maxChunkSize",
                message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "1", "100 MiB", "100Mib", "100M", "100MB", "1.5MiB", "-1MiB", "01MiB", "+1KiB",
                "MiB"
            })
    void sizesHaveABinaryUnitAndNothingElse(String size) {
        assertProblem(
                PolicyTexts.file("'defaults': {'maxChunkSize': '" + size + "'}"),
                2,
                30,
                "/defaults/maxChunkSize",
                "\""
                        + size
                        + "\" is not a size; write bytes or a number with KiB, MiB, GiB, TiB, e.g. \"100MiB\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "30", "30 s", "30S", "30sec", "1.5s", "-1s", "01s", "1d", "1m30s", "s", "PT30S"
            })
    void durationsHaveOneUnitAndNothingElse(String duration) {
        assertProblem(
                PolicyTexts.file("'defaults': {'readTimeout': '" + duration + "'}"),
                2,
                29,
                "/defaults/readTimeout",
                "\""
                        + duration
                        + "\" is not a duration; write a number with ms, s, m or h, e.g. \"30s\"");
    }

    @Test
    void aBareNumberIsNoDuration() {
        assertProblem(
                PolicyTexts.file("'defaults': {'readTimeout': 30}"),
                2,
                29,
                "/defaults/readTimeout",
                "30 has no unit; write it with ms, s, m or h, e.g. \"30s\"");
    }
}
