package clamd.vproxy.supervisor.nestedhost;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One of the host's libvirtd. Immutable.
 *
 * @param uri where it listens
 * @param guests the folder that it sees as {@link GuestVm#FOLDER}
 */
record Libvirtd(String uri, Path guests) {
    /** The libvirtd that the installed supervisor follows. */
    static final Libvirtd FIRST = new Libvirtd("qemu:///system", GuestVm.FOLDER);

    /** Asks it as an operator does. */
    @CanIgnoreReturnValue
    String virsh(String... arguments) throws Exception {
        return Shell.run(virshCommand(arguments));
    }

    String[] virshCommand(String... arguments) {
        List<String> command = new ArrayList<>(List.of("virsh", "-q", "-c", uri));
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }

    /** Moves a running domain to another libvirtd, over a Unix socket that both see. */
    void migrate(String domain, Libvirtd target, String... options) throws Exception {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "migrate",
                                "--live",
                                domain,
                                target.uri,
                                "--migrateuri",
                                "unix:///srv/" + domain + ".migration"));
        arguments.addAll(List.of(options));
        virsh(arguments.toArray(String[]::new));
    }
}
