package clamd.vproxy.supervisor.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;

/** Writes and reads records as JSON; their components are the keys. Static functions only. */
public final class Json {
    private static final ObjectMapper MAPPER =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .build();

    private static final ObjectWriter INDENTED = MAPPER.writerWithDefaultPrettyPrinter();

    private static final ObjectWriter ASCII =
            MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

    private static final ObjectReader TOLERANT =
            MAPPER.reader().without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private Json() {}

    /** Prints a document, indented. */
    public static void print(PrintWriter out, Object document) {
        out.println(write(INDENTED, document));
        out.flush();
    }

    /** A document on one line. */
    public static String line(Object document) {
        return write(MAPPER.writer(), document);
    }

    /** A document on one line of printable ASCII, whatever its texts are. */
    public static String asciiLine(Object document) {
        // the only control character that JSON need not escape
        return write(ASCII, document).replace("\u007f", "\\u007f");
    }

    private static String write(ObjectWriter writer, Object document) {
        try {
            return writer.writeValueAsString(document);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("records and texts are always JSON", impossible);
        }
    }

    /**
     * Reads a document that has no key but the record's components, and none of them twice.
     *
     * @throws IllegalArgumentException if it is another one; the message is one line
     */
    public static <T> T readStrictly(String text, Class<T> type) {
        return read(MAPPER.reader(), text, type);
    }

    /**
     * Reads a document that may have further keys, as one from a later version may.
     *
     * @throws IllegalArgumentException if it does not fit; the message is one line
     */
    public static <T> T read(String text, Class<T> type) {
        return read(TOLERANT, text, type);
    }

    private static <T> T read(ObjectReader reader, String text, Class<T> type) {
        try {
            T document = reader.forType(type).readValue(text);
            if (document == null) {
                throw new IllegalArgumentException("null instead of an object");
            }
            return document;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    e.getOriginalMessage().replaceAll("[\\p{Cntrl}]+", " "), e);
        }
    }
}
