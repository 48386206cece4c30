package clamd.vproxy.supervisor.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What bash offers after commands that take a guest, a tenant or a policy key. */
class CompletionTest {
    /**
     * A script with the daemon's answers and picocli's function, which runs the completion for the
     * words of a line.
     */
    private static final String RUN =
            """
            clamd-vproxy() {
                case $1 in
                    guests) printf 'NAME     CID\\nweb-1      3\\nweb two    4\\ndb         5\\n' ;;
                    tenants) printf 'TENANT   GUESTS\\nacme     2\\n' ;;
                esac
            }
            _complete_clamd-vproxy() { COMPREPLY=("asked picocli"); }
            . ./completion
            COMP_WORDS=(clamd-vproxy "$@")
            COMP_CWORD=$#
            _clamd_vproxy
            printf '<%s>' "${COMPREPLY[@]}"
            """;

    @TempDir private Path work;

    private String offered(String... words) throws Exception {
        String completion = Files.readString(Path.of("src/main/completion/clamd-vproxy.bash"));
        Files.writeString(
                work.resolve("completion"),
                completion.replace("@keys@", "maxConnections\nmaxStreamSize\nweight"));
        String[] command = new String[words.length + 4];
        command[0] = "bash";
        command[1] = "-c";
        command[2] = RUN;
        command[3] = "bash";
        System.arraycopy(words, 0, command, 4, words.length);
        return BuildScript.run(work, Map.of(), command);
    }

    @ParameterizedTest
    @CsvSource({
        "guest w, <web-1><web\\ two>",
        "policy explain d, <db>",
        "sessions --guest d, <db>",
        "sessions --guest = d, <db>",
        "tenant a, <acme>",
        "pause --tenant = a, <acme>",
        "policy set web-1 max, <maxConnections=><maxStreamSize=>",
        "policy unset web-1 w, <weight>",
        "sta, <asked picocli>",
        "guest --j, <asked picocli>"
    })
    void whatTheLastWordMayBecomeIsOffered(String line, String offered) throws Exception {
        assertThat(offered(line.split(" ", -1))).isEqualTo(offered);
    }

    @Test
    void withoutADaemonNothingIsOfferedAndNothingIsPrinted() throws Exception {
        assertThat(offered("guest", "none")).isEqualTo("<>");
    }
}
