package clamd.vproxy.supervisor.base.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdDelegatingSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.StdConverter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Serializers for the JDK types in records: an Optional becomes its value or null, a time ISO 8601
 * in UTC to the second, a path its text.
 */
final class JdkValues extends SimpleModule {
    private static final long serialVersionUID = 1;

    JdkValues() {
        addSerializer(Optional.class, new OptionalWriter());
        addDeserializer(Optional.class, new OptionalReader(TypeFactory.unknownType()));
        addSerializer(
                new StdDelegatingSerializer(
                        Instant.class,
                        new StdConverter<Instant, String>() {
                            @Override
                            public String convert(Instant time) {
                                return time.truncatedTo(ChronoUnit.SECONDS).toString();
                            }
                        }));
        addDeserializer(
                Instant.class,
                new FromStringDeserializer<>(Instant.class) {
                    private static final long serialVersionUID = 1;

                    @Override
                    protected Instant _deserialize(String text, DeserializationContext context) {
                        return Instant.parse(text);
                    }
                });
        addSerializer(
                new StdDelegatingSerializer(
                        OptionalInt.class,
                        new StdConverter<OptionalInt, Optional<Integer>>() {
                            @Override
                            public Optional<Integer> convert(OptionalInt number) {
                                return number.isPresent()
                                        ? Optional.of(number.getAsInt())
                                        : Optional.empty();
                            }
                        }));
        addSerializer(Path.class, ToStringSerializer.instance);
    }

    @SuppressWarnings("rawtypes") // the only available class is raw
    private static final class OptionalWriter extends JsonSerializer<Optional> {
        @Override
        public void serialize(Optional value, JsonGenerator out, SerializerProvider provider)
                throws IOException {
            provider.defaultSerializeValue(value.isPresent() ? value.get() : null, out);
        }
    }

    @SuppressWarnings("rawtypes") // the only available class is raw
    private static final class OptionalReader extends StdDeserializer<Optional>
            implements ContextualDeserializer {
        private static final long serialVersionUID = 1;

        private final JavaType content;

        OptionalReader(JavaType content) {
            super(Optional.class);
            this.content = content;
        }

        @Override
        public JsonDeserializer<?> createContextual(
                DeserializationContext context, BeanProperty property) {
            return new OptionalReader(context.getContextualType().containedTypeOrUnknown(0));
        }

        @Override
        public Optional deserialize(JsonParser in, DeserializationContext context)
                throws IOException {
            return Optional.of(context.<Object>readValue(in, content));
        }

        @Override
        public Optional getNullValue(DeserializationContext context) {
            return Optional.empty();
        }
    }
}
