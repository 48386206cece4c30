package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.policies.Quantities;
import java.util.OptionalLong;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes as in the policy file: bytes, or a number with KiB, MiB, GiB or TiB. */
final class SizeConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
        OptionalLong bytes = Quantities.whole(text);
        return bytes.isPresent()
                ? bytes.getAsLong()
                : Quantities.bytes(text)
                        .orElseThrow(() ->
                                new TypeConversionException(
                                        "\""
                                                + text
                                                + "\" is not a size; write bytes or a number with"
                                                + " KiB, MiB, GiB, TiB"));
    }
}
