package clamd.vproxy.hooks.install;

import clamd.vproxy.hooks.install.HookVerifier.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks that SELinux lets libvirt's daemon run the hook. The file needs the type {@code
 * virt_hook_t}; current Fedora and RHEL also require a boolean that is off by default. Immutable.
 */
record SelinuxCheck(HookPlaces places, Programs programs) implements Check {
    private static final String BOOLEAN = "virt_hooks_unconfined";

    @Override
    public List<Finding> findings() throws IOException {
        Path selinux = places.root().resolve("sys/fs/selinux");
        if (!startsWith(selinux.resolve("enforce"), '1')) {
            return List.of(Finding.ok("SELinux enforces nothing"));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(
                startsWith(selinux.resolve("booleans").resolve(BOOLEAN), '0')
                        ? Finding.fix(
                                "SELinux keeps libvirt from running hooks: " + BOOLEAN + " is off",
                                "setsebool -P " + BOOLEAN + " on")
                        : Finding.ok("SELinux lets libvirt run hooks"));
        Path file = places.target();
        if (Files.exists(file)) {
            findings.add(
                    programs.output("stat", "-c", "%C", file.toString())
                                    .filter(context -> context.contains(":virt_hook_t:"))
                                    .isPresent()
                            ? Finding.ok("its SELinux type is virt_hook_t")
                            : Finding.fix(
                                    file + " does not have the SELinux type virt_hook_t",
                                    "restorecon -v " + file));
        }
        return findings;
    }

    private static boolean startsWith(Path file, char first) throws IOException {
        return Files.exists(file) && Files.readString(file).indexOf(first) == 0;
    }
}
