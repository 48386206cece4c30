package clamd.vproxy.supervisor.guests.usage;

import clamd.vproxy.policies.TenantName;
import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.worker.daily.DailyAmount;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The state file's format: one JSON object on one line.
 *
 * <pre>
 *   {"version":1,                              other versions are refused
 *    "written":"2026-03-01T11:00:00Z",
 *    "date":"2026-03-01",                      the day in the host's calendar
 *    "guests":{"6f0a7a54-3c1e-4f0b-9d55-0c2f5f1b7a01":{"bytes":1048576,"scans":3}},
 *    "tenants":{"acme":{"bytes":1048576,"scans":3}}}
 * </pre>
 *
 * <p>If no named tenant used anything, the file has no {@code tenants}. A missing, additional or
 * duplicate key or a negative amount makes it corrupt. Static functions only.
 */
final class UsageFormat {
    /** The only version so far. */
    static final int VERSION = 1;

    /** How many guests a file holds at most, about 100 bytes each. */
    static final int MOST_GUESTS = 100_000;

    private static final Comparator<DailyAmount> MOST_USED_FIRST =
            Comparator.comparingLong(DailyAmount::bytes)
                    .thenComparingInt(DailyAmount::scans)
                    .reversed();

    private UsageFormat() {}

    /** The fields that every version has. */
    private record AnyVersion(@Nullable Integer version) {}

    private record Document(
            int version,
            @Nullable String written,
            @Nullable String date,
            @Nullable SequencedMap<String, @Nullable Used> guests,
            @Nullable SequencedMap<String, @Nullable Used> tenants) {}

    private record Used(@Nullable Long bytes, @Nullable Integer scans) {}

    /** Thrown when bytes are not a valid state file; the message says why. */
    static final class CorruptException extends Exception {
        private static final long serialVersionUID = 1;

        CorruptException(String reason) {
            super(reason);
        }
    }

    /**
     * Returns the file's content. If there are more guests than a file can hold, those with the
     * least usage are left out.
     */
    static byte[] write(UsageState state) {
        SequencedMap<String, Object> document = new LinkedHashMap<>();
        document.put("version", VERSION);
        document.put("written", state.written().truncatedTo(ChronoUnit.SECONDS).toString());
        document.put("date", state.date().toString());
        document.put("guests", used(state.guests()));
        // a daemon without tenants can read a file that has none
        if (!state.amounts().tenants().isEmpty()) {
            document.put("tenants", used(state.amounts().tenants()));
        }
        return (Json.line(document) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static <K extends Comparable<K>> SequencedMap<String, @Nullable Used> used(
            SortedMap<K, DailyAmount> amounts) {
        SequencedMap<String, @Nullable Used> used = new LinkedHashMap<>();
        bounded(amounts)
                .forEach((key, amount) ->
                        used.put(key.toString(), new Used(amount.bytes(), amount.scans())));
        return used;
    }

    private static <K extends Comparable<K>> SortedMap<K, DailyAmount> bounded(
            SortedMap<K, DailyAmount> amounts) {
        if (amounts.size() <= MOST_GUESTS) {
            return amounts;
        }
        SortedMap<K, DailyAmount> most = new TreeMap<>();
        amounts.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(MOST_USED_FIRST))
                .limit(MOST_GUESTS)
                .forEach(entry -> most.put(entry.getKey(), entry.getValue()));
        return most;
    }

    /**
     * Parses the file's content.
     *
     * @throws CorruptException if it is not of this format; the message is one line
     */
    static UsageState read(byte[] content) throws CorruptException {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
            Integer version = Json.read(text, AnyVersion.class).version();
            if (version == null || version != VERSION) {
                throw new CorruptException("its version is " + version + ", not " + VERSION);
            }
            return state(Json.readStrictly(text, Document.class));
        } catch (CharacterCodingException e) {
            throw new CorruptException("it is not text");
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new CorruptException("" + e.getMessage());
        }
    }

    private static UsageState state(Document document) throws CorruptException {
        if (document.written == null || document.date == null || document.guests == null) {
            throw new CorruptException("written, date or guests is missing");
        }
        LocalDate date = LocalDate.parse(document.date);
        SortedMap<UUID, DailyAmount> guests = new TreeMap<>();
        for (Map.Entry<String, @Nullable Used> entry : document.guests.entrySet()) {
            guests.put(uuid(entry.getKey()), amount(date, entry.getKey(), entry.getValue()));
        }
        SortedMap<String, DailyAmount> tenants = new TreeMap<>();
        if (document.tenants != null) {
            for (Map.Entry<String, @Nullable Used> entry : document.tenants.entrySet()) {
                if (TenantName.fault(entry.getKey()).isPresent()) {
                    throw new CorruptException("a tenant's key is no tenant's name");
                }
                tenants.put(entry.getKey(), amount(date, entry.getKey(), entry.getValue()));
            }
        }
        return new UsageState(
                Instant.parse(document.written), date, new UsageState.Amounts(guests, tenants));
    }

    private static UUID uuid(String text) throws CorruptException {
        UUID uuid = UUID.fromString(text);
        if (!uuid.toString().equals(text)) {
            throw new CorruptException("a guest's key is no UUID");
        }
        return uuid;
    }

    private static DailyAmount amount(LocalDate date, String guest, @Nullable Used used)
            throws CorruptException {
        if (used == null || used.bytes == null || used.scans == null) {
            throw new CorruptException("bytes or scans of " + guest + " is missing");
        }
        return new DailyAmount(date, used.bytes, used.scans);
    }
}
