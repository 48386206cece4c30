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

/** Which libvirt tells a command of the guests. */
public final class LibvirtOptions {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** UUID.fromString takes shorter texts, too, which are rather names. */
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    @Option(
            names = "--connect",
            paramLabel = "URI",
            defaultValue = "qemu:///system",
            description = "libvirt connection that knows the guests (default: ${DEFAULT-VALUE}).")
    private String uri = "";

    /** The connect URI. */
    public String uri() {
        return uri;
    }

    /**
     * The guests that run now.
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
     * A domain by its UUID or name, running or not; empty if libvirt has none.
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

    /** The UUID that a text is, if it is one. */
    public static Optional<UUID> uuid(String text) {
        return Optional.of(text).filter(UUID_TEXT.asMatchPredicate()).map(UUID::fromString);
    }

    private DomainLook look() throws LibvirtCallException {
        Logging.setQuiet();
        return new DomainLook(NativeLibvirt.load(), uri, LIMIT);
    }

    /** Of a domain that is off, libvirt does not know the next CID. */
    private static GuestIdentity identityOf(DomainDescription domain) {
        return new GuestIdentity(
                Optional.of(domain.name()),
                Optional.of(domain.uuid()),
                domain.id().isPresent() ? domain.cid() : OptionalLong.empty(),
                domain.metadataClasses(),
                domain.tenantMarks());
    }
}
