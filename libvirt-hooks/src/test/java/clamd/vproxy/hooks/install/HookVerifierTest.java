package clamd.vproxy.hooks.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HookVerifierTest {
    private static final Duration SHORTER = HostTree.AGE.minusMinutes(1);
    private static final Duration LONGER = HostTree.AGE.plusMinutes(1);
    private static final String DEBIANS_PROFILE =
            """
            profile libvirtd /usr/sbin/libvirtd flags=(attach_disconnected) {
              /** rwmkl,
              /bin/* PUx,
              /usr/bin/* PUx,
              /etc/libvirt/hooks/** rmix,
            }
            """;

    @TempDir private Path folder;
    private HostTree host;
    private Path dropIn;
    private String install = "";
    private @Nullable RandomAccessFile supervisor;

    @BeforeEach
    void installOnAHost() throws Exception {
        host = new HostTree(folder);
        host.install(Strictness.OFF);
        dropIn = host.places.dropIn();
        install = "clamd-vproxy hook install --root=" + host.root;
    }

    /** With a supervisor, unless the test has made a spool of its own. */
    private List<String> verify() throws Exception {
        if (!Files.exists(host.root.resolve("run"))) {
            supervisor = host.supervisor();
        }
        return host.verify();
    }

    @AfterEach
    void stopSupervisor() throws Exception {
        if (supervisor != null) {
            supervisor.close();
        }
    }

    private List<String> toFix() throws Exception {
        return verify().stream().filter(line -> !line.startsWith("ok ")).toList();
    }

    @Test
    void whereAllIsWellEachSubjectHasALineThatSaysSo() throws Exception {
        host.process(812, "libvirtd", SHORTER);
        assertThat(verify())
                .containsExactly(
                        "ok    " + dropIn + " is as this version installs it",
                        "ok    its mode is 755",
                        "ok    nobody but its owner can change it",
                        "ok    the programs that it starts are there",
                        "ok    a supervisor listens in " + host.root + "/run/clamd-vproxy/hook",
                        "ok    libvirtd (process 812) looks for hooks",
                        "ok    SELinux enforces nothing",
                        "ok    AppArmor does not confine libvirt's daemon");
    }

    @Test
    void inAnImageNothingRunsAndNothingHasTo() throws Exception {
        Files.delete(host.root.resolve("proc/uptime"));
        Files.delete(host.root.resolve("proc/1/comm"));
        assertThat(host.verify())
                .allMatch(line -> line.startsWith("ok "))
                .contains(
                        "ok    nothing runs below " + host.root + ", so no supervisor either",
                        "ok    libvirt's daemon does not run; it will look for hooks");
    }

    @Test
    void aMissingHookIsToBeInstalled() throws Exception {
        host.installer().uninstall();
        assertThat(toFix()).containsExactly("fix   " + dropIn + " is not there; run: " + install);
    }

    @Test
    void anEditedHookIsToBeMovedAway() throws Exception {
        host.install(Strictness.FAIL_CLOSED);
        Files.writeString(dropIn, Files.readString(dropIn) + "# mine\n");
        assertThat(toFix())
                .containsExactly(
                        "fix   "
                                + dropIn
                                + " was edited since it was installed; to give it up, run: mv "
                                + dropIn
                                + " /root/ && "
                                + install
                                + " --strict=fail-closed");
    }

    @Test
    void anOlderVersionsIsToBeReplacedWithTheSameSettings() throws Exception {
        new HookInstaller(host.places, "1.0").install(new HookSettings("/srv/x", Strictness.ON));
        Files.createDirectory(host.root.resolve("srv"));
        assertThat(toFix())
                .contains(
                        "fix   "
                                + dropIn
                                + " is another version's; run: "
                                + install
                                + " --spool=/srv/x --strict");
    }

    @Test
    void aSingleFileBesideTheDropInIsToGo() throws Exception {
        Path single = host.places.single();
        Files.copy(dropIn, single);
        assertThat(toFix())
                .containsExactly(
                        "fix   "
                                + single
                                + " is ours, too, and one of the two is enough; run: "
                                + install);
    }

    @Test
    void aModeThatKeepsLibvirtFromRunningItIsToBeMended() throws Exception {
        HostTree.mode(dropIn, "rw-r--r--");
        assertThat(toFix())
                .containsExactly(
                        "fix   "
                                + dropIn
                                + " does not have the mode 755; run: chmod 755 "
                                + dropIn);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwxr-x", "rwxr-xrwx"})
    void aFolderThatOthersCanWriteIsToBeMended(String mode) throws Exception {
        Path hooks = HostTree.mode(host.places.hooks(), mode);
        assertThat(toFix())
                .containsExactly(
                        "fix   "
                                + hooks
                                + " can be written by others than its owner; run: chmod go-w "
                                + hooks);
    }

    @Test
    void aForeignOwnerIsToBeMended() throws Exception {
        Ownership actual = Ownership.of(dropIn);
        Ownership expected = new Ownership(actual.uid() + 1, actual.gid());
        assertThat(FileCheck.owner(List.of(dropIn), expected).line())
                .isEqualTo(
                        "fix   "
                                + dropIn
                                + " belongs to user "
                                + actual.uid()
                                + "; run: chown "
                                + expected.uid()
                                + " "
                                + dropIn);
    }

    @Test
    void aMissingProgramAndBusyboxsAreToBeReplaced() throws Exception {
        Path dd = host.root.resolve("bin/dd");
        Files.delete(dd);
        assertThat(toFix())
                .containsExactly("fix   there is no /bin/dd; run: apt-get install coreutils");
        host.executable("bin/busybox", "");
        Files.createSymbolicLink(dd, Path.of("/bin/busybox"));
        assertThat(toFix())
                .containsExactly(
                        "fix   /bin/dd is busybox's, which lacks what the hook needs; run: apk add coreutils");
        Path shell = host.root.resolve("bin/sh");
        Files.delete(shell);
        assertThat(toFix()).containsExactly("fix   there is no /bin/sh; run: apt-get install dash");
        Files.createSymbolicLink(shell, Path.of("busybox"));
        Files.delete(dd);
        host.executable("bin/dd", "");
        assertThat(toFix()).isEmpty();
    }

    @Test
    void withoutASupervisorOneIsToBeStarted() throws Exception {
        String spool = host.root + "/run/clamd-vproxy/hook";
        assertThat(host.verify())
                .contains(
                        "fix   no supervisor has made "
                                + spool
                                + "; run: systemctl start clamd-vproxy");
        Path bell = host.deadSupervisor();
        assertThat(toFix())
                .containsExactly(
                        "fix   the supervisor that made "
                                + bell
                                + " is gone; run: systemctl restart clamd-vproxy");
        Files.delete(bell);
        assertThat(toFix())
                .containsExactly(
                        "fix   no supervisor answers in "
                                + spool
                                + "; run: systemctl start clamd-vproxy");
    }

    @Test
    void aSpoolBehindALinkIsToBeNamedByItsRealPath() throws Exception {
        Path real = Files.createDirectories(host.root.resolve("real/hook"));
        Files.createDirectory(host.root.resolve("run"));
        Files.createSymbolicLink(host.root.resolve("run/clamd-vproxy"), real.getParent());
        assertThat(toFix())
                .containsExactly(
                        "fix   "
                                + host.root
                                + "/run/clamd-vproxy/hook leads through a link to "
                                + real
                                + ", where the hook does not go; run: "
                                + install
                                + " --spool="
                                + real);
    }

    @ParameterizedTest
    @ValueSource(strings = {"libvirtd", "virtqemud"})
    void aDaemonOlderThanTheFirstHookIsToBeRestarted(String daemon) throws Exception {
        host.process(812, daemon, LONGER);
        assertThat(toFix())
                .containsExactly(
                        "fix   "
                                + daemon
                                + " (process 812) has been running since before there was a qemu"
                                + " hook; run: systemctl restart "
                                + daemon);
    }

    @Test
    void anotherHookBeforeOursWillDoUnlessItCannotRun() throws Exception {
        Path other = host.executable("etc/libvirt/hooks/qemu.d/10-other", "");
        host.process(812, "libvirtd", SHORTER);
        Files.setLastModifiedTime(dropIn, FileTime.from(Instant.now().plus(LONGER)));
        assertThat(toFix()).isEmpty();
        HostTree.mode(other, "rw-r--r--");
        assertThat(toFix()).hasSize(1).first().asString().contains("restart libvirtd");
    }

    @Test
    void anUpdateOfOursNeedsNoRestart() throws Exception {
        Files.setLastModifiedTime(dropIn, FileTime.from(Instant.now().minus(LONGER)));
        host.process(812, "libvirtd", LONGER);
        host.install(Strictness.ON);
        assertThat(toFix()).isEmpty();
    }

    @Test
    void selinuxNeedsItsBooleanAndItsLabel() throws Exception {
        host.write("sys/fs/selinux/enforce", "1");
        host.write("sys/fs/selinux/booleans/virt_hooks_unconfined", "0 0");
        host.selinuxContext("system_u:object_r:virt_etc_t:s0\n");
        assertThat(toFix())
                .containsExactly(
                        "fix   SELinux keeps libvirt from running hooks: virt_hooks_unconfined is"
                                + " off; run: setsebool -P virt_hooks_unconfined on",
                        "fix   "
                                + dropIn
                                + " does not have the SELinux type virt_hook_t; run: restorecon -v "
                                + dropIn);
        host.write("sys/fs/selinux/booleans/virt_hooks_unconfined", "1 1");
        host.selinuxContext("system_u:object_r:virt_hook_t:s0\n");
        assertThat(toFix()).isEmpty();
        host.selinuxContext("");
        host.write("sys/fs/selinux/enforce", "0");
        assertThat(toFix()).isEmpty();
    }

    @Test
    void anAppArmorProfileNeedsTheRulesThatDebianHas() throws Exception {
        host.write("sys/kernel/security/apparmor/profiles", "man (enforce)\nlibvirtd (enforce)\n");
        Path profile = host.write("etc/apparmor.d/usr.sbin.libvirtd", DEBIANS_PROFILE);
        assertThat(verify()).contains("ok    AppArmor's profile of libvirtd lets it run hooks");
        Files.writeString(profile, DEBIANS_PROFILE.replace("/etc/libvirt/hooks/** rmix,", ""));
        Path local = host.root.resolve("etc/apparmor.d/local/usr.sbin.libvirtd");
        assertThat(toFix())
                .containsExactly(
                        "fix   AppArmor's profile of libvirtd has no rule for"
                                + " /etc/libvirt/hooks/**; run: echo '/etc/libvirt/hooks/** rmix,'"
                                + " >>"
                                + local
                                + " && apparmor_parser -r "
                                + profile);
        host.write("etc/apparmor.d/local/usr.sbin.libvirtd", "/etc/libvirt/hooks/** rmix,\n");
        assertThat(toFix()).isEmpty();
        Files.writeString(profile, "");
        assertThat(toFix()).hasSize(1).first().asString().contains("no rule for /usr/bin/*");
        host.write("sys/kernel/security/apparmor/profiles", "libvirtd (complain)\n");
        assertThat(toFix()).isEmpty();
    }
}
