package clamd.vproxy.supervisor.commands.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is to be seen at which size. */
class TopScreenTest {
    private static final List<TopRow> ROWS =
            List.of(
                    new TopRow(
                            "db-1",
                            "acme",
                            "open",
                            0,
                            OptionalInt.of(10),
                            0,
                            0,
                            0,
                            0,
                            12,
                            0,
                            1,
                            0,
                            0,
                            0),
                    new TopRow(
                            "web-1",
                            "acme",
                            "open",
                            12,
                            OptionalInt.of(40),
                            3,
                            1500,
                            5_242_880,
                            17.24,
                            2031,
                            2,
                            7,
                            11,
                            4,
                            1900),
                    new TopRow(
                            "a-build-machine-with-a-long-name",
                            null,
                            "draining",
                            2,
                            OptionalInt.of(10),
                            0,
                            0,
                            1023,
                            0.5,
                            5,
                            0,
                            0,
                            130,
                            0,
                            2));

    private static String screen(SortKey sort, boolean reversed, int width, int height) {
        TopScreen screen =
                new TopScreen(
                        ROWS,
                        new TopView(sort, reversed, false, "", false, 0),
                        "",
                        Optional.empty());
        return String.join("\n", screen.lines(width, height)) + "\n";
    }

    @Test
    void aWideScreenHasAllColumns() {
        assertThat(screen(SortKey.BYTES, false, 152, 8))
                .isEqualTo(
                        """
                        Guests: 3, connections: 14, queue: 3, longest wait: 1.5s, 5.0MiB/s, 17.7 scans/s, by bytes
                        GUEST                              CONN  QUEUE  WAIT  BYTES/S  SCANS/S  CLEAN  INFECTED  ERROR  REFUSED  INCOMPLETE  CACHED     STATE
                        web-1                             12/40      3  1.5s   5.0MiB     17.2   2031         2      7       11           4    1900      open
                        a-build-machine-with-a-long-name   2/10      0  0.0s     1023      0.5      5         0      0      130           0       2  draining
                        db-1                               0/10      0  0.0s        0      0.0     12         0      1        0           0       0      open


                        q quits, j k scroll, / filters, r reverses, t tenants, sorts by: p problems, b bytes, s scans, c connections, u queue, w wait, i infected, n name
                        """);
    }

    @Test
    void aUsualScreenLeavesOutTheLastColumnsAndCutsTheName() {
        assertThat(screen(SortKey.NAME, false, 80, 7))
                .isEqualTo(
                        """
                        Guests: 3, connections: 14, queue: 3, longest wait: 1.5s, 5.0MiB/s, 17.7 scans/s
                        GUEST       CONN  QUEUE  WAIT  BYTES/S  SCANS/S  CLEAN  INFECTED  ERROR  REFUSED
                        a-build-m   2/10      0  0.0s     1023      0.5      5         0      0      130
                        db-1        0/10      0  0.0s        0      0.0     12         0      1        0
                        web-1      12/40      3  1.5s   5.0MiB     17.2   2031         2      7       11

                        q quits, j k scroll, / filters, r reverses, t tenants, sorts by: p problems, b b
                        """);
    }

    @Test
    void aNarrowScreenShowsWhatFits() {
        assertThat(screen(SortKey.BYTES, true, 30, 5))
                .isEqualTo(
                        """
                        Guests: 3, connections: 14, qu
                        GUEST        CONN  QUEUE  WAIT
                        db-1         0/10      0  0.0s
                        a-build-mac  2/10      0  0.0s
                        q quits, j k scroll, / filters
                        """);
    }

    @Test
    void allLinesAreInFull() {
        assertThat(
                        new TopScreen(
                                        ROWS,
                                        TopView.of(SortKey.BYTES, false, ""),
                                        "",
                                        Optional.empty())
                                .allLines())
                .hasSize(5)
                .allSatisfy(line -> assertThat(line).doesNotEndWith(" "))
                .anySatisfy(line -> assertThat(line).contains("a-build-machine-with-a-long-name"));
    }

    @Test
    void whatWentWrongStandsAtTheFoot() {
        TopScreen screen =
                new TopScreen(
                        ROWS,
                        TopView.of(SortKey.BYTES, false, ""),
                        "",
                        Optional.of("there is no daemon"));
        assertThat(screen.lines(80, 24)).hasSize(24).last().isEqualTo("there is no daemon");
    }

