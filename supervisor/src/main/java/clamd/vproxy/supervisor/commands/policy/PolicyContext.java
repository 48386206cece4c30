package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.options.ControlOptions;
import clamd.vproxy.supervisor.commands.options.LibvirtOptions;
import clamd.vproxy.supervisor.commands.options.LimitOptions;
import clamd.vproxy.supervisor.commands.options.PolicyOptions;
import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.ControlReply.PolicyGuest;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * The options and guests to which a policy file applies: those of the running daemon; without a
 * daemon, or with {@code --offline} or {@code --connect}, the options typed here and libvirt's
 * domains.
 */
final class PolicyContext {
    @Mixin private PolicyOptions policy = new PolicyOptions();
    @Mixin private LibvirtOptions libvirt = new LibvirtOptions();
    @Mixin private LimitOptions defaults = new LimitOptions();
    @Mixin private ControlOptions control = new ControlOptions();

    @Option(
            names = "--offline",
            description =
                    "Do not ask the running daemon for its options and guests; ask libvirt for"
                            + " guests. As with --connect, or where no daemon runs.")
    private boolean offline;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    private Optional<ControlReply.PolicyInputs> daemon = Optional.empty();

    /**
     * Asks the daemon, if it runs and the options allow it.
     *
     * @throws CommandException if the socket was named and no daemon answers there
     */
    void ask() throws CommandException {
        ParseResult typed = spec.commandLine().getParseResult();
        boolean named = typed.hasMatchedOption("--control-socket");
        if (offline || typed.hasMatchedOption("--connect") || !(named || control.exists())) {
            return;
        }
        try {
            daemon =
                    Optional.of(
                            control.ask(
                                    new ControlRequest.Plain("policy inputs"),
                                    ControlReply.PolicyInputs.class));
        } catch (CommandException e) {
            if (named) {
                throw e;
            }
            warn(e.getMessage() + "; answered from the files and libvirt alone");
        }
    }

    /** Returns the limits below a policy file: those typed here, else the daemon's. */
    Limits underneath() throws CommandException {
        ParseResult typed = spec.commandLine().getParseResult();
        boolean own =
                typed.matchedOptions().stream()
                        .map(OptionSpec::longestName)
                        .anyMatch(defaults::has);
        if (daemon.isEmpty() || own) {
            return defaults.limits();
        }
        Limits limits = Limits.standard();
        for (var option : daemon.get().options()) {
            limits = option.in(limits);
        }
        return limits;
    }

    /** Returns the policies of the daemon's file, unless another file is named. */
    PolicySet policies() throws CommandException {
        boolean named = spec.commandLine().getParseResult().hasMatchedOption("--policy");
        if (daemon.isEmpty() || named) {
            return policy.load(underneath());
        }
        PolicyOptions file =
                policy.file().equals(daemon.get().file())
                        ? policy
                        : PolicyOptions.of(daemon.get().file());
        PolicySet policies = file.load(underneath());
        if (!daemon.get().revision().endsWith("-" + policies.revision())) {
            warn(
                    "%s is not in force: the daemon has revision %s, the file is %s"
                            .formatted(file.file(), daemon.get().revision(), policies.revision()));
        }
        return policies;
    }

    /** Returns the running guests. */
    List<GuestIdentity> running() throws CommandException, InterruptedException {
        List<GuestIdentity> guests =
                daemon.isPresent()
                        ? daemon.get().guests().stream().map(PolicyGuest::identity).toList()
                        : libvirt.running();
        return guests.stream().sorted(Comparator.comparing(GuestIdentity::label)).toList();
    }

    /**
     * Returns a guest by its name, UUID or CID; a guest that does not run has only name and UUID.
     *
     * @throws CommandException if there is none, or several running guests match
     */
    GuestIdentity find(String wanted) throws CommandException, InterruptedException {
        List<GuestIdentity> running =
                daemon.stream()
                        .flatMap(inputs -> inputs.guests().stream())
                        .map(PolicyGuest::identity)
                        .filter(guest -> isMeant(guest, wanted))
                        .toList();
        if (running.size() > 1) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "\"%s\" is %d guests; name one by its UUID".formatted(wanted, running.size()));
        }
        if (!running.isEmpty()) {
            return running.getFirst();
        }
        return libvirt.find(wanted)
                .orElseThrow(() ->
                        new CommandException(
                                ExitCode.FAILED,
                                "libvirt at %s has no domain \"%s\"; describe a guest that does not exist yet by --name, --uuid, --cid, --class"
                                        .formatted(libvirt.uri(), wanted)));
    }

    private static boolean isMeant(GuestIdentity guest, String wanted) {
        return guest.name().stream().anyMatch(wanted::equals)
                || guest.uuid().stream()
                        .anyMatch(uuid -> uuid.toString().equals(wanted.toLowerCase(Locale.ROOT)))
                || (guest.cid().isPresent()
                        && Long.toString(guest.cid().getAsLong()).equals(wanted));
    }

    private void warn(String message) {
        spec.commandLine().getErr().println(spec.qualifiedName() + ": warning: " + message);
    }
}
