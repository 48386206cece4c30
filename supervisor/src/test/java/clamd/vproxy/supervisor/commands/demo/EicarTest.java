package clamd.vproxy.supervisor.commands.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EicarTest {
    @TempDir private Path directory;

    @Test
    void itIsTheFileThatEveryScannerKnows() throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Eicar.bytes());

        assertThat(Eicar.bytes()).hasSize(68);
        assertThat(HexFormat.of().formatHex(digest))
                .isEqualTo("275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f");
        assertThat(Eicar.writeTo(directory.resolve("eicar.com"))).hasBinaryContent(Eicar.bytes());
    }

    @Test
    void ourClassFileDoesNotHoldIt() throws Exception {
        try (InputStream classFile =
                Objects.requireNonNull(Eicar.class.getResourceAsStream("Eicar.class"))) {
            assertThat(new String(classFile.readAllBytes(), ISO_8859_1))
                    .doesNotContain(new String(Eicar.bytes(), ISO_8859_1));
        }
    }
}
