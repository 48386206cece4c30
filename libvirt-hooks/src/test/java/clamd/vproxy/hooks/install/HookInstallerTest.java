package clamd.vproxy.hooks.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HookInstallerTest {
    @TempDir private Path folder;
    private HostTree host;
    private Path dropIn;
    private Path single;

    @BeforeEach
    void makeHost() throws Exception {
        host = new HostTree(folder);
        dropIn = host.root.resolve("etc/libvirt/hooks/qemu.d/50-clamd-vproxy");
        single = host.root.resolve("etc/libvirt/hooks/qemu");
    }

    private List<Path> everythingIn(String path) throws Exception {
        try (Stream<Path> files = Files.walk(host.root.resolve(path))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void theDropInIsInstalledWithItsSettingsAndNothingElse() throws Exception {
        assertThat(host.install(Strictness.ON)).containsExactly("installed " + dropIn);
        assertThat(dropIn)
                .content()
                .startsWith("#!/bin/sh\n# installed by clamd-vproxy 1.2.3, SHA-256 of the other")
                .contains("\nSPOOL=/run/clamd-vproxy/hook\nSTRICT=on\n");
        assertThat(everythingIn("etc")).containsExactly(dropIn);
        for (Path path : List.of(dropIn, host.places.folder(), host.places.hooks())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rwxr-xr-x");
            assertThat(Ownership.of(path)).isEqualTo(Ownership.of(host.root));
        }
    }

    @Test
    void theSecondTimeNothingChanges() throws Exception {
        host.install(Strictness.OFF);
        Object before = Files.getAttribute(dropIn, "unix:ino");
        assertThat(host.install(Strictness.OFF)).containsExactly(dropIn + " is installed already");
        assertThat(Files.getAttribute(dropIn, "unix:ino")).isEqualTo(before);
    }

    @Test
    void otherSettingsAndOtherVersionsReplaceItAndKeepTheTimeOfTheFirst() throws Exception {
        host.install(Strictness.OFF);
        FileTime first = FileTime.from(Instant.parse("2026-01-02T03:04:05Z"));
        Files.setLastModifiedTime(dropIn, first);
        assertThat(host.install(Strictness.FAIL_CLOSED)).containsExactly("installed " + dropIn);
        assertThat(dropIn).content().contains("\nSTRICT=fail-closed\n");
        new HookInstaller(host.places, "2.0").install(HookSettings.DEFAULT);
        assertThat(dropIn).content().contains("clamd-vproxy 2.0,");
        assertThat(Files.getLastModifiedTime(dropIn)).isEqualTo(first);
        assertThat(everythingIn("etc")).containsExactly(dropIn);
    }

    @Test
    void aWrongModeIsMended() throws Exception {
        host.install(Strictness.OFF);
        HostTree.mode(dropIn, "rw-rw-r--");
        assertThat(host.install(Strictness.OFF)).containsExactly("installed " + dropIn);
        assertThat(Files.isExecutable(dropIn)).isTrue();
    }

    @Test
    void anEditedOneIsLeftAlone() throws Exception {
        host.install(Strictness.OFF);
        String edited = Files.readString(dropIn) + "# mine\n";
        Files.writeString(dropIn, edited);
        String message =
                dropIn
                        + " was edited since it was installed; to give it up, run: mv "
                        + dropIn
                        + " /root/";
        assertThatThrownBy(() -> host.install(Strictness.ON))
                .isInstanceOf(HookException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> host.installer().uninstall())
                .isInstanceOf(HookException.class)
                .hasMessage(message);
        assertThat(dropIn).hasContent(edited);
    }

    @ParameterizedTest
    @ValueSource(strings = {"#!/bin/sh\nexit 0\n", "", "\n\n\n", "# clamd-vproxy"})
    void aForeignOneIsLeftAlone(String text) throws Exception {
        host.write("etc/libvirt/hooks/qemu.d/50-clamd-vproxy", text);
        assertThatThrownBy(() -> host.install(Strictness.ON))
                .isInstanceOf(HookException.class)
                .hasMessageStartingWith(dropIn + " was not installed by clamd-vproxy; to give");
        assertThatThrownBy(() -> host.installer().uninstall()).isInstanceOf(HookException.class);
        assertThat(Files.readString(dropIn)).isEqualTo(text);
    }

    @Test
    void aLinkIsForeignWhateverItLeadsTo() throws Exception {
        host.install(Strictness.OFF);
        Path moved = Files.move(dropIn, host.root.resolve("moved"));
        Files.createSymbolicLink(dropIn, moved);
        assertThatThrownBy(() -> host.install(Strictness.OFF)).isInstanceOf(HookException.class);
        assertThat(dropIn).isSymbolicLink();
    }

    @ParameterizedTest
    @CsvSource({
        "usr/lib/x86_64-linux-gnu/libvirt.so.0.6004.0, true",
        "usr/lib64/libvirt.so.0.4005.0, true",
        "usr/lib/libvirt.so.0.6005.0, false",
        "usr/lib/x86_64-linux-gnu/libvirt.so.0.9000.0, false",
        "usr/lib64/libvirt.so.0.10000.0, false"
    })
    void anOldLibvirtGetsTheSingleFile(String library, boolean old) throws Exception {
        host.write(library, "");
        assertThat(host.install(Strictness.OFF))
                .containsExactly("installed " + (old ? single : dropIn));
    }

    @Test
    void theSingleFileOfSomebodyElseIsLeftAlone() throws Exception {
        host.write("usr/lib64/libvirt.so.0.6000.0", "");
        host.executable("etc/libvirt/hooks/qemu", "#!/bin/sh\n");
        assertThatThrownBy(() -> host.install(Strictness.OFF))
                .isInstanceOf(HookException.class)
                .hasMessageContaining(single + " was not installed by clamd-vproxy");
        assertThat(everythingIn("etc")).containsExactly(single);
        assertThat(host.installer().uninstall()).hasSize(1).first().asString().startsWith("no ");
        assertThat(single).hasContent("#!/bin/sh");
    }

    @Test
    void whenLibvirtLearntOfDropInsTheSingleFileGives() throws Exception {
        Path library = host.write("usr/lib64/libvirt.so.0.6000.0", "");
        host.install(Strictness.OFF);
        Files.delete(library);
        assertThat(host.install(Strictness.OFF))
                .containsExactly(
                        "installed " + dropIn, "removed " + single + ", which it replaces");
        assertThat(everythingIn("etc")).containsExactly(dropIn);
    }

    @Test
    void uninstallRemovesOursAloneAndSaysSo() throws Exception {
        Path other = host.executable("etc/libvirt/hooks/qemu.d/10-other", "");
        host.executable("etc/libvirt/hooks/qemu", "#!/bin/sh\n");
        host.install(Strictness.OFF);
        assertThat(host.installer().uninstall()).containsExactly("removed " + dropIn);
        assertThat(everythingIn("etc")).containsExactlyInAnyOrder(other, single);
        assertThat(host.installer().uninstall())
                .containsExactly("no hook of clamd-vproxy is installed in " + single.getParent());
    }

    @Test
    void uninstallSaysThatALibvirtThatRunsGoesOnLooking() throws Exception {
        host.process(812, "libvirtd", HostTree.AGE);
        host.install(Strictness.OFF);
        assertThat(host.installer().uninstall())
                .containsExactly(
                        "removed " + dropIn,
                        "libvirt may go on looking for hooks until its next start, which does no"
                                + " harm");
    }

    @Test
    void aRootThatIsNotThereIsSaid() {
        Path missing = host.root.resolve("missing");
        HookInstaller installer = new HookInstaller(new HookPlaces(missing), "1");
        assertThatThrownBy(() -> installer.install(HookSettings.DEFAULT))
                .isInstanceOf(HookException.class)
                .hasMessage(
                        "could not install the hook in "
                                + missing.resolve("etc/libvirt/hooks")
                                + ": there is no "
                                + missing);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "run",
                "/",
                "/run/",
                "/run//x",
                "/run/../x",
                "/run/.",
                "/run/a b",
                "/run/$x",
                "/run/'",
                "/run/x\n"
            })
    void aSpoolThatAShellCouldMistakeIsRefused(String spool) {
        assertThatThrownBy(() -> new HookSettings(spool, Strictness.OFF))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not an absolute path");
    }
}
