package clamd.vproxy.hooks.install;

import clamd.vproxy.hooks.install.HookFile.Origin;
import clamd.vproxy.hooks.install.HookVerifier.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks the hook file: it exists, is unedited and of this version, and no other user can change
 * it. Immutable.
 */
record FileCheck(HookPlaces places, String version) implements Check {
    @Override
    public List<Finding> findings() throws IOException {
        HookFile file = HookFile.read(places.target());
        List<Finding> findings = new ArrayList<>();
        findings.add(content(file));
        if (file.origin() == Origin.ABSENT) {
            return findings;
        }
        findings.add(mode(file.path()));
        Ownership owner = Ownership.of(places.root());
        findings.add(owner(List.of(file.path(), file.path().getParent(), places.hooks()), owner));
        HookFile other = HookFile.read(places.other());
        if (other.isOurs()) {
            findings.add(
                    Finding.fix(
                            other.path() + " is ours, too, and one of the two is enough",
                            installCommand(file)));
        }
        return findings;
    }

    private Finding content(HookFile file) {
        String install = installCommand(file);
        return switch (file.origin()) {
            case ABSENT -> Finding.fix(file.path() + " is not there", install);
            case FOREIGN, EDITED ->
                    new Finding(false, file.whatIsInTheWay() + " && " + installCommand(file));
            case OURS ->
                    HookScript.render(settings(file), version).equals(file.text())
                            ? Finding.ok(file.path() + " is as this version installs it")
                            : Finding.fix(file.path() + " is another version's", install);
        };
    }

    private String installCommand(HookFile file) {
        HookSettings settings = settings(file);
        return HookVerifier.installCommand(places, settings.spool(), settings.strictness());
    }

    static HookSettings settings(HookFile file) {
        return HookScript.settings(file.text()).orElse(HookSettings.DEFAULT);
    }

    private static Finding mode(Path path) throws IOException {
        return Files.getPosixFilePermissions(path).equals(Ownership.MODE)
                ? Finding.ok("its mode is 755")
                : Finding.fix(path + " does not have the mode 755", "chmod 755 " + path);
    }

    /** Checks the owners: a user who can change or replace the file is root on this host. */
    static Finding owner(List<Path> paths, Ownership owner) throws IOException {
        for (Path path : paths) {
            int uid = Ownership.of(path).uid();
            if (uid != owner.uid()) {
                return Finding.fix(
                        path + " belongs to user " + uid, "chown " + owner.uid() + " " + path);
            }
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path);
            if (mode.contains(PosixFilePermission.GROUP_WRITE)
                    || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
                return Finding.fix(
                        path + " can be written by others than its owner", "chmod go-w " + path);
            }
        }
        return Finding.ok("nobody but its owner can change it");
    }
}
