package clamd.vproxy.supervisor.sources.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OneLineTest {
    @Test
    void aTextOfSeveralLinesBecomesOneWithItsControlsEscaped() {
        assertThat(OneLine.of("\nhook:\r\n\tfailed\u001b[31m \u2028x\n"))
                .isEqualTo("hook: failed\\u001b[31m \\u2028x");
    }

    @Test
    void aLongTextIsCut() {
        assertThat(OneLine.of("x".repeat(501))).hasSize(501).endsWith("x…");
    }

    @Test
    void anExceptionWithoutAMessageIsNamed() {
        assertThat(OneLine.of(new IllegalStateException())).isEqualTo("IllegalStateException");
    }

    @Test
    void aMissingLibraryIsOneLineThatSaysWhatToInstall() {
        UnsatisfiedLinkError cause =
                new UnsatisfiedLinkError("Unable to load library 'virt':\nlibvirt.so: not found\n");
        assertThat(LibvirtEventLoop.notLoaded(cause))
                .hasMessage(
                        "libvirt.so.0 cannot be loaded (apt-get install libvirt0): java.lang.UnsatisfiedLinkError:"
                                + " Unable to load library 'virt':")
                .hasCause(cause);
    }
}
