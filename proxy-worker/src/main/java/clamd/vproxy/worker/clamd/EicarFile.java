package clamd.vproxy.worker.clamd;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The EICAR test file, which every scanner reports and which is harmless. Stateless.
 *
 * <p>The code assembles it at run time only: a scanner would report the source and class files if
 * they contained the whole text.
 */
public final class EicarFile {
    private EicarFile() {}

    /** Returns the 68 bytes of the test file. */
    public static byte[] bytes() {
        // a list and not a concatenation of constants, which the compiler would join
        List<String> parts =
                List.of(
                        "X5O!P%@AP[4\\PZX54(P^)7CC)7}$",
                        "EICAR", "-STANDARD-", "ANTIVIRUS", "-TEST-FILE!$H+H*");
        return String.join("", parts).getBytes(StandardCharsets.US_ASCII);
    }
}