    @ParameterizedTest
    @CsvSource({
        "BYTES, web-1",
        "SCANS, web-1",
        "CONNECTIONS, web-1",
        "QUEUE, web-1",
        "WAIT, web-1",
        "INFECTED, web-1",
        "NAME, a-build-machine-with-a-long-name"
    })
    void eachKeyPutsAnotherGuestFirst(SortKey key, String first) {
        assertThat(TopView.of(key, false, "").rows(ROWS).getFirst().guest()).isEqualTo(first);
        assertThat(SortKey.of(key.key())).contains(key);
    }

    @Test
    void noSizeIsTooSmallAndNothingIsLargerThanTheScreen() {
        for (int width = 1; width < 140; width++) {
            for (int height = 1; height < 12; height++) {
                int most = width;
                List<String> lines =
                        new TopScreen(
                                        ROWS,
                                        TopView.of(SortKey.BYTES, false, ""),
                                        "",
                                        Optional.empty())
                                .lines(width, height);
                assertThat(lines).hasSize(height);
                assertThat(lines).allMatch(line -> line.length() <= most);
            }
        }
    }

    @Test
    void ofMoreGuestsThanLinesTheFirstAreShown() {
        List<TopRow> many =
                IntStream.range(0, 1000)
                        .mapToObj(i ->
                                new TopRow(
                                        "vm-" + i,
                                        null,
                                        "open",
                                        i,
                                        OptionalInt.of(1000),
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0,
                                        0))
                        .toList();
        List<String> lines =
                new TopScreen(
                                many,
                                TopView.of(SortKey.CONNECTIONS, false, ""),
                                "",
                                Optional.empty())
                        .lines(80, 10);
        assertThat(lines).hasSize(10);
        assertThat(lines.get(2)).startsWith("vm-999");
        assertThat(lines.get(7)).startsWith("vm-994");
        assertThat(lines.get(8)).isEqualTo("994 more");
        assertThat(lines.get(9)).startsWith("q quits");

        TopView view = TopView.of(SortKey.CONNECTIONS, false, "").after('j').after(' ');
        lines = new TopScreen(many, view, "", Optional.empty()).lines(80, 10);
        assertThat(lines.get(2)).startsWith("vm-988");
        assertThat(lines.get(8)).isEqualTo("983 more");
        for (int i = 0; i < 200; i++) {
            view = view.after(' ').within(many.size());
        }
        assertThat(view.first()).isEqualTo(many.size() - 1);
        lines = new TopScreen(many, view, "", Optional.empty()).lines(80, 10);
        assertThat(lines.get(8)).startsWith("vm-0");
    }

    @Test
    void aTypedFilterMatchesNamesTenantsAndStates() {
        TopView view = TopView.of(SortKey.NAME, false, "").after('/').after('A').after('q');
        assertThat(view.typing()).isTrue();
        assertThat(new TopScreen(ROWS, view, "", Optional.empty()).lines(80, 9).getLast())
                .startsWith("filter: Aq_");
        view = view.after(127).after('c').after('m').after('\r');
        assertThat(view.rows(ROWS)).extracting(TopRow::guest).containsExactly("db-1", "web-1");
        assertThat(view.after('/').after('d').after('r').after('a').rows(ROWS)).hasSize(1);
        assertThat(view.after('/').after('x').after(27).rows(ROWS)).hasSize(3);
    }

    @Test
    void guestsWithProblemsComeFirstAndTheHeaderNamesTheHost() {
        TopView view = TopView.of(SortKey.PROBLEMS, false, "");
        assertThat(view.rows(ROWS))
                .extracting(TopRow::guest)
                .containsExactly("web-1", "a-build-machine-with-a-long-name", "db-1");
        assertThat(new TopScreen(ROWS, view, "host-7", Optional.empty()).lines(120, 9).getFirst())
                .endsWith(", by problems, on host-7");
    }

    @Test
    void groupedByTenantEachLineSumsUpItsGuests() {
        assertThat(
                        new TopScreen(
                                        ROWS,
                                        TopView.of(SortKey.NAME, true, ""),
                                        "",
                                        Optional.empty())
                                .allLines()
                                .getFirst())
                .startsWith("Tenants: 2, ");
        assertThat(TopView.of(SortKey.NAME, true, "").rows(ROWS))
                .extracting(TopRow::guest, TopRow::connections, TopRow::clean)
                .containsExactly(
                        tuple("(guests without a tenant)", 2, 5L), tuple("acme", 12, 2043L));
        List<String> lines =
                new TopScreen(ROWS, TopView.of(SortKey.NAME, true, ""), "", Optional.empty())
                        .allLines();
        assertThat(lines.get(1)).startsWith("TENANT ");
        // no sum of quotas, which is not the tenant's
        assertThat(lines).anyMatch(line -> line.matches("acme +mixed? *12 .*|acme +12 .*"));
        assertThat(lines).noneMatch(line -> line.contains("/50"));
    }
}
