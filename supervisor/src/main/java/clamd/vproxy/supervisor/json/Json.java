package clamd.vproxy.supervisor.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.io.PrintWriter;
import java.util.stream.Collectors;

/** Writes and reads records as JSON; their components are the keys. Static functions only. */
public final class Json {
    private static final ObjectMapper MAPPER =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .build();

    private static final ObjectWriter INDENTED = MAPPER.writerWithDefaultPrettyPrinter();

    private static final ObjectReader TOLERANT =
            MAPPER.reader().without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private Json() {}

    /** Prints a document, indented. */
    public static void print(PrintWriter out, Object document) {
        out.println(indented(document));
        out.flush();
    }

    /** A document, indented. */
    public static String indented(Object document) {
        return write(INDENTED, document);
    }

    /** A document on one line. */
    public static String line(Object document) {
        return write(MAPPER.writer(), document);
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
        } catch (UnrecognizedPropertyException e) {
            throw new IllegalArgumentException(
                    "there is no key \"%s\", only %s"
                            .formatted(
                                    e.getPropertyName().replaceAll("[\\p{Cntrl}]+", " "),
                                    e.getKnownPropertyIds().stream()
                                            .map(String::valueOf)
                                            .collect(Collectors.joining(", "))),
                    e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    e.getOriginalMessage().replaceAll("[\\p{Cntrl}]+", " "), e);
        }
    }
}
