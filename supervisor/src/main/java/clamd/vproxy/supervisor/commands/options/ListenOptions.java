package clamd.vproxy.supervisor.commands.options;

import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.connections.listen.HybridTemplate;
import clamd.vproxy.supervisor.connections.listen.SocketOwner;
import clamd.vproxy.supervisor.connections.vsock.VsockListener;
import clamd.vproxy.supervisor.sources.hook.HookSettings;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for the addresses where guests connect, and how the daemon identifies guests. */
public final class ListenOptions {
    private static final long HIGHEST_CID = 0xFFFF_FFFFL;
    private static final Path HOOK_SPOOL = Path.of("/run/clamd-vproxy/hook");

    @Option(
            names = {"-c", "--cid"},
            paramLabel = "CID",
            defaultValue = "2",
            description =
                    "Local CID to listen on: 2 is the host, \"any\" all of them"
                            + " (default: ${DEFAULT-VALUE}).")
    private String cid = "";

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            defaultValue = "3400",
            description = "vsock port to listen on (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--no-vsock",
            fallbackValue = "true",
            description = "Do not listen on AF_VSOCK.")
    private boolean noVsock;

    @Option(
            names = "--hybrid-vsock",
            paramLabel = "TEMPLATE",
            description =
                    "Listen on a Unix socket for every guest, where its VMM delivers connections:"
                            + " the VMM's uds_path with {name} or {uuid},"
                            + " such as /run/vms/{name}/vsock.sock.")
    private @Nullable String hybrid;

    @Option(
            names = "--hybrid-owner",
            paramLabel = "OWNER",
            description =
                    "Owner of these sockets, a user or USER:GROUP (default: the daemon's). Their"
                            + " mode is 0600.")
    private @Nullable String hybridOwner;

    @Option(
            names = "--connect",
            split = ConfiguredDefaults.SEPARATOR,
            splitSynopsisLabel = "",
            paramLabel = "URI",
            description =
                    "libvirt connection whose domains are the guests; may be repeated"
                            + " (default: qemu:///system).")
    private List<String> uris = List.of();

    @Option(
            names = "--hook-spool",
            paramLabel = "DIR",
            description =
                    "Folder in which libvirt's hook reports guests that start and stop"
                            + " (default: /run/clamd-vproxy/hook, may be unusable).")
    private @Nullable Path hookSpool;

    @Option(
            names = "--no-libvirt",
            fallbackValue = "true",
            description = "Do without libvirt: every CID is a guest, named cid-N.")
    private boolean noLibvirt;

    /**
     * Refuses contradictory or invalid options.
     *
     * @throws CommandException naming the option
     */
    public void check() throws CommandException {
        if (noVsock && hybrid == null) {
            throw usage("--no-vsock leaves nothing to listen on; add --hybrid-vsock TEMPLATE");
        }
        if (noLibvirt && hybrid != null) {
            throw usage("--hybrid-vsock needs libvirt to know the guests; drop --no-libvirt");
        }
        if (noLibvirt && !uris.isEmpty()) {
            throw usage("--connect and --no-libvirt contradict each other; drop one");
        }
        if (noLibvirt && hookSpool != null) {
            throw usage("--hook-spool and --no-libvirt contradict each other; drop one");
        }
        for (String uri : uris) {
            if (Collections.frequency(uris, uri) > 1) {
                throw usage("--connect names " + uri + " twice; drop one");
            }
        }
        if (hybridOwner != null && hybrid == null) {
            throw usage("--hybrid-owner says who owns the sockets of --hybrid-vsock; add that");
        }
        if (port < 1) {
            throw usage("--port must be between 1 and 2147483647, not " + port);
        }
        OptionalLong _ = vsockCid();
        Optional<HybridTemplate> _ = hybrid();
        SocketOwner _ = hybridOwner();
    }

    public OptionalLong vsockCid() throws CommandException {
        if (noVsock) {
            return OptionalLong.empty();
        }
        if (cid.equals("any")) {
            return OptionalLong.of(VsockListener.ANY_CID);
        }
        try {
            long number = Long.parseLong(cid);
            if (number >= 0 && number <= HIGHEST_CID) {
                return OptionalLong.of(number);
            }
        } catch (NumberFormatException _) {
            // reported below, like a number out of range
        }
        throw usage("--cid must be \"any\" or a number up to 4294967295, not \"" + cid + "\"");
    }

    /** Returns the address in the syntax of systemd's ListenStream; empty without AF_VSOCK. */
    public Optional<String> vsockAddress() throws CommandException {
        OptionalLong local = vsockCid();
        return local.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "vsock:%s:%d"
                                .formatted(
                                        local.getAsLong() == VsockListener.ANY_CID
                                                ? ""
                                                : local.getAsLong(),
                                        port));
    }

    public int port() {
        return port;
    }

    public Optional<HybridTemplate> hybrid() throws CommandException {
        try {
            return Optional.ofNullable(hybrid).map(HybridTemplate::new);
        } catch (IllegalArgumentException e) {
            throw usage("--hybrid-vsock: " + e.getMessage());
        }
    }

    public SocketOwner hybridOwner() throws CommandException {
        try {
            return hybridOwner == null ? SocketOwner.OURSELVES : SocketOwner.parse(hybridOwner);
        } catch (IllegalArgumentException e) {
            throw usage("--hybrid-owner: " + e.getMessage());
        }
    }

    /** Returns the connect URIs; empty without libvirt. */
    public List<String> uris() {
        if (noLibvirt) {
            return List.of();
        }
        return uris.isEmpty() ? List.of("qemu:///system") : uris;
    }

    /** Returns the settings of the hook's requests; empty without libvirt. */
    public Optional<HookSettings> hook() {
        if (noLibvirt) {
            return Optional.empty();
        }
        return Optional.of(
                hookSpool == null
                        ? new HookSettings(HOOK_SPOOL, false)
                        : new HookSettings(hookSpool.toAbsolutePath(), true));
    }

    private static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }
}
