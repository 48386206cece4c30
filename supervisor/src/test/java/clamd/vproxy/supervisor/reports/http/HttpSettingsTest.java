package clamd.vproxy.supervisor.reports.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses as an operator writes them. */
class HttpSettingsTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:9810, 127.0.0.1:9810, true",
        "localhost:1, 127.0.0.1:1, true",
        "[::1]:9810, [0:0:0:0:0:0:0:1]:9810, true",
        "0.0.0.0:9810, 0.0.0.0:9810, false",
        "192.0.2.7:65535, 192.0.2.7:65535, false"
    })
    void anAddressAndAPortAreAPlace(String text, String place, boolean loopback) {
        HttpSettings parsed = HttpSettings.parse(text);
        assertThat(parsed).hasToString(place);
        assertThat(parsed.isLoopback()).isEqualTo(loopback);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "9810",
                ":9810",
                "127.0.0.1",
                "127.0.0.1:",
                "127.0.0.1:0",
                "127.0.0.1:65536",
                "::1:9810",
                "host.example:9810",
                "[127.0.0.1:9810",
                "a b:1"
            })
    void anythingElseIsNone(String text) {
        assertThatThrownBy(() -> HttpSettings.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("\"" + text + "\" ");
    }
}
