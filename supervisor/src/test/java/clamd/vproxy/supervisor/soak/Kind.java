package clamd.vproxy.supervisor.soak;

import static java.nio.charset.StandardCharsets.US_ASCII;

import clamd.vproxy.supervisor.testing.GuestClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * One kind of session: how often it occurs, which guests have it, what is sent, and how it may end.
 * Immutable.
 */
@SuppressWarnings("ImmutableEnumChecker") // what it is made of never changes
enum Kind {
    PING(12, SoakGuests.SERVED, Reaches.CLAMD, says("zPING\0"), "pong"),
    VERSION(8, SoakGuests.SERVED, Reaches.CLAMD, says("nVERSION\n"), "version"),
    CLEAN(24, SoakGuests.SERVED, Reaches.CLAMD, streams("cx", 1000, 1), "clean"),
    LARGE(2, SoakGuests.SERVED, Reaches.CLAMD, streams("cx", 8000, 25), "clean"),
    INFECTED(8, SoakGuests.SERVED, Reaches.CLAMD, streams("ix", 3000, 2), "infected"),
    SLOW_SCAN(2, SoakGuests.SERVED, Reaches.CLAMD, streams("sx", 100, 1), "clean"),
    SLOW_GUEST(2, SoakGuests.SERVED, Reaches.CLAMD, Kind::trickles, "clean"),
    CUT_REPLY(
            4,
            SoakGuests.SERVED,
            Reaches.CLAMD,
            streams("ux", 100, 1),
            "Scanner reply not understood. ERROR"),
    ODD_REPLY(
            2,
            SoakGuests.SERVED,
            Reaches.CLAMD,
            streams("ox", 100, 1),
            "Scanner reply not understood. ERROR"),
    FAILED_SCAN(2, SoakGuests.SERVED, Reaches.CLAMD, streams("ex", 100, 1), "failed"),
    DEAD_CLAMD(4, SoakGuests.SERVED, Reaches.CLAMD, streams("dx", 100, 1)),
    CHUNK_OVER_LIMIT(
            5,
            SoakGuests.SERVED,
            Reaches.NOBODY,
            says(join("zINSTREAM\0".getBytes(US_ASCII), header(1 << 20), new byte[100])),
            "INSTREAM size limit exceeded. ERROR"),
    STREAM_OVER_LIMIT(
            2,
            SoakGuests.SERVED,
            Reaches.CLAMD,
            streams("cx", SoakGuests.MAX_CHUNK, 3),
            "INSTREAM size limit exceeded. ERROR"),
    SMALL_CHUNKS(
            1, SoakGuests.SERVED, Reaches.CLAMD, streams("cx", 2, 4200), "Chunks too small. ERROR"),
    REFUSED_COMMAND(
            8,
            SoakGuests.SERVED,
            Reaches.NOBODY,
            says("zSCAN /etc/passwd\0"),
            "SCAN: Command not allowed. ERROR"),
    PIPELINED(6, SoakGuests.SERVED, Reaches.CLAMD, says("zPING\0zSHUTDOWN\0"), "pong"),
    HALF_COMMAND(
            4,
            SoakGuests.SERVED,
            Reaches.NOBODY,
            client -> client.says("nINSTR").halfCloses(),
            "Command not complete. ERROR"),
    HALF_STREAM(
            4,
            SoakGuests.SERVED,
            Reaches.CLAMD,
            client -> client.says("zINSTREAM\0").chunk(begin("cx", 50)).halfCloses(),
            "Stream ended before its end marker. ERROR"),
    NOTHING(2, SoakGuests.SERVED, Reaches.NOBODY, GuestClient::halfCloses, ""),
    TOO_SLOW_SCAN(
            1,
            SoakGuests.IMPATIENT,
            Reaches.CLAMD,
            streams("lt", 100, 1),
            "Stream timeout exceeded. ERROR"),
    OVER_QUOTA(
            8,
            SoakGuests.OVER_QUOTA,
            Reaches.CLAMD,
            says("zPING\0"),
            "pong",
            "Connection quota exceeded. ERROR"),
    OVER_RATE(
            8,
            SoakGuests.OVER_RATE,
            Reaches.CLAMD,
            says("zPING\0"),
            "pong",
            "Connection rate exceeded. ERROR",
            // it may not queue for this either
            "Connection quota exceeded. ERROR"),
    DENIED(4, SoakGuests.DENIED, Reaches.NOBODY, says("zPING\0"), "Guest not allowed. ERROR"),
    LEAVES_AT_ONCE(2, SoakGuests.LEAVING, Reaches.CLAMD, client -> {}),
    LEAVES_IN_COMMAND(2, SoakGuests.LEAVING, Reaches.CLAMD, says("zINS")),
    LEAVES_IN_STREAM(
            3,
            SoakGuests.LEAVING,
            Reaches.CLAMD,
            client -> client.says("zINSTREAM\0").chunk(begin("cl", 2000))),
    LEAVES_IN_CHUNK(
            3,
            SoakGuests.LEAVING,
            Reaches.CLAMD,
            client -> client.says("zINSTREAM\0").begins(5000, begin("cl", 2000))),
    LEAVES_BEFORE_REPLY(5, SoakGuests.LEAVING, Reaches.CLAMD, streams("cl", 500, 1)),
    PING_OF_RESTARTED(
            6,
            SoakGuests.RESTARTED,
            Reaches.CLAMD,
            says("zPING\0"),
            "pong",
            "Guest stopped. ERROR"),
    SCAN_OF_RESTARTED(
            6,
            SoakGuests.RESTARTED,
            Reaches.CLAMD,
            streams("cr", 20_000, 3),
            "clean",
            "Guest stopped. ERROR");

