package clamd.vproxy.supervisor.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes as the policy file writes them: bytes, or a number with KiB, MiB, GiB or TiB. */
final class SizeConverter implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,6})(KiB|MiB|GiB|TiB)|\\d{1,15}");

    @Override
    public Long convert(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException(
                    "\""
                            + text
                            + "\" is not a size; write bytes or a number with KiB, MiB, GiB, TiB");
        }
        if (matcher.group(1) == null) {
            return Long.parseLong(text);
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "KiB" -> number << 10;
            case "MiB" -> number << 20;
            case "GiB" -> number << 30;
            case "TiB" -> number << 40;
            default -> throw new IllegalStateException("not among the units: " + text);
        };
    }
}
