package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.options.LibvirtOptions;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that describe a guest, which need not exist, by the properties that rules match. */
final class InventedGuestOptions {
    private static final long LOWEST_CID = 3;
    private static final long HIGHEST_CID = 0xFFFF_FFFEL;

    @Option(names = "--name", paramLabel = "NAME", description = "Name of an invented guest.")
    private @Nullable String name;

    @Option(names = "--uuid", paramLabel = "UUID", description = "UUID of an invented guest.")
    private @Nullable String uuid;

    @Option(
            names = "--cid",
            paramLabel = "CID",
            description = "CID of an invented guest, 3 to 4294967294.")
    private @Nullable Long cid;

    @Option(
            names = "--class",
            paramLabel = "CLASS",
            description = "Metadata class of an invented guest; may be repeated.")
    private Set<String> classes = Set.of();

    /**
     * Refuses contradictory or invalid options.
     *
     * @param domain the domain that was named instead, if any
     * @throws CommandException naming the option
     */
    void check(@Nullable String domain) throws CommandException {
        boolean described = name != null || uuid != null || cid != null || !classes.isEmpty();
        if (domain != null && described) {
            throw usage("GUEST and a description contradict each other; drop one");
        }
        if (domain == null && !described) {
            throw usage("name a GUEST, or describe one by --name, --uuid, --cid, --class");
        }
        if (uuid != null && LibvirtOptions.uuid(uuid).isEmpty()) {
            throw usage("--uuid: \"" + uuid + "\" is not a UUID");
        }
        if (cid != null && (cid < LOWEST_CID || cid > HIGHEST_CID)) {
            throw usage("--cid must be between 3 and 4294967294, not " + cid);
        }
    }

    /** Returns the guest. The caller checks the options first. */
    GuestIdentity identity() {
        return new GuestIdentity(
                Optional.ofNullable(name),
                Optional.ofNullable(uuid).flatMap(LibvirtOptions::uuid),
                cid == null ? OptionalLong.empty() : OptionalLong.of(cid),
                classes);
    }

    private static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }
}