    /** What may come of any session while clamd dies and comes back. */
    private static final Set<String> CLAMD_AWAY =
            Set.of("Scanner not available. ERROR", "Scanner closed the connection. ERROR");

    private static final int ALL_WEIGHTS = Stream.of(values()).mapToInt(kind -> kind.weight).sum();

    private final int weight;
    private final List<String> guests;
    private final Reaches reaches;
    private final Act act;
    private final Set<String> outcomes;

    /** Whether clamd's end can be the session's. */
    private enum Reaches {
        CLAMD,
        NOBODY
    }

    /** What is sent. */
    private interface Act {
        void on(GuestClient client) throws IOException;
    }

    Kind(int weight, List<String> guests, Reaches reaches, Act act, String... outcomes) {
        this.weight = weight;
        this.guests = guests;
        this.reaches = reaches;
        this.act = act;
        this.outcomes = Set.of(outcomes);
    }

    /** One of them, as often as its weight says. */
    static Kind any(Random random) {
        int left = random.nextInt(ALL_WEIGHTS);
        for (Kind kind : values()) {
            left -= kind.weight;
            if (left < 0) {
                return kind;
            }
        }
        throw new AssertionError("the weights do not add up");
    }

    /** One of the guests that do this. */
    String anyGuest(Random random) {
        return guests.get(random.nextInt(guests.size()));
    }

    /** Whether the guest is gone before it could hear anything. */
    boolean leaves() {
        return guests.equals(SoakGuests.LEAVING);
    }

    /** Sends what there is to send, as far as it is taken. */
    void act(GuestClient client) {
        try {
            act.on(client);
        } catch (IOException _) {
            // told before the end; the text is there to be read
        }
    }

    /** Whether this is how such a session may end. */
    boolean allows(String outcome) {
        return outcomes.contains(outcome)
                || (reaches == Reaches.CLAMD && CLAMD_AWAY.contains(outcome))
                || (guests.equals(SoakGuests.RESTARTED) && outcome.isEmpty());
    }

    private static Act says(String text) {
        return says(text.getBytes(US_ASCII));
    }

    private static Act says(byte[] bytes) {
        return client -> client.says(bytes);
    }

    /** A whole stream, in one write; its first chunk begins with what the clamd is to do. */
    private static Act streams(String what, int chunk, int count) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes("zINSTREAM\0".getBytes(US_ASCII));
        byte[] data = begin(what, chunk);
        for (int i = 0; i < count; i++) {
            stream.writeBytes(header(chunk));
            stream.writeBytes(data);
        }
        stream.writeBytes(new byte[4]);
        return says(stream.toByteArray());
    }

    private static void trickles(GuestClient client) throws IOException {
        client.says("zINSTREAM\0").chunk(begin("cx", 100));
        LockSupport.parkNanos(30_000_000);
        client.chunk(new byte[10]).end();
    }

    private static byte[] begin(String what, int length) {
        return ByteBuffer.allocate(length).put(what.getBytes(US_ASCII)).array();
    }

    private static byte[] header(int length) {
        return ByteBuffer.allocate(4).putInt(length).array();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
