package clamd.vproxy.supervisor.commands.live;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.base.text.HumanReadable;
import clamd.vproxy.supervisor.reports.status.GuestView;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of guests, as people see it. */
class GuestsTextTest {
    private static String text(GuestView... guests) {
        StringWriter text = new StringWriter();
        GuestsText.print(new PrintWriter(text), List.of(guests));
        return text.toString();
    }

    @Test
    void theColumnsAreAligned() {
        GuestView full =
                new GuestView(
                        "web-1",
                        "6f0a7a54-3c1e-4f0b-9d55-0c2f5f1b7a01",
                        4_294_967_294L,
                        "acme",
                        "rules[2]@policy.json:16",
                        false,
                        "paused",
                        12,
                        3,
                        40,
                        5,
                        1500,
                        new GuestView.Totals(0, 0, 0, Optional.empty(), Map.of(), Map.of()),
                        new GuestView.Today("2026-03-01", 1_300_000, 0L, 17, 83L),
                        new GuestView.DryRun(
                                "rules[0]@policy.json:9",
                                new TreeMap<>(Map.of("stream-limit", 3L, "quota", 1L))));
        GuestView bare =
                new GuestView(
                        "cid-7",
                        null,
                        null,
                        null,
                        "unmatched",
                        true,
                        "open",
                        0,
                        0,
                        0,
                        0,
                        0,
                        new GuestView.Totals(0, 0, 0, Optional.empty(), Map.of(), Map.of()),
                        new GuestView.Today("2026-03-01", 0, null, 0, null),
                        new GuestView.DryRun("rules[1]@policy.json:12", Map.of()));
        assertThat(text(full, bare))
                .isEqualTo(
                        """
                        NAME   UUID                                  CID         TENANT  STATE   CONNECTIONS  WAITING  BYTES TODAY  BYTES LEFT  SCANS TODAY  SCANS LEFT  RULE
                        web-1  6f0a7a54-3c1e-4f0b-9d55-0c2f5f1b7a01  4294967294  acme    paused  12/40        3        1.2MiB       0           17           83          rules[2]@policy.json:16, dry run of rules[0]@policy.json:9 would have refused sessions: 1 quota, 3 stream-limit
                        cid-7  -                                     -           -       open    0/0          0        0            -           0            -           unmatched, denied, dry run of rules[1]@policy.json:12 would have refused no session
                        """);
    }

    @Test
    void theNarrowTableFitsEightyColumnsWhateverTheNames() {
        GuestView long1 =
                new GuestView(
                        "a".repeat(64),
                        null,
                        4_294_967_294L,
                        "t".repeat(64),
                        "rules[2]@policy.json:16",
                        false,
                        "draining",
                        10_000,
                        10_000,
                        10_000,
                        5,
                        1500,
                        new GuestView.Totals(0, 0, 0, Optional.empty(), Map.of(), Map.of()),
                        new GuestView.Today("2026-03-01", 1023L << 40, 0L, 999_999, 83L),
                        null);
        StringWriter text = new StringWriter();
        GuestsText.printNarrow(new PrintWriter(text, true), List.of(long1), 60);
        assertThat(text.toString().lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80))
                .endsWith("1 of 60 guests");
    }

    @Test
    void withoutGuestsOnlyTheHeaderIsPrinted() {
        assertThat(text()).startsWith("NAME  UUID  CID").hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1023, 1023",
        "1024, 1.0KiB",
        "1126, 1.0KiB",
        "1127, 1.1KiB",
        "1048575, 1023.9KiB",
        "1048576, 1.0MiB",
        "3221225471, 2.9GiB",
        "1125899906842623, 1023.9TiB",
        "9223372036854775807, 8388607.9TiB"
    })
    void sizesAreRoundedDown(long bytes, String text) {
        assertThat(HumanReadable.size(bytes)).isEqualTo(text);
    }
}
