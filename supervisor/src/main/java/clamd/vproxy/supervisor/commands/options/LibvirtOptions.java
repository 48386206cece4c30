package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.hooks.DomainDescription;
import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.common.Logging;
import clamd.vproxy.supervisor.sources.libvirt.DomainLook;
import clamd.vproxy.supervisor.sources.libvirt.LibvirtCallException;
import clamd.vproxy.supervisor.sources.libvirt.NativeLibvirt;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Options for the libvirt that a command asks about guests. */
public final class LibvirtOptions {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /**
     * The full form of a UUID; UUID.fromString also accepts shorter texts, which are more likely
     * names.
     */
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    @Option(
            names = "--connect",
            paramLabel = "URI",
            defaultValue = "qemu:///system",
            description = "libvirt connection that knows the guests (default: ${DEFAULT-VALUE}).")
    private String uri = "";

    /** Returns the connect URI. */
    public String uri() {
        return uri;
    }

    /**
     * Returns the running guests.
     *
     * @throws CommandException if libvirt does not answer
     */
    public List<GuestIdentity> running() throws CommandException, InterruptedException {
        try {
            return look().running().stream().map(LibvirtOptions::identityOf).toList();
        } catch (LibvirtCallException e) {
            throw new CommandException(ExitCode.UNAVAILABLE, e);
        }
    }

    /**
     * Returns a domain by its UUID or name, running or not; empty if libvirt has none.
     *
     * @throws CommandException if libvirt does not answer
     */
    public Optional<GuestIdentity> find(String nameOrUuid)
            throws CommandException, InterruptedException {
        try {
            return look().find(uuid(nameOrUuid), nameOrUuid).map(LibvirtOptions::identityOf);
        } catch (LibvirtCallException e) {
            throw new CommandException(ExitCode.UNAVAILABLE, e);
        }
    }

    /** Returns a text as a UUID; empty if it is none. */
    public static Optional<UUID> uuid(String text) {
        return Optional.of(text).filter(UUID_TEXT.asMatchPredicate()).map(UUID::fromString);
    }

    private DomainLook look() throws LibvirtCallException {
        Logging.setQuiet();
        return new DomainLook(NativeLibvirt.load(), uri, LIMIT);
    }

    /** Returns a domain's identity. libvirt does not know the next CID of a domain that is off. */
    private static GuestIdentity identityOf(DomainDescription domain) {
        return new GuestIdentity(
                Optional.of(domain.name()),
                Optional.of(domain.uuid()),
                domain.id().isPresent() ? domain.cid() : OptionalLong.empty(),
                domain.metadataClasses(),
                domain.tenantMarks());
    }
}
