package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits that refuse a client which sends a file as one chunk, however often it tries. */
class ChunkWarningsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'maxStreamSize': '200MiB'",
                "'maxChunkSize': '1MiB'",
                "'maxStreamSize': '20MiB', 'maxChunkSize': '1MiB'"
            })
    void aChunkBelowTheStreamIsWarnedOfOnceForAllGuestsThatHaveIt(String defaults) {
        assertThat(
                        PolicyTexts.parse(
                                        "{'version': 1, 'defaults': {"
                                                + defaults
                                                + "}, 'rules': [{'match': {'name': 'a'}}, {'match': {'name': 'b'}}]}")
                                .warnings())
                .singleElement()
                .matches(warning -> warning.rule().startsWith("defaults@"))
                .matches(warning -> warning.message().contains("exim and rspamd"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "'maxStreamSize': '25MiB'",
                "'maxStreamSize': '50MiB', 'maxChunkSize': '50MiB'",
                "'maxChunkSize': '1MiB', 'commands': ['PING']"
            })
    void whatFitsOrIsNotSetInTheFileIsNot(String defaults) {
        assertThat(PolicyTexts.parse("{'version': 1, 'defaults': {" + defaults + "}}").warnings())
                .isEmpty();
    }

    @Test
    void deniedGuestsAreNot() {
        assertThat(
                        PolicyTexts.parse(
                                        "{'version': 1, 'rules': [{'match': {'name': 'a'}, 'deny': true}]}")
                                .warnings())
                .isEmpty();
    }
}
