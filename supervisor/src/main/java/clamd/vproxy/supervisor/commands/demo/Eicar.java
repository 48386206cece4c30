package clamd.vproxy.supervisor.commands.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/**
 * The EICAR test file, which every scanner reports and which harms nobody. Stateless.
 *
 * <p>It is put together at run time only: a scanner would report our sources and class files if
 * they held it whole.
 */
public final class Eicar {
    /**
     * The name of {@link #signature}; clamd reports it as {@code Eicar-Test-Signature.UNOFFICIAL}.
     */
    public static final String SIGNATURE_NAME = "Eicar-Test-Signature";

    private Eicar() {}

    /** The 68 bytes of the test file. */
    public static byte[] bytes() {
        // a list and not a concatenation of constants, which the compiler would join
        List<String> parts =
                List.of(
                        "X5O!P%@AP[4\\PZX54(P^)7CC)7}$",
                        "EICAR", "-STANDARD-", "ANTIVIRUS", "-TEST-FILE!$H+H*");
        return String.join("", parts).getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * The line of a {@code .ndb} database that finds the test file at the beginning of any file.
     */
    public static String signature() {
        return SIGNATURE_NAME + ":0:0:" + HexFormat.of().formatHex(bytes()) + "\n";
    }

    /**
     * Writes the test file.
     *
     * @throws IOException if it cannot be written
     */
    public static Path writeTo(Path file) throws IOException {
        return Files.write(file, bytes());
    }
}
