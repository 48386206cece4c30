package clamd.vproxy.supervisor.guests.usage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import clamd.vproxy.supervisor.guests.usage.UsageFormat.CorruptException;
import clamd.vproxy.worker.daily.DailyAmount;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a state file holds, byte for byte. */
class UsageFormatTest {
    private static final LocalDate DATE = LocalDate.parse("2026-03-01");
    private static final Instant WRITTEN = Instant.parse("2026-03-01T11:00:00Z");
    private static final UUID WEB = UUID.fromString("6f0a7a54-3c1e-4f0b-9d55-0c2f5f1b7a01");
    private static final String GUEST = "\"" + WEB + "\":{\"bytes\":1048576,\"scans\":3}";

    private static UsageState state(SortedMap<UUID, DailyAmount> guests) {
        return new UsageState(WRITTEN, DATE, guests);
    }

    private static SortedMap<UUID, DailyAmount> random(Random random, int count) {
        SortedMap<UUID, DailyAmount> guests = new TreeMap<>();
        for (int index = 0; index < count; index++) {
            long bytes = random.nextLong() >>> (1 + random.nextInt(63));
            int scans = random.nextInt() >>> (1 + random.nextInt(31));
            UUID uuid = new UUID(random.nextLong(), random.nextLong());
            guests.put(uuid, new DailyAmount(DATE, bytes, scans));
        }
        return guests;
    }

    @Test
    void tenantsAreWrittenBesideTheGuestsAndLeftOutWhereThereAreNone() throws Exception {
        SortedMap<String, DailyAmount> tenants = new TreeMap<>();
        tenants.put("Müller & Söhne", new DailyAmount(DATE, 7, 2));
        UsageState state =
                new UsageState(WRITTEN, DATE, new UsageState.Amounts(new TreeMap<>(), tenants));
        assertThat(new String(UsageFormat.write(state), UTF_8))
                .endsWith(
                        "\"guests\":{},\"tenants\":{\"Müller & Söhne\":{\"bytes\":7,\"scans\":2}}}\n");
        assertThat(UsageFormat.read(UsageFormat.write(state))).isEqualTo(state);
        assertThat(new String(UsageFormat.write(state(new TreeMap<>())), UTF_8))
                .as("a daemon that knows no tenants reads it")
                .doesNotContain("tenants");
        String bad = new String(UsageFormat.write(state), UTF_8).replace("Müller & Söhne", "none");
        assertThatThrownBy(() -> UsageFormat.read(bad.getBytes(UTF_8)))
                .isInstanceOf(CorruptException.class)
                .hasMessage("a tenant's key is no tenant's name");
    }

    @Test
    void theFormatIsTheDocumentedOne() {
        SortedMap<UUID, DailyAmount> guests = new TreeMap<>();
        guests.put(WEB, new DailyAmount(DATE, 1_048_576, 3));
        assertThat(new String(UsageFormat.write(state(guests)), UTF_8))
                .isEqualTo(
                        "{\"version\":1,\"written\":\"2026-03-01T11:00:00Z\",\"date\":\"2026-03-01\","
                                + "\"guests\":{"
                                + GUEST
                                + "}}\n");
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            UsageState state = state(random(random, random.nextInt(20)));
            assertThat(UsageFormat.read(UsageFormat.write(state)))
                    .as("seed %d", seed)
                    .isEqualTo(state);
        }
    }

    @Test
    void ofTooManyGuestsThoseThatUsedMostAreKept() throws Exception {
        SortedMap<UUID, DailyAmount> guests = new TreeMap<>();
        for (int index = 0; index < UsageFormat.MOST_GUESTS + 10; index++) {
            guests.put(new UUID(7, index), new DailyAmount(DATE, index, 1));
        }
        SortedMap<UUID, DailyAmount> read =
                UsageFormat.read(UsageFormat.write(state(guests))).guests();
        assertThat(read).hasSize(UsageFormat.MOST_GUESTS);
        assertThat(read.values().stream().mapToLong(DailyAmount::bytes).min()).hasValue(10);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{} | its version is null, not 1",
                "{'version':2,'days':[]} | its version is 2, not 1",
                "{'version':'x'} | is not a whole number",
                "null | null instead of an object",
                "[] | Cannot deserialize",
                "{'version':1} | written, date or guests is missing",
                "{'version':1,'written':'W','date':'2026-03-01'} | is missing",
                "{'version':1,'written':'W','date':'2026-03-01','guests':{}} | could not be parsed",
                "{'version':1,'written':'T','date':'2026-02-30','guests':{}} | could not be parsed",
                "{'version':1,'written':'T','date':'2026-03-01','guests':{},'more':1} | more",
                "{'version':1,'written':'T','date':'2026-03-01','guests':{}} x | Unrecognized",
                "{'version':1,'written':'T','date':'2026-03-01','guests':{'1-1-1-1-1':{}}} | UUID",
                "{'version':1,'written':'T','date':'2026-03-01','guests':{'web':{}}} | UUID",
                "{'version':1,'written':'T','date':'2026-03-01','guests':{'U':null}} | is missing",
                "{'version':1,'written':'T','date':'2026-03-01','guests':{'U':{'bytes':1}}} | is missing",
                "{'version':1,'written':'T','date':'2026-03-01','guests':{'U':{'bytes':-1,'scans':1}}} | cannot have been used",
                "{'version':1,'written':'T','date':'2026-03-01','guests':{'U':{'bytes':9223372036854775808,'scans':1}}} | out of range",
                "{'version':1,'version':1,'written':'T','date':'2026-03-01','guests':{}} | Duplicate"
            })
    void whatIsNotOfTheFormatIsCorruptAndSaysWhyOnOneLine(String text, String reason) {
        String content =
                text.replace("'T'", "'" + WRITTEN + "'")
                        .replace("'U'", "'" + WEB + "'")
                        .replace('\'', '"');
        assertThatThrownBy(() -> UsageFormat.read(content.getBytes(UTF_8)))
                .isInstanceOf(CorruptException.class)
                .hasMessageContaining(reason)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void bytesThatAreNoTextAreCorrupt() {
        assertThatThrownBy(() -> UsageFormat.read(new byte[] {'{', (byte) 0xFF, '}'}))
                .isInstanceOf(CorruptException.class)
                .hasMessage("it is not text");
    }

    @Test
    void whateverTheDamageItIsReadOrCorruptAndNothingElse() {
        byte[] whole = UsageFormat.write(state(random(new Random(1), 5)));
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            byte[] damaged = whole.clone();
            for (int hit = random.nextInt(4); hit >= 0; hit--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(UsageFormat.read(damaged).guests()).as("seed %d", seed).isNotNull();
            } catch (CorruptException e) {
                assertThat(e.getMessage()).as("seed %d", seed).isNotBlank().doesNotContain("\n");
            }
        }
    }
}
