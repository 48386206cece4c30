package clamd.vproxy.supervisor.commands.demo;

import clamd.vproxy.worker.clamd.EicarFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/** The EICAR test file with a signature for it. Stateless. */
public final class Eicar {
    /**
     * The name of {@link #signature}; clamd reports it as {@code Eicar-Test-Signature.UNOFFICIAL}.
     */
    public static final String SIGNATURE_NAME = "Eicar-Test-Signature";

    private Eicar() {}

    /** Returns the 68 bytes of the test file. */
    public static byte[] bytes() {
        return EicarFile.bytes();
    }

    /**
     * Returns the line of a {@code .ndb} database that detects the test file at the beginning of
     * any file.
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
