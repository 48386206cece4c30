package clamd.vproxy.supervisor.base.json;

import clamd.vproxy.policies.PrintableText;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes and reads records as JSON; their components are the keys. Static functions only. */
public final class Json {
    private static final ObjectMapper MAPPER =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    // an earlier version's reply may lack a list that this version expects
                    .withConfigOverride(
                            List.class,
                            lists ->
                                    lists.setSetterInfo(
                                            JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY)))
                    .addModule(new JdkValues())
                    .build();

    private static final ObjectWriter INDENTED = MAPPER.writerWithDefaultPrettyPrinter();

    private static final ObjectWriter ASCII =
            MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

    private static final ObjectReader TOLERANT =
            MAPPER.reader().without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private Json() {}

    /** Prints a document as indented JSON. */
    public static void print(PrintWriter out, Object document) {
        out.println(indented(document));
        out.flush();
    }

    /** Returns a document as indented JSON. */
    public static String indented(Object document) {
        return write(INDENTED, document);
    }

    /** Returns a document as JSON on one line. */
    public static String line(Object document) {
        return write(MAPPER.writer(), document);
    }

    /** Returns a document as a map from its keys to texts, numbers, lists and maps. */
    public static Map<String, Object> object(Object document) {
        return MAPPER.convertValue(document, new TypeReference<LinkedHashMap<String, Object>>() {});
    }

    /** Returns a document as JSON on one line of printable ASCII, whatever its texts contain. */
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
     * @throws IllegalArgumentException if the text is not such a document; the message is one line
     */
    public static <T> T readStrictly(String text, Class<T> type) {
        return read(MAPPER.reader(), text, type);
    }

    /**
     * Reads a document that may have further keys, such as one from a later version.
     *
     * @throws IllegalArgumentException if it does not fit; the message is one line
     */
    public static <T> T read(String text, Class<T> type) {
        return read(TOLERANT, text, type);
    }

    /**
     * Returns a message that names the key if there is one; the parser's own message names Java
     * types.
     */
    private static String message(JsonProcessingException failure) {
        if (failure instanceof MismatchedInputException mismatch && !mismatch.getPath().isEmpty()) {
            String key = String.valueOf(mismatch.getPath().getLast().getFieldName());
            return "\"%s\" is not %s".formatted(key, kind(mismatch.getTargetType()));
        }
        return PrintableText.of(failure.getOriginalMessage());
    }

    private static String kind(@Nullable Class<?> type) {
        if (String.class.equals(type)) {
            return "a text";
        }
        if (Boolean.class.equals(type) || boolean.class.equals(type)) {
            return "true or false";
        }
        return type != null && (type.isPrimitive() || Number.class.isAssignableFrom(type))
                ? "a whole number"
                : "what it should be";
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
                                    PrintableText.of(e.getPropertyName()),
                                    e.getKnownPropertyIds().stream()
                                            .map(String::valueOf)
                                            .collect(Collectors.joining(", "))),
                    e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(message(e), e);
        }
    }
}
