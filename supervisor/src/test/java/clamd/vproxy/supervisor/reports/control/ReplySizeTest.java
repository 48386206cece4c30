package clamd.vproxy.supervisor.reports.control;

import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.reports.status.DaemonStatus;
import clamd.vproxy.supervisor.reports.status.GuestView;
import clamd.vproxy.supervisor.reports.status.OpenSession;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The replies of a large host: 1,000 guests, each with ten sessions. */
@Timeout(60)
class ReplySizeTest {
    private static final int GUESTS = 1000;
    private static final int SESSIONS = 10;
    private static final Path RESULTS = Path.of("target/control-replies.tsv");

    private static String name(int number) {
        return "tenant-%04d-web".formatted(number);
    }

    private static ControlReply.Guests guests() {
        return new ControlReply.Guests(
                DaemonStatus.VERSION,
                IntStream.range(0, GUESTS)
                        .mapToObj(number ->
                                new GuestView(
                                        name(number),
                                        new UUID(number, ~number).toString(),
                                        1000L + number,
                                        "0b5e7d1a9c3f4e8d8f2a6b7c1d2e3f40",
                                        "rules[17]@/etc/clamd-vproxy/policy.json:42",
                                        false,
                                        "open",
                                        SESSIONS,
                                        0,
                                        40,
                                        3,
                                        1500,
                                        new GuestView.Totals(
                                                123_456,
                                                1L << 40,
                                                120_000,
                                                Optional.of(100_000L),
                                                Map.of("clean", 119_999L, "infected", 1L),
                                                Map.of("completed", 120_000L, "quota", 3456L)),
                                        new GuestView.Today("2026-03-01", 1L << 33, null, 9, 1L),
                                        null))
                        .toList());
    }

    private static ControlReply.Sessions sessions() {
        return new ControlReply.Sessions(
                DaemonStatus.VERSION,
                IntStream.range(0, GUESTS * SESSIONS)
                        .mapToObj(number ->
                                new OpenSession(
                                        1_000_000L + number,
                                        name(number / SESSIONS),
                                        new UUID(number, ~number).toString(),
                                        1000L + number / SESSIONS,
                                        "INSTREAM",
                                        "slot",
                                        "waits for a scan slot",
                                        1520,
                                        2210,
                                        1520,
                                        1_048_576))
                        .toList());
    }

    @Test
    void thousandsOfSessionsFitIntoAReply() throws Exception {
        ControlReply.Guests guests = guests();
        ControlReply.Sessions sessions = sessions();
        List<ControlCommand<?>> commands =
                List.of(
                        ControlCommand.plain("guests", false, () -> guests),
                        ControlCommand.plain("sessions", false, () -> sessions));
        StringBuilder results = new StringBuilder("reply\tbytes\tmillis\n");
        try (TemporaryFolder folder = TemporaryFolder.create();
                ControlServer _ =
                        ControlServer.open(
                                folder.path().resolve("c"), commands, System::nanoTime)) {
            ControlClient client = new ControlClient(folder.path().resolve("c"), System::nanoTime);
            for (int round = 0; round < 5; round++) {
                long begin = System.nanoTime();
                String line = client.ask("guests");
                assertThat(Json.read(line, ControlReply.Guests.class)).isEqualTo(guests);
                note(results, "guests", line, begin);
                begin = System.nanoTime();
                line = client.ask("sessions");
                assertThat(Json.read(line, ControlReply.Sessions.class)).isEqualTo(sessions);
                note(results, "sessions", line, begin);
            }
        }
        Files.writeString(RESULTS, results);
    }

    private static void note(StringBuilder results, String name, String line, long begin) {
        long millis = (System.nanoTime() - begin) / 1_000_000;
        results.append("%s\t%d\t%d\n".formatted(name, line.length(), millis));
    }
}
