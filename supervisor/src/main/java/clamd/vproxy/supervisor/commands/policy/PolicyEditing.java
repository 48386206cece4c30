package clamd.vproxy.supervisor.commands.policy;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicyChange;
import clamd.vproxy.policies.PolicyEdit;
import clamd.vproxy.policies.PolicyEditor;
import clamd.vproxy.policies.PolicyException;
import clamd.vproxy.policies.PolicyFile;
import clamd.vproxy.policies.PolicyLoader;
import clamd.vproxy.policies.PolicyParser;
import clamd.vproxy.policies.PrintableText;
import clamd.vproxy.policies.TenantEdit;
import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.options.LibvirtOptions;
import clamd.vproxy.supervisor.commands.options.LimitOptions;
import clamd.vproxy.supervisor.commands.options.PolicyOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The common part of {@code policy set} and {@code policy unset}, which finds the rule and the file
 * to edit.
 */
final class PolicyEditing {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "GUEST",
            description = "Name or UUID of a domain, running or not; a UUID does without libvirt.")
    private String guest = "";

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Mixin private PolicyOptions policy = new PolicyOptions();
    @Mixin private LibvirtOptions libvirt = new LibvirtOptions();
    @Mixin private LimitOptions defaults = new LimitOptions();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    /** Makes the edit, in memory. */
    interface Change {
        PolicyEdit of(PolicyEditor editor, byte[] file, GuestIdentity guest) throws PolicyException;
    }

    /** Makes the edit of a tenant's entry, in memory. */
    interface TenantChange {
        TenantEdit of(PolicyEditor editor, byte[] file) throws PolicyException;
    }

    /** The JSON output; the revision is the new file's. */
    private record Report(
            String file,
            String revision,
            String rule,
            boolean inserted,
            List<PolicyView.Change> changes) {}

    /**
     * Edits the file and reports the result.
     *
     * @throws CommandException if nothing is written, with the reason
     */
    ExitCode edit(Change change) throws CommandException, InterruptedException {
        if (guest.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE, "no guest is named; write its name or UUID first");
        }
        Limits underneath = defaults.limits();
        Path file = policy.file();
        byte[] content = read(file, underneath);
        GuestIdentity whom = lookUp();
        PolicyEdit edit;
        try {
            edit = change.of(new PolicyEditor(file.toString(), underneath), content, whom);
            PolicyFile.replace(file, edit.content(), content);
        } catch (PolicyException e) {
            throw new CommandException(ExitCode.FAILED, e);
        }
        report(whom, edit);
        return ExitCode.OK;
    }

    /**
     * Edits the entry of a tenant and reports the result.
     *
     * @throws CommandException if nothing is written, with the reason
     */
    ExitCode editTenant(String tenant, TenantChange change) throws CommandException {
        Limits underneath = defaults.limits();
        Path file = policy.file();
        byte[] content = read(file, underneath);
        TenantEdit edit;
        try {
            edit = change.of(new PolicyEditor(file.toString(), underneath), content);
            PolicyFile.replace(file, edit.content(), content);
        } catch (PolicyException e) {
            throw new CommandException(ExitCode.FAILED, e);
        }
        PrintWriter out = spec.commandLine().getOut();
        String entry = "tenants." + PrintableText.of(tenant);
        if (json) {
            Json.print(
                    out,
                    new Report(
                            file.toString(),
                            edit.after().revision(),
                            entry,
                            edit.inserted(),
                            List.of()));
        } else {
            out.println(entry + (edit.inserted() ? " is inserted" : " is edited"));
            out.flush();
        }
        return ExitCode.OK;
    }

    /** Returns the first positional parameter, which usually names the guest. */
    String firstParameter() {
        return guest;
    }

    /** Reads the file and checks it first, so that an existing error is not blamed on the edit. */
    private static byte[] read(Path file, Limits underneath) throws CommandException {
        try {
            byte[] content = PolicyLoader.read(file);
            PolicyParser.parse(file.toString(), content, underneath);
            return content;
        } catch (PolicyException e) {
            throw new CommandException(ExitCode.CONFIG, e);
        }
    }

    /**
     * Finds the guest. A guest given by UUID needs no libvirt, but does not match rules that use
     * other properties.
     */
    private GuestIdentity lookUp() throws CommandException, InterruptedException {
        Optional<UUID> uuid = LibvirtOptions.uuid(guest);
        CommandException failure;
        try {
            Optional<GuestIdentity> found = libvirt.find(guest);
            if (found.isPresent()) {
                return found.get();
            }
            failure =
                    new CommandException(
                            ExitCode.FAILED,
                            "libvirt at %s has no domain \"%s\"".formatted(libvirt.uri(), guest));
        } catch (CommandException e) {
            failure = e;
        }
        if (uuid.isEmpty()) {
            throw failure;
        }
        spec.commandLine()
                .getErr()
                .printf(
                        "%s: warning: %s; only its UUID is known, so rules that ask for a name, a CID or a class were passed over%n",
                        spec.qualifiedName(), failure.getMessage());
        return new GuestIdentity(Optional.empty(), uuid, OptionalLong.empty(), Set.of());
    }

    private void report(GuestIdentity whom, PolicyEdit edit) {
        List<PolicyChange> changes =
                PolicyChange.between(edit.before(), edit.after(), List.of(whom));
        String rule = edit.rule().label();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Json.print(
                    out,
                    new Report(
                            policy.file().toString(),
                            edit.after().revision(),
                            rule,
                            edit.inserted(),
                            changes.stream().map(PolicyView.Change::of).toList()));
            return;
        }
        out.println(rule + (edit.inserted() ? " is inserted" : " is edited"));
        out.println(
                changes.isEmpty() ? whom.label() + ": nothing changes" : changes.getFirst().line());
        out.flush();
    }
}
