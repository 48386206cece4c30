package clamd.vproxy.worker.benchmark;

import com.google.errorprone.annotations.FormatMethod;
import java.util.Locale;

/** Static functions on text. */
final class Text {
    private Text() {}

    /** {@link String#format} in every locale alike. */
    @FormatMethod
    static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
